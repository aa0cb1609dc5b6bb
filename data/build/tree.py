"""Lays what the census lists do not say into the tree of places: run again, it changes nothing.

Cities and counties in one become one place (city-counties.csv), places get their true county or
counties (counties-of-places.csv), and a former code leads to what the place is now (former.csv).
The outlines and ZIP codes then name the code that leads.
"""

import argparse
import csv
import gzip
import json
from collections.abc import Iterable
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
Row = dict[str, str]
FIELDS = (
    *("code", "kind", "name", "parent", "county", "called", "iso", "fips", "lat", "lon"),
    *("aliases", "law", "note", "county_code", "counties"),
)
TREE = ("countries", "subdivisions", "us-counties", "us-places")
# The capital is a district and a city in one, without counties.
CAPITAL, CAPITAL_CITY, CAPITAL_FIPS = "us-dc", "us-dc-washington", "1150000"
# The census puts the middle of San Francisco beside the Farallon Islands, 50 km out at sea.
POINTS = {"us-ca-san-francisco": ("37.760", "-122.443")}
NEW_YORK = "us-ny-new-york"


def read(file: Path) -> list[Row]:
    """The rows of a CSV file."""
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def write(file: Path, rows: Iterable[Row]) -> None:
    """Rows of the tree in the order of their codes."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, FIELDS, lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: row["code"]))


class Tree:
    """The rows of all files by code, and for each code that no longer leads the one that does."""

    def __init__(self, folder: Path) -> None:
        self.rows = {
            name: {row["code"]: row for row in read(folder / f"{name}.csv")} for name in TREE
        }
        self.leads: dict[str, str] = {}

    def merge(self, one: Row) -> None:
        """A county, and what else the census lists of it, become the place that leads."""
        code, places = one["code"], self.rows["us-places"]
        county = self.rows["us-counties"].pop(one["county"], None)
        other = places.pop(one["also"], None)
        place = places.setdefault(code, {**(other or {}), "code": code, "aliases": ""})
        place |= {key: one[key] for key in ("kind", "name", "called") if one[key]}
        place["county"] = NEW_YORK if one["called"] == "borough" else ""
        place["county_code"] = one["county"]
        self.leads[one["county"]] = code
        if one["also"]:
            self.leads[one["also"]] = code
        if county is not None:
            add_aliases(place, one["county"], one["also"], county["fips"], county["aliases"])

    def put_in(self, one: Row) -> None:
        """A place gets its county, or all of several: then no single one speaks for it."""
        counties = one["counties"].split()
        place = self.rows["us-places"][one["place"]]
        place["county"] = counties[0] if len(counties) == 1 else ""
        place["counties"] = one["counties"] if len(counties) > 1 else ""

    def rename(self, one: Row) -> None:
        """The code and FIPS of a former place lead to the one place that it is now."""
        [now] = one["now"].split()
        for rows in self.rows.values():
            for row in rows.values():
                row["aliases"] = " ".join(
                    alias for alias in row["aliases"].split() if alias != one["fips"]
                )
        place = self.rows["us-places"].get(now) or self.rows["us-counties"][now]
        add_aliases(place, one["code"], one["fips"])

    def merge_capital(self) -> None:
        """Washington is the District of Columbia."""
        if self.rows["us-places"].pop(CAPITAL_CITY, None):
            add_aliases(self.rows["subdivisions"][CAPITAL], CAPITAL_CITY, CAPITAL_FIPS)
        self.leads[CAPITAL_CITY] = CAPITAL

    def leading(self, code: str) -> str:
        """The code that leads where this one does not."""
        return self.leads.get(code, code)


def add_aliases(place: Row, *more: str) -> None:
    """Codes by which a place is known too, each once, sorted."""
    codes = {*place["aliases"].split(), *(code for text in more for code in text.split())}
    place["aliases"] = " ".join(sorted(codes))


def together(folder: Path) -> Tree:
    """The tree of a folder with everything laid into it."""
    tree = Tree(folder)
    for one in read(HERE / "city-counties.csv"):
        tree.merge(one)
    tree.merge_capital()
    for one in read(HERE / "counties-of-places.csv"):
        tree.put_in(one)
    for one in read(folder / "former.csv"):
        if " " not in one["now"]:
            tree.rename(one)
    for code, (lat, lon) in POINTS.items():
        tree.rows["us-places"][code] |= {"lat": lat, "lon": lon}
    for place in tree.rows["us-places"].values():
        place["county"] = tree.leading(place["county"])
    return tree


def name_leading(data: Path, tree: Tree) -> None:
    """The outlines, the maps and the ZIP codes name the code that leads."""
    zips = data / "jurisdictions" / "us-zips.csv"
    lines = ["zip,counties"]
    for row in read(zips):
        codes = dict.fromkeys(tree.leading(code) for code in row["counties"].split())
        lines.append(f"{row['zip']},{' '.join(codes)}")
    zips.write_text("\n".join([*lines, ""]), encoding="utf-8")
    geography = data / "geography"
    for file in (geography / "us-counties.json", *sorted((geography / "us").glob("*.json"))):
        text = file.read_text(encoding="utf-8")
        for code in tree.leads:
            text = text.replace(f'"code":"{code}"', f'"code":"{tree.leads[code]}"')
        file.write_text(text, encoding="utf-8")
    outlines = geography / "pip-us-counties.topojson.gz"
    topology = json.loads(gzip.decompress(outlines.read_bytes()))
    for shape in topology["objects"]["counties"]["geometries"]:
        shape["id"] = tree.leading(shape["id"])
    outlines.write_bytes(gzip.compress(msgspec.json.encode(topology), 9, mtime=0))


def main() -> None:
    """Lay everything into the files of a data folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "data", type=Path, help="the folder that holds jurisdictions/ and geography/"
    )
    data: Path = parser.parse_args().data
    tree = together(data / "jurisdictions")
    for name, rows in tree.rows.items():
        write(data / "jurisdictions" / f"{name}.csv", rows.values())
    name_leading(data, tree)


if __name__ == "__main__":
    main()
