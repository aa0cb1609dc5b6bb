"""Names of places within sentences."""

from collections.abc import Sequence

from legalmap.domain.law.jurisdictions import LOCAL_KINDS, Jurisdiction

# English says “the” before these names, and no rule tells which: “the Bahamas”, “the Gambia”.
_STATES = ("ae", "bs", "cf", "do", "gb", "gm", "km", "mv", "nl", "ph", "sc", "us")
_TERRITORIES = ("bq", "io", "um", "us-dc", "xg")
_SUBDIVISIONS = ("ba-bih", "br-df", "co-dc", "dk-84", "es-md", "il-d", "il-m", "il-z", "it-23")
_MORE_SUBDIVISIONS = ("ng-fc", "nz-wtc", "za-ec", "za-fs", "za-nc", "za-wc")
_WITH_ARTICLE = frozenset((*_STATES, *_TERRITORIES, *_SUBDIVISIONS, *_MORE_SUBDIVISIONS))
_ARTICLE_BEFORE = ("Isle of", "Federation of")
_ARTICLE_ENDINGS = ("Islands", "Territory", "Territories", "Highlands", "Census Area")
_ARTICLE_ENDINGS_OF_COUNTIES = ("Census Area", "Planning Region")


def named(place: Jurisdiction) -> str:
    """The name within a sentence: “Alabama”, “the United States”."""
    # A town may be called Bay Harbor Islands and takes no article for it.
    endings = _ARTICLE_ENDINGS_OF_COUNTIES if place.kind in LOCAL_KINDS else _ARTICLE_ENDINGS
    article = (
        place.code in _WITH_ARTICLE
        or place.name.startswith(_ARTICLE_BEFORE)
        or place.name.endswith(endings)
    )
    return f"the {place.name}" if article else place.name


def capital(text: str) -> str:
    """``text`` with a capital at its beginning."""
    return text[0].upper() + text[1:]


def listed(words: Sequence[str]) -> str:
    """“A”, “A and B”, “A, B and C”."""
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
