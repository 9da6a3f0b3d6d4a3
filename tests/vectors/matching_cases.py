"""The cases of docs/spec/matching.md: views of five invented persons, their keys, evidence, and how it compares."""

import json
from collections import Counter
from dataclasses import asdict
from typing import Any, Final

from handover.matching import evidence, keys, rarity, scoring
from handover.matching.levels import LEVELS
from handover.matching.person import Person
from handover.matching.places import Place
from handover.matching.rarity import Rarity
from handover.matching.view import TABLES, View, view
from vectors.made import Case, accepted, refused

SALT: Final = bytes(range(16))
TAG: Final = bytes(range(0xF0, 0xF8))
RECORDS: Final = 5_000  # of the reader, of which each of its views below stands for so many:
ALIKE: Final = 40
PERSONS: Final = {
    "boy": Person(
        given_name="Yousef",
        family_name="Alhalabi",
        father_name="Achmed",
        mother_name="Fatma",
        sex="m",
        birth_date="2014-05-03",
        birth_place="Aleppo",
        nationality="SY",
        languages=("ar",),
        separated_on="2025-03",
    ),
    "same": Person(
        given_name="يوسف",
        family_name="الحلبي",
        father_name="أحمد",
        mother_name="فاطمة",
        sex="m",
        birth_date="2013",
        nationality="SY",
        languages=("ar",),
        separated_on="2025-04",
    ),
    "sister": Person(
        given_name="مريم",
        family_name="الحلبي",
        father_name="أحمد",
        mother_name="فاطمة",
        sex="f",
        birth_date="2011-02-07",
        birth_place="Aleppo",
        nationality="SY",
    ),
    "stranger": Person(
        given_name="Oksana",
        family_name="Kovalenko",
        mother_name="Iryna",
        sex="f",
        birth_date="2009",
        birth_place="Kharkiv",
        last_residence="Kyiv",
        nationality="UA",
    ),
    "unknown": Person(given_name="Tesfay", age=12, registered_on="2024-03-01", languages=("ti",)),
}
VIEWS: Final = {name: view(person) for name, person in PERSONS.items()}
REGISTER: Final = Rarity(
    RECORDS, Counter({part: count * ALIKE for part, count in rarity.of(VIEWS.values()).counts.items()})
)


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    return {**_views(), "classes": _classes(), **_keys(), **_evidence(), **_comparisons()}


def view_of(given: dict[str, Any]) -> View:
    """Give the view that a case writes out."""
    read = {
        "years": tuple(given["years"]),
        "homes": tuple(Place(**home) for home in given["homes"]),
        "languages": tuple(given["languages"]),
        "separated": given["separated"] and tuple(given["separated"]),
    }
    bags = {role: tuple(tuple(forms) for forms in given[role]) for role in ("given", "paternal", "mother")}
    return View(**{**given, **read, **bags})


def shown(seen: View) -> Case:
    """Give a view as a case writes it out."""
    return dict(json.loads(json.dumps(asdict(seen))))


def listed(found: tuple[keys.Key, ...]) -> list[Case]:
    """Give keys as a case lists them."""
    return [{"text_hex": key.text.hex(), "bits": round(key.bits, 6)} for key in found]


def compared(data: bytes, salt: bytes, own: View, register: Rarity) -> Case:
    """Give what a comparison comes to: levels, what met, score, band."""
    levels = evidence.compare(data, salt, own)
    score = scoring.score(levels, register)
    return {
        "levels": {
            field: names[level] for (field, names), level in zip(LEVELS.items(), levels.each, strict=True)
        },
        "met": [list(each) for each in levels.met],
        "score": round(score, 6),
        "band": str(scoring.band(score)),
        "relative": scoring.relative(levels),
        "reasons": list(scoring.reasons(levels)),
    }


def _views() -> dict[str, Case]:
    return {
        f"view-{name}": accepted(
            "The view of a record.",
            {"person": {key: value for key, value in asdict(person).items() if value}},
            {"view": shown(VIEWS[name])},
        )
        for name, person in PERSONS.items()
    }


def classes(records: list[int]) -> Case:
    """Give the class and the floor of nodes with so many records."""
    sizes = [keys.size_class(each) for each in records]
    return {"classes": sizes, "floors": [keys.floor(size) for size in sizes]}


def _classes() -> Case:
    records = [0, 4_096, 8_192, 8_193, 32_768, 32_769, 1_000_000]
    return accepted("The classes of registers, and their floors.", {"records": records}, classes(records))


def _keys() -> dict[str, Case]:
    found = {}
    for side, name, size in (
        ("indexed", "boy", 4_096),
        ("indexed", "sister", 4_096),
        ("indexed", "same", 65_536),
        ("asked", "boy", 4_096),
        ("asked", "boy", 16_384),
        ("asked", "stranger", 4_096),
        ("asked", "unknown", 4_096),
    ):
        made = (keys.indexed if side == "indexed" else keys.asked)(VIEWS[name], size=size)
        given = {"side": side, "size": size, "tables_hex": TABLES.hex(), "view": shown(VIEWS[name])}
        first = made[0].text[len(keys.VERSION + TABLES) :].decode().split("\x1f") if made else []
        case = accepted(f"The keys of a view, {side}.", given, {"keys": listed(made)}, {"first": first})
        found[f"{side}-{name}" if size == 4_096 else f"{side}-{name}-{size}"] = case
    return found


def _evidence() -> dict[str, Case]:
    given = {"salt_hex": SALT.hex(), "tag_hex": TAG.hex()}
    found = {
        f"evidence-{name}": accepted(
            "The evidence of a view under a salt.",
            given | {"view": shown(VIEWS[name])},
            {"evidence_hex": evidence.pack(VIEWS[name], salt=SALT, tag=TAG).hex()},
        )
        for name in ("boy", "stranger", "unknown")
    }
    short = given | {"tag_hex": TAG[:7].hex(), "view": shown(VIEWS["boy"])}
    return found | {"evidence-tag-short": refused("A tag has 8 bytes.", short, "malformed")}


def _comparisons() -> dict[str, Case]:
    data = evidence.pack(VIEWS["boy"], salt=SALT, tag=TAG)
    found = {}
    for name in ("same", "sister", "stranger", "unknown", "boy"):
        own = VIEWS[name]
        register = {
            "size": REGISTER.size,
            "counts": [[*part, REGISTER.counts[part]] for part in sorted(rarity.parts(own))],
        }
        given = {
            "evidence_hex": data.hex(),
            "salt_hex": SALT.hex(),
            "view": shown(own),
            "register": register,
            "weights_hex": scoring.WEIGHTS.hex(),
        }
        expected = compared(data, SALT, own, REGISTER)
        steps = {"levels": [f"{field}: {level}" for field, level in expected["levels"].items()]}
        found[f"compare-{name}"] = accepted("Evidence, compared with a view.", given, expected, steps)
        if name == "same":
            cut = given | {"evidence_hex": data[:-1].hex()}
            found["compare-cut"] = refused("Evidence has 240 bytes.", cut, "malformed")
    return found
