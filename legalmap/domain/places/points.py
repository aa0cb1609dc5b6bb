"""Points as people write them: decimal degrees, degrees and minutes, with letters or signs."""

import re

import msgspec

_NUMBER = r"[-+−]?\d{1,3}(?:\.\d+)?"
_DEGREES = re.compile(
    rf"(?P<degrees>{_NUMBER})\s*°?\s*"
    r"(?:(?P<minutes>\d{1,2}(?:\.\d+)?)\s*['’′]\s*)?"
    r"(?:(?P<seconds>\d{1,2}(?:\.\d+)?)\s*(?:[\"”″]|''|’’)\s*)?"
    r"(?P<side>[NSEWnsew])?"
)
_SEPARATOR = re.compile(r"\s*[,;/]\s*|\s+")
_FRONT = re.compile(
    r"^\s*(?:lat(?:itude)?|geo)\s*[:=]?\s*|\s*\b(?:lon|lng|long|longitude)\s*[:=]\s*", re.I
)


class Point(msgspec.Struct, frozen=True):
    """Degrees (WGS 84). ``swapped``: the longitude was written first, as its size or letter tells."""

    lat: float
    lon: float
    swapped: bool = False

    def turned(self) -> "Point":
        """The two numbers the other way round."""
        return Point(self.lon, self.lat, swapped=True)

    @property
    def is_on_the_globe(self) -> bool:
        """Whether there is such a point."""
        return abs(self.lat) <= 90 and abs(self.lon) <= 180


def point_in(text: str) -> Point | None:
    """The point that ``text`` is, or None if it is something else."""
    parts = _parts(_FRONT.sub(" ", text).strip())
    if parts is None:
        return None
    (first, first_side, is_plain), (second, second_side, is_plain_too) = parts
    if (is_plain and is_plain_too) and not (first_side or second_side):
        return None  # two whole numbers are no point
    if (first_side in "EW" and first_side) or (second_side in "NS" and second_side):
        return Point(second, first, swapped=True)
    if abs(first) > 90 >= abs(second):
        return Point(second, first, swapped=True)
    return Point(first, second)


def _parts(text: str) -> list[tuple[float, str, bool]] | None:
    """(degrees, letter, whether it is but a whole number) of both halves."""
    first = _DEGREES.match(text)
    if first is None:
        return None
    # White space behind the first half belongs to the gap.
    end = len(text[: first.end()].rstrip())
    gap = _SEPARATOR.match(text, end)
    second = _DEGREES.fullmatch(text, gap.end()) if gap else None
    return [_degrees(first), _degrees(second)] if second else None


def _degrees(match: re.Match[str]) -> tuple[float, str, bool]:
    whole = float(match["degrees"].replace("−", "-"))
    more = float(match["minutes"] or 0) / 60 + float(match["seconds"] or 0) / 3600
    side = (match["side"] or "").upper()
    value = whole - more if match["degrees"].startswith(("-", "−")) else whole + more
    is_plain = not match["minutes"] and "." not in match["degrees"] and "°" not in match[0]
    return (-value if side and side in "SW" else value), side, is_plain
