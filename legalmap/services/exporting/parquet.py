"""The table of periods as Parquet, with types; needs the extra ``legalmap[parquet]``."""

import io
from collections.abc import Iterable
from importlib.util import find_spec
from itertools import islice
from typing import Any

from legalmap.domain.errors import NotInstalled
from legalmap.services.exporting.dictionary import Field

MEDIA_TYPE = "application/vnd.apache.parquet"
WRITES = find_spec("pyarrow") is not None
# Rows in memory at once; they become one row group.
GROUP = 10_000
_INSTALL = "Parquet is not installed here. Whoever runs this site installs “legalmap[parquet]”."


def written(fields: tuple[Field, ...], rows: Iterable[dict[str, Any]]) -> bytes:
    """The rows as one Parquet file; raise NotInstalled, naming the extra, without pyarrow."""
    if not WRITES:
        raise NotInstalled(_INSTALL)
    import pyarrow as pa  # noqa: PLC0415 - an extra, and slow to load
    from pyarrow import parquet  # noqa: PLC0415

    types = {
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "codes": pa.list_(pa.string()),
    }
    schema = pa.schema(
        # A required column cannot hold null: the file itself says so.
        pa.field(field.name, types.get(field.kind, pa.string()), not field.required)
        for field in fields
    )
    out, remaining = io.BytesIO(), iter(rows)
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while group := list(islice(remaining, GROUP)):
            columns = {f.name: [_plain(f, row[f.name]) for row in group] for f in fields}
            writer.write_table(pa.table(columns, schema=schema))
    return out.getvalue()


def _plain(field: Field, value: Any) -> Any:
    if value is None or field.kind in ("integer", "number", "boolean", "date"):
        return value
    return [str(item) for item in value] if field.kind == "codes" else str(value)


def shape(content: bytes) -> tuple[list[str], int]:
    """Column names and number of rows of a Parquet file."""
    from pyarrow import parquet  # noqa: PLC0415

    file = parquet.ParquetFile(io.BytesIO(content))
    return file.schema_arrow.names, file.metadata.num_rows
