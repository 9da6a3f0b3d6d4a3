"""The lists behind the invented families: names and places of nine cultures (data/README.md)."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

CULTURES: Final = (
    "arabic", "afghan", "ethiopic", "ukrainian", "somali", "african", "latin", "bengali", "greek",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Home:
    """A town with its region and country; names are in the notation of the culture."""

    country: str
    region: str
    region_english: str
    town: str
    town_english: str


@dataclass(frozen=True, kw_only=True)
class Lists:
    """What one culture calls its children, families and towns; the frequent first."""

    boys: tuple[str, ...]
    girls: tuple[str, ...]
    families: tuple[str, ...]
    nicknames: dict[str, str]
    homes: tuple[Home, ...]


@cache
def of(culture: str) -> Lists:
    """Give the lists of *culture*."""
    text = files("handover.evaluation").joinpath(f"data/{culture}.txt").read_text(encoding="utf-8")
    parts: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            parts[line.strip("[]")] = lines = []
        else:
            lines.append(line)
    pairs = (line.split() for line in parts["nicknames"])
    return Lists(
        boys=tuple(" ".join(parts["boys"]).split()),
        girls=tuple(" ".join(parts["girls"]).split()),
        families=tuple(" ".join(parts["families"]).split()),
        nicknames={first_form(whole): short for whole, short in pairs},
        homes=tuple(map(_home, parts["places"])),
    )


def first_form(name: str) -> str:
    """Give the first of the forms in which the lists have one name."""
    return re.split("[=/]", name)[0]


def _home(line: str) -> Home:
    country, region, town = line.split("|")
    english, _, own = region.partition("=")
    town_english, _, town_own = town.partition("=")
    return Home(
        country=country,
        region_english=english,
        region=own or english,
        town_english=town_english,
        town=town_own or town_english,
    )
