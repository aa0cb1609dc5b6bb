"""Where shipped files are: templates/ and data/ are in the package in a wheel, beside it in a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


TEMPLATES = _shipped("templates")
DATA = _shipped("data")
STATIC = PACKAGE / "web" / "static"
MIGRATIONS = PACKAGE / "store" / "migrations"
