"""Every name by which a place is found: of the tree, of other languages, of towns; and the index of them."""

import csv
import hashlib
import logging
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path
from threading import Lock

from legalmap import paths
from legalmap.domain.places.spelling import key, keys_of, search_form
from legalmap.services.core import sealed_file
from legalmap.store.name_index import FORMAT, Name, NamedPlace, NameIndex, NameKind, write

log = logging.getLogger(__name__)
TREE_FILES = ("countries", "subdivisions", "us-counties", "us-places")
NAME_FILES = ("kept", "languages", "geonames/places", "geonames/cities")
REACH = {
    "country": 0,
    "territory": 0,
    "state": 1,
    "district": 1,
    "county": 2,
    "parish": 2,
    "city": 3,
    "town": 3,
    "village": 3,
    "community": 3,
}
# People of a town, or of a region without known towns, whose number nobody gave.
FEW = {"city": 900, "town": 700, "village": 600, "community": 300, "county": 5_000, "state": 20_000}
# However few live there, a country is known by its name.
LEAST_COUNTRY = 300_000
# Most readers are in the United States: a town there is meant more often than its people alone say.
AT_HOME = 4
# A name of another kind than its own is meant more seldom.
SHARE: dict[NameKind, float] = {
    # Without its last word a county is meant more seldom than the town in it.
    "own": 1,
    "short": 0.03,
    "alternative": 1,
    "abbreviation": 1,
    "former": 0.5,
    "language": 0.5,
    "word": 0.1,
    "city": 1,
    "variant": 0.05,
}
Row = dict[str, str]
_folder: Path | None = None
_known: NameIndex | None = None
_lock = Lock()


def share_in(folder: Path | None) -> None:
    """Keep the index in a folder that the processes of a host share; None: each has its own."""
    global _folder  # noqa: PLW0603 - the names are part of the product: one index serves a process
    _folder = folder


def prepare() -> None:
    """Make the index now, so that nobody waits for it."""
    index()


def index() -> NameIndex:
    """The index, made on first use if its file is not there or not whole."""
    global _known  # noqa: PLW0603
    if _known is None:
        with _lock:
            _known = _known or _opened(_folder)
    return _known


def _opened(folder: Path | None) -> NameIndex:
    """From the shared folder; in one of this process alone if that takes no file."""
    name = f"names-{fingerprint()}.index"
    if folder:
        try:
            return _laid_down(folder / name)
        except OSError as error:
            log.warning(
                "names: %s takes no file: %s. They are kept for this process.", folder, error
            )
    return _laid_down(Path(_temporary().name) / name)


def _laid_down(file: Path) -> NameIndex:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    sealed_file.written_once(file, _parts)
    return NameIndex(file)


def _parts() -> Iterator[bytes]:
    """The bytes of the index."""
    with tempfile.TemporaryDirectory(prefix="legalmap-names-") as folder:
        file = Path(folder) / "names"
        write(file, *_contents())
        with file.open("rb") as made:
            while part := made.read(1 << 20):
                yield part


@lru_cache(maxsize=1)
def _temporary() -> tempfile.TemporaryDirectory[str]:
    """Gone when the process ends."""
    return tempfile.TemporaryDirectory(prefix="legalmap-names-", ignore_cleanup_errors=True)


def _files() -> Iterator[Path]:
    yield from (paths.DATA / "jurisdictions" / f"{name}.csv" for name in TREE_FILES)
    yield paths.DATA / "jurisdictions" / "former.csv"
    yield from (paths.DATA / "names" / f"{name}.csv" for name in NAME_FILES)


def fingerprint() -> str:
    """Another name, or another layout, has another file."""
    digest = hashlib.sha256(f"{FORMAT} {AT_HOME} {FEW} {SHARE} {LEAST_COUNTRY}".encode())
    for file in _files():
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _contents() -> tuple[list[NamedPlace], Iterator[Name]]:
    *tree_files, former, kept, languages, people, cities = (_rows(file) for file in _files())
    tree = {row["code"]: row for rows in tree_files for row in rows}
    # A county that is one with its city goes by the city's code; lists of names may have either.
    leading = {alias: code for code, row in tree.items() for alias in row["aliases"].split()}
    for row in chain(kept, languages, people, cities):
        row["code"] = leading.get(row["code"], row["code"])
    weights = _weights(tree, people, cities)
    places = [
        NamedPlace(code, _county_of(row), REACH[row["kind"]], row["called"] or row["kind"])
        for code, row in tree.items()
    ]
    names = chain(
        _names_of_tree(tree, weights),
        _names_of_city_counties(tree, weights),
        _former_names(former, weights),
        _other_names(kept, weights),
        _other_names(languages, weights, "language"),
        _names_of_places(people, tree, weights),
        _names_of_cities(cities),
    )
    return places, names


def _county_of(row: Row) -> str | None:
    """The county of a place; the first of those of a city that lies in several."""
    return next((county for county in [row["county"], *row["counties"].split()] if county), None)


def _weights(tree: dict[str, Row], people: list[Row], cities: list[Row]) -> dict[str, int]:
    """People of each place: as GeoNames counts them, else of the towns in it."""
    known = {row["code"]: int(row["people"]) for row in people}
    sums: dict[str, int] = defaultdict(int)
    for code, row in tree.items():
        if REACH[row["kind"]] == REACH["city"]:
            for above in (row["county"], row["parent"]):
                sums[above] += known.get(code, 0)
    for row in cities:
        for above in (row["code"], tree[row["code"]]["parent"]) if row["code"] in tree else ():
            sums[above] += int(row["people"])
    weights = {}
    for code, row in tree.items():
        count = max(known.get(code, 0), sums.get(code, 0)) or FEW.get(row["kind"], FEW["state"])
        if row["kind"] in ("country", "territory"):
            count = max(count, LEAST_COUNTRY)
        weights[code] = count * (AT_HOME if code.startswith("us-") else 1)
    return weights


def _name(word_key: str, code: str, kind: NameKind, weight: int, via: str = "") -> Name:
    return Name(word_key, code, kind, max(1, int(weight * SHARE[kind])), via)


def _names_of_tree(tree: dict[str, Row], weights: dict[str, int]) -> Iterator[Name]:
    for code, row in tree.items():
        weight = weights[code]
        own = keys_of(row["name"])
        for spelled in own:
            yield _name(spelled, code, "own", weight)
        for spelled in _shortened(row) - own:
            yield _name(spelled, code, "alternative", weight)
        for spelled in _bare(row) - own:
            yield _name(spelled, code, "short", weight)
        for spelled in _later_words(row["name"]) - own:
            yield _name(spelled, code, "word", weight)


# What the Census adds to a name, and other lists leave out.
COUNTY_WORDS = (
    *("county", "parish", "borough", "city and borough", "census area", "municipality"),
    *("municipio", "planning region", "island", "district"),
)
_GOVERNMENTS = ("metropolitan government", "metro government", "unified government", "city")


def _shortened(row: Row) -> set[str]:
    """“East Baton Rouge County”, “Nashville” for Nashville-Davidson, “Boise” for Boise City."""
    words = search_form(row["name"]).split()
    shorter: set[str] = set()
    if REACH[row["kind"]] == REACH["county"]:
        shorter |= {f"{base}county" for base in _bare(row)}
        if row["called"] == "independent city" and words[-1] == "city":
            shorter |= {key(words[:-1])}
    elif row["code"].startswith("us-") and REACH[row["kind"]] == REACH["city"]:
        first = row["name"].split("-")[0].split("/")[0]
        if first != row["name"] and "/" in row["name"] + "/" * (row["name"].count("-") == 1):
            shorter |= _consolidated(row, first)
    return shorter - {""}


def _bare(row: Row) -> set[str]:
    """“Cook” for Cook County, “Boise” for Boise City: what a list may leave out, and other places are called."""
    words = search_form(row["name"]).split()
    if REACH[row["kind"]] == REACH["county"]:
        return _without_county_word(words)
    return {key(words[:-1])} if len(words) > 1 and words[-1] == "city" else set()


def _without_county_word(words: list[str]) -> set[str]:
    tails = [ending.split() for ending in COUNTY_WORDS]
    return {key(words[: -len(t)]) for t in tails if words[-len(t) :] == t and len(words) > len(t)}


def _consolidated(row: Row, first: str) -> set[str]:
    """Of a city and county in one its first name is the city's."""
    has_county = any(word in row["county"] for word in search_form(row["name"]).split()[1:])
    return keys_of(first) if has_county or "government" in row["name"] else set()


def _later_words(name: str) -> set[str]:
    words = search_form(name).split()
    return {key(words[start:]) for start in range(1, len(words)) if len(words[start]) > 2} - {""}


def _names_of_city_counties(tree: dict[str, Row], weights: dict[str, int]) -> Iterator[Name]:
    """“Davidson County” is Nashville: a county that is one with its city, by the end of its code."""
    for code, row in tree.items():
        words = row["county_code"].removeprefix(f"{row['parent']}-").replace("-", " ").split()
        yield from _names_of_county(" ".join(words), code, "alternative", weights[code])


def _names_of_county(
    name: str, code: str, kind: NameKind, weight: int, via: str = ""
) -> Iterator[Name]:
    words = search_form(name).split()
    bare = _without_county_word(words)
    for spelled in keys_of(name) | {f"{base}county" for base in bare}:
        yield _name(spelled, code, kind, weight, via)
    for spelled in bare:
        yield _name(spelled, code, "short", weight, via)


def _former_names(rows: list[Row], weights: dict[str, int]) -> Iterator[Name]:
    """What a place was called, and its number, until it was renamed, put together or split."""
    for row in rows:
        for code in row["now"].split():
            weight = weights[code]
            yield _name(row["fips"], code, "former", weight, row["name"])
            for spelled in keys_of(row["name"]) | _without_county_word(
                search_form(row["name"]).split()
            ):
                yield _name(spelled, code, "former", weight, row["name"])


def _other_names(
    rows: list[Row], weights: dict[str, int], kind: NameKind | None = None
) -> Iterator[Name]:
    for row in rows:
        named: NameKind = kind or row["kind"]  # type: ignore[assignment]
        for name in row["names"].split("|"):
            via = name if named == "former" else ""
            for spelled in keys_of(name):
                yield _name(spelled, row["code"], named, weights[row["code"]], via)


def _names_of_places(
    rows: list[Row], tree: dict[str, Row], weights: dict[str, int]
) -> Iterator[Name]:
    """Of a town the first is what GeoNames calls it; of a country it is the code of three letters."""
    for row in rows:
        if row["code"] not in tree:
            continue
        for place, name in enumerate(row["names"].split("|")):
            for spelled in keys_of(name):
                kind: NameKind = "variant" if place else "alternative"
                yield _name(spelled, row["code"], kind, weights[row["code"]])


def _names_of_cities(rows: list[Row]) -> Iterator[Name]:
    for row in rows:
        weight = int(row["people"])
        for spelled in keys_of(row["name"]):
            yield _name(spelled, row["code"], "city", weight, row["name"])
        for name in row["names"].split("|"):
            for spelled in keys_of(name):
                yield _name(spelled, row["code"], "variant", weight, row["name"])
