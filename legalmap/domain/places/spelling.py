"""How names are compared: without case, accents, spaces and the many ways to shorten a word."""

import unicodedata
from collections.abc import Sequence

# Letters that Unicode does not take apart into a plain letter and an accent.
_PLAIN = str.maketrans(
    {"ł": "l", "đ": "d", "ð": "d", "ø": "o", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_DROPPED = "'’‘ʻʼ."
# “Oesterreich” is Österreich: how a German or Dane writes without the letter.
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
# One spelling of each word that is often cut short.
_LONG = {
    "st": "saint",
    "ste": "saint",
    "sainte": "saint",
    "ft": "fort",
    "mt": "mount",
    "mtn": "mountain",
    "hts": "heights",
    "spgs": "springs",
    "twp": "township",
    "cnty": "county",
    "cty": "county",
    "isl": "island",
}
_DIRECTIONS = {
    "n": "north",
    "no": "north",
    "s": "south",
    "so": "south",
    "e": "east",
    "w": "west",
}
_PASSED_OVER = {"and", "the"}
# “Country”, written in front of the name without a space.
_JOINED = ("ประเทศ",)


def search_form(text: str) -> str:
    """Lower case, without accents, apostrophes or doubled spaces: how names are compared."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)
    kept = "".join(
        c if c.isalnum() else " "
        for c in plain
        if not unicodedata.combining(c) and c not in _DROPPED
    )
    return " ".join(kept.split())


def key(words: Sequence[str]) -> str:
    """What two spellings of one name share: “St. Louis” and “Saint Louis”, “De Kalb” and “DeKalb”.

    ``words`` are those of a search form.
    """
    kept = [word for word in words if word not in _PASSED_OVER] or words
    long = [_LONG.get(word, word) for word in kept] if len(kept) > 1 else list(kept)
    if len(long) > 1:
        long[0] = _DIRECTIONS.get(long[0], long[0])
    joined = "".join(long)
    for front in _JOINED:
        joined = joined.removeprefix(front) or joined
    return joined


def keys_of(name: str) -> set[str]:
    """The keys under which a name is kept."""
    keys = {key(search_form(name).split())}
    folded = unicodedata.normalize("NFC", name).casefold()
    if folded != (spelled := folded.translate(_TWO_LETTERS)):
        keys.add(key(search_form(spelled).split()))
    return keys - {""}


def keys_typed(words: Sequence[str]) -> tuple[str, ...]:
    """The keys of what was typed: the last word may be short, or one still being typed."""
    typed = key(words)
    last = words[-1]
    if len(words) > 1 and last in _LONG:
        return typed, key(words[:-1]) + last
    if len(words) == 1 and last in _LONG:
        return typed, _LONG[last]
    return (typed,)
