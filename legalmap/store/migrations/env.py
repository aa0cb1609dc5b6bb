"""Alembic's entry point: always online, always on a connection that the caller gives."""

from alembic import context

from legalmap.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=False,
    compare_type=True,
    transactional_ddl=True,
)
context.run_migrations()
