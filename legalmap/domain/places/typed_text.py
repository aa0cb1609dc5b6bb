"""What a person typed, taken apart: the topic, a ZIP code, a point, a code; and the words that name a place.

Nothing here knows a place: the words are put together to readings in ``readings``.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

import msgspec

from legalmap.domain.places.points import Point, point_in
from legalmap.domain.places.spelling import search_form

# Nobody names a place in more words; the rest is passed over.
MOST_WORDS = 16
MOST_LETTERS = 200
_ZIP = re.compile(r"(?<![\w-])(\d{5})(?:[-–]\d{4})?(?![\w-])")
_IDENTIFIER = re.compile(r"(fips|geoid|iso|ocd)\s*[:=]\s*(\S+)", re.IGNORECASE)
# “St.Paul”, but not “D.C.”
_ABBREVIATED = re.compile(r"(?<=[^\W\d_]{2})\.(?=[^\W\d_])")
_ZIP_WORDS = {"zip", "zipcode", "code", "postal", "postcode"}
# Land of its own law, which no topic covers (“Does not cover tribal, federal, military or airport land”).
_BEYOND = re.compile(
    r"\b((?:military|army|naval|navy|marine|air ?force|joint) (?:base|post|station|installation)|on base"
    r"|air base|airports?|national (?:park|forest)|federal (?:land|property)|\w+ nation|tribal\b.*"
    r"|\w+ tribes?|(?:indian )?reservations?|indian country|rancheria)\b",
    re.IGNORECASE,
)
_OWN_NATIONS = ("nation", "trib", "reservation", "indian", "rancheria")
# Words of a question: they may stand before and behind the place and name none.
ASKING = frozenset(
    """is are was be can could may do does did will would should must i we you my me it its there this
    that a an the legal legally legality illegal illegally lawful unlawful allowed permitted prohibited banned
    ban bans banning law laws rule rules regulation regulations regulated restricted restriction restrictions
    schedule scheduled felony misdemeanor crime criminal controlled substance status statute statutes bill
    buy buying get getting sell selling sold sale sales bring bringing take taking carry carrying travel
    traveling travelling fly flying drive driving ship shipping shipped deliver delivery order ordering mail
    possess possession have having own use using used consume age ages limit limits minimum old year years olds
    how what where when which who why whether much many to in into within at for from of on by and or near
    around through with without about under over if still yet now today currently anymore
    store stores shop shops vape smoke gas station online available availability possible ok okay
    dose powder capsules extract extracts gummies drink drinks tea leaf plant product products map tracker
    ist sind legal erlaubt verboten darf man ich est ce que le il autorise interdit en au aux
    es esta permitido prohibido si""".split()  # noqa: SIM905 - a text of words reads better as one
)
# Beside words of a question these are none of a name.
_BESIDE = frozenset({"state", "states", "country", "countries", "city", "county"})
# Also the names of states: behind a name they are one.
_ALSO_STATES = frozenset({"in", "or", "me", "ok", "co", "de", "la", "id", "hi"})


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """What was read. ``words`` name the place, in their order; ``commas``: before which of them one stands.

    ``asked``: words of a question or of a topic were set aside. ``beyond``: it speaks of land no topic covers.
    ``shouted``: which words are written in capitals, ``dotted``: which end with a full stop.
    """

    text: str
    words: tuple[str, ...] = ()
    commas: frozenset[int] = frozenset()
    dotted: frozenset[int] = frozenset()
    shouted: frozenset[int] = frozenset()
    topic: str | None = None
    asked: bool = False
    beyond: bool = False
    zip_code: str | None = None
    identifier: tuple[str, str] | None = None
    point: Point | None = None

    def part(self, first: int, end: int) -> "Typed":
        """The same with some of the words only."""

        def moved(places: frozenset[int]) -> frozenset[int]:
            return frozenset(place - first for place in places if first <= place < end)

        return msgspec.structs.replace(
            self,
            words=self.words[first:end],
            commas=moved(self.commas) - {0},
            dotted=moved(self.dotted),
            shouted=moved(self.shouted),
        )


class _Word(msgspec.Struct, frozen=True):
    form: str
    comma: bool
    dotted: bool
    shouted: bool


def cleaned(text: str) -> str:
    """Without marks that nobody sees, and with single spaces."""
    seen = "".join(c for c in text if c.isprintable() or c.isspace())
    return " ".join(unicodedata.normalize("NFC", seen).split())[:MOST_LETTERS]


def read(text: str, topics: Mapping[str, Sequence[str]], *, land: bool = True) -> Typed:
    """Take apart what was typed. ``topics``: the words that mean each topic, the most general topic first.

    ``land``: words for land of its own law are set aside; else they are names (National Park, New Jersey).
    """
    text = cleaned(text)
    if point := point_in(text):
        return Typed(text=text, point=point)
    if named := _IDENTIFIER.fullmatch(text):
        kind = named[1].lower().replace("geoid", "fips")
        return Typed(text=text, identifier=(kind, named[2]))
    zip_code, rest = _without_zip(text)
    beyond, rest = _without_land(rest) if land else (False, rest)
    words, topic = _without_topic(_split(rest), topics)
    return Typed(
        text=text,
        words=tuple(word.form for word in words),
        commas=frozenset(i for i, word in enumerate(words) if word.comma and i),
        dotted=frozenset(i for i, word in enumerate(words) if word.dotted),
        shouted=frozenset(i for i, word in enumerate(words) if word.shouted),
        topic=topic,
        asked=topic is not None,
        beyond=beyond,
        zip_code=zip_code,
    )


def _without_zip(text: str) -> tuple[str | None, str]:
    match = _ZIP.search(text)
    if match is None:
        return None, text
    rest = f"{text[: match.start()]} {text[match.end() :]}".split()
    return match[1], " ".join(word for word in rest if search_form(word) not in _ZIP_WORDS)


def _without_land(text: str) -> tuple[bool, str]:
    """An airport is in a town, which may be asked for; of a nation of its own no rest is a place."""
    match = _BEYOND.search(text)
    if match is None:
        return False, text
    if any(word in match[0].lower() for word in _OWN_NATIONS):
        return True, ""
    return True, text[: match.start()] + text[match.end() :]


def _split(text: str) -> list[_Word]:
    words: list[_Word] = []
    comma = False
    for piece in re.split(r"([,;\s]+)", _ABBREVIATED.sub(". ", text)):
        if not piece.strip(",; \t\n"):
            comma = comma or "," in piece or ";" in piece
            continue
        for form in search_form(piece).split():
            bare = piece.strip(".?!")
            words.append(_Word(form, comma, piece.endswith("."), bare.isupper() and len(bare) > 1))
            comma = False
    return words[:MOST_WORDS]


def _without_topic(
    words: list[_Word], topics: Mapping[str, Sequence[str]]
) -> tuple[list[_Word], str | None]:
    """Set aside the words of topics; of several topics the most special one is meant."""
    known = sorted(
        (
            (tuple(search_form(name).split()), code)
            for code, names in topics.items()
            for name in names
        ),
        key=lambda known: -len(known[0]),
    )
    mentioned = set()
    place = 0
    while place < len(words):
        for forms, code in known:
            if tuple(word.form for word in words[place : place + len(forms)]) == forms:
                mentioned.add(code)
                del words[place : place + len(forms)]
                break
        else:
            place += 1
    meant = [code for code in topics if code in mentioned]
    return words, meant[-1] if meant else None


def asked_variants(typed: Typed) -> list[Typed]:
    """The words with and without those of a question on either side, the fuller first.

    “portland or” is a town in Oregon, “is it legal in portland or not” asks; so the end is tried both ways.
    """
    words = typed.words
    passed = ASKING | _BESIDE if typed.asked or ASKING & {*words[:1], *words[-1:]} else ASKING
    first, end = 0, len(words)
    while first < end and words[first] in passed:
        first += 1
    while end > first and words[end - 1] in passed:
        end -= 1
    variants = []
    if first == 0 or (len(words) <= 2 and set(words) - ASKING and not typed.asked):
        variants.append(typed)
    tail = words[first:]
    if end < len(words) and tail and words[end] in _ALSO_STATES:
        variants.append(typed.part(first, end + 1))
    if first < end:
        variants.append(typed.part(first, end))
    elif len(words) == 1 and words[0] in _ALSO_STATES and not typed.asked:
        variants.append(typed)
    return list(dict.fromkeys(variants))
