"""Alembic's entry point: always online, on the connection that ``schema.migrate`` hands over."""

from alembic import context

from legalmap.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=False,
    compare_type=True,
    transactional_ddl=True,
    # On PostgreSQL an index is built outside any transaction, so that it blocks nobody.
    transaction_per_migration=context.config.attributes["connection"].dialect.name != "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
