"""Invented families, as they are before anybody writes them down."""

from dataclasses import dataclass, replace
from typing import Final

from handover.evaluation import lists
from handover.evaluation.dice import Dice
from handover.evaluation.lists import Home

Name = tuple[str, ...]
"""The parts of one name, each in the notation of its culture."""

SHARES: Final = (
    ("arabic", 0.19), ("afghan", 0.17), ("ethiopic", 0.12), ("ukrainian", 0.12), ("somali", 0.09),
    ("african", 0.11), ("latin", 0.07),
    ("bengali", 0.08), ("greek", 0.05),
)  # fmt: skip
LINEAGE: Final = frozenset({"ethiopic", "somali"})
"""Where there are no family names: a child is called after father and grandfather."""
_LANGUAGES: Final = {
    "SY": ("ar",), "IQ": ("ar", "ku"), "PS": ("ar",), "SD": ("ar",), "YE": ("ar",), "EG": ("ar",),
    "AF": ("fa", "ps"), "IR": ("fa",), "PK": ("ps", "ur"),
    "ER": ("ti",), "ET": ("am", "ti", "om"), "UA": ("uk", "ru"), "SO": ("so",), "KE": ("so", "sw"),
    "DJ": ("so", "fr"), "GN": ("ff", "fr"), "ML": ("bm", "fr"),
    "SN": ("wo", "fr"), "CI": ("fr",), "GM": ("en", "wo"), "NG": ("en", "yo", "ha"), "GH": ("en", "ak"),
    "CM": ("fr", "en"), "CD": ("fr", "ln"),
    "BF": ("fr",), "SL": ("en",), "MM": ("rhg",), "BD": ("bn",), "MY": ("rhg",), "GR": ("el",),
    "CY": ("el",),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Child:
    """One child with what an office could come to know of it."""

    culture: str
    sex: str
    given: Name
    family: Name
    father: Name
    grandfather: Name
    mother: Name
    mother_family: Name
    born: tuple[int, int, int]
    home: Home
    last: Home
    separated: tuple[int, int]
    nationality: str
    languages: tuple[str, ...]
    russian: bool = False

    @property
    def year(self) -> int:
        """Give the year of birth."""
        return self.born[0]


def child(dice: Dice) -> Child:
    """Invent a child and its family."""
    culture = dice.weighted(SHARES)
    own = lists.of(culture)
    home = dice.skewed(own.homes)
    sex = "m" if dice.chance(0.68) else "f"
    father = given_name(culture, "m", dice)
    grandfather = given_name(culture, "m", dice)
    family = _family(culture, father, grandfather, dice)
    married = dice.chance({"ukrainian": 0.8, "greek": 0.6, "african": 0.2, "afghan": 0.3}.get(culture, 0.0))
    spoken = _LANGUAGES.get(home.country, ("es",))
    return Child(
        culture=culture,
        sex=sex,
        given=given_name(culture, sex, dice),
        family=family,
        father=father,
        grandfather=grandfather,
        mother=given_name(culture, "f", dice),
        mother_family=family
        if married
        else _family(culture, given_name(culture, "m", dice), grandfather, dice),
        born=born(dice),
        home=home,
        last=home if dice.chance(0.6) else _near(culture, home, dice),
        separated=(dice.whole(2021, 2026), dice.whole(1, 12)),
        nationality=_nationality(culture, home, dice),
        languages=tuple(dict.fromkeys((dice.skewed(spoken), dice.pick(spoken)))),
        russian=culture == "ukrainian" and dice.chance(0.3),
    )


def born(dice: Dice) -> tuple[int, int, int]:
    """Give a day of birth of somebody who is a child in 2026."""
    age = 18 - int(17 * dice.draw() ** 1.6)
    return 2026 - age, dice.whole(1, 12), dice.whole(1, 28)


def given_name(culture: str, sex: str, dice: Dice) -> Name:
    """Give a given name, in one or two parts as is usual there."""
    names = lists.of(culture).boys if sex == "m" else lists.of(culture).girls
    first = dice.skewed(names)
    double = {"latin": 0.55, "afghan": 0.3, "bengali": 0.6, "african": 0.15, "arabic": 0.05}.get(culture, 0.0)
    if not dice.chance(double) or "_" in first:
        return (first,)
    if culture == "bengali":
        before = sex == "m" and dice.chance(0.5)
        more = (
            "mOhammôd"
            if before
            else dice.pick(("begôm", "khatun", "akter", "bibi") if sex == "f" else names[3:20])
        )
        return (more, first) if before else (first, more)
    if culture == "afghan" and sex == "m":
        lead = dice.pick(("muHammad", "muHammad", "sayyid", "calI"))
        return (lead, first) if lead != first else (first,)
    second = dice.skewed(names)
    return (first, second) if second != first else (first,)


def _family(culture: str, father: Name, grandfather: Name, dice: Dice) -> Name:
    own = lists.of(culture).families
    if culture in LINEAGE:
        return grandfather
    if (culture == "afghan" and dice.chance(0.3)) or (culture == "bengali" and dice.chance(0.45)):
        return father[-1:]
    if culture == "latin":
        return dice.skewed(own), dice.skewed(own)
    return (dice.skewed(own),)


def _near(culture: str, home: Home, dice: Dice) -> Home:
    others = [each for each in lists.of(culture).homes if each.country == home.country and each != home]
    return dice.pick(others or lists.of(culture).homes)


def _nationality(culture: str, home: Home, dice: Dice) -> str:
    if culture == "afghan":
        return "AF"
    if culture == "somali":
        return "SO" if dice.chance(0.9) else home.country
    if culture == "bengali" and home.country == "MY":
        return "MM"
    return home.country


def sibling(other: Child, dice: Dice, *, twin: bool = False) -> Child:
    """Invent a brother or sister of that child; a twin is born the same day."""
    sex = dice.pick("mf") if not twin or dice.chance(0.4) else other.sex
    given = given_name(other.culture, sex, dice)
    while given == other.given:
        given = given_name(other.culture, sex, dice)
    apart = dice.pick((-5, -4, -3, -2, -2, 2, 2, 3, 4, 5))
    own = born(dice)
    return replace(
        other, sex=sex, given=given, born=other.born if twin else (other.year + apart, own[1], own[2])
    )


def namesake(other: Child, dice: Dice) -> Child:
    """Invent another child who happens to be called alike, and is about as old."""
    stranger = child(dice)
    while stranger.culture != other.culture:
        stranger = child(dice)
    own = born(dice)
    return replace(
        stranger,
        sex=other.sex,
        given=other.given,
        father=other.father if dice.chance(0.5) else stranger.father,
        family=other.family if dice.chance(0.5) else stranger.family,
        home=other.home if dice.chance(0.3) else stranger.home,
        nationality=other.nationality,
        born=(other.year + dice.pick((-2, -1, 0, 0, 1, 2)), own[1], own[2]),
    )
