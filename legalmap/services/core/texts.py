"""Texts that leave the site as they are, without a page around them: mail, notices, parts of a release.

Each is a Jinja template under ``templates/``, so that its wording can be changed, and one day
translated, without touching the code that sends it.
"""

from functools import cache

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from legalmap import paths

# A value longer than this is told by its length: a changelog is for reading.
LONGEST_VALUE = 160


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(paths.TEMPLATES),
        # A value that nobody passed must fail in a test and not leave a gap in a mail.
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - plain text: nothing here is read as HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"json": _json, "short": _short}
    return environment


def rendered(template: str, **values: object) -> str:
    """The text of a template, named by its path below ``templates/``; raise UndefinedError for a gap."""
    return _environment().get_template(template).render(values)


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _short(value: object) -> str:
    """A value of a record as JSON or, where that is long, how long it is."""
    text = "nothing" if value is None else _json(value)
    return text if len(text) <= LONGEST_VALUE else f"{len(text)} characters"
