"""What an office puts into which box of its form about one child: the record a matcher gets."""

from typing import Final

from handover.evaluation import dates, families, lists
from handover.evaluation.dice import Dice
from handover.evaluation.families import LINEAGE, Child, Name
from handover.evaluation.profiles import Side
from handover.evaluation.writing import Office

Record = dict[str, object]

_UNKNOWN: Final = ("unknown", "FNU", "XXX", "N/A", "-", "UNKNOWN", "not stated", "sans nom", "LNU", "?")
_TITLES: Final = {  # in Latin letters, in those of the culture
    "arabic": (("Haj", "Sayed"), ("الحاج", "السيد")), "afghan": (("Sayed", "Haji"), ("سید", "حاجی")),
    "bengali": (("Md.", "Md", "Hafez"), ("মোঃ", "হাফেজ")), "african": (("El Hadj", "Alhaji"), ("El Hadj",)),
    "somali": (("Sheikh", "Haji"), ("Xaaji", "Sheekh")), "ethiopic": (("Ato",), ("አቶ",)), "latin": (("Sr.",), ("Sr.",)),
    "greek": (("Mr", "Kyrios"), ("κ.",)), "ukrainian": (("Mr",), ("гр.",)),
}  # fmt: skip
_COUNTRIES: Final = {
    "SY": "Syria", "IQ": "Iraq", "PS": "Palestine", "SD": "Sudan", "YE": "Yemen", "EG": "Egypt",
    "AF": "Afghanistan", "IR": "Iran", "PK": "Pakistan",
    "ER": "Eritrea", "ET": "Ethiopia", "UA": "Ukraine", "SO": "Somalia", "KE": "Kenya", "DJ": "Djibouti",
    "GN": "Guinea", "ML": "Mali", "SN": "Senegal",
    "CI": "Côte d'Ivoire", "GM": "Gambia", "NG": "Nigeria", "GH": "Ghana", "CM": "Cameroon",
    "CD": "DR Congo", "BF": "Burkina Faso", "SL": "Sierra Leone",
    "MM": "Myanmar", "BD": "Bangladesh", "MY": "Malaysia", "GR": "Greece", "CY": "Cyprus",
    "VE": "Venezuela", "CO": "Colombia", "HN": "Honduras",
    "GT": "Guatemala", "SV": "El Salvador", "PE": "Peru", "EC": "Ecuador", "MX": "Mexico", "CU": "Cuba",
    "DO": "Dominican Republic",
}  # fmt: skip
_NEIGHBOURS: Final = {
    "arabic": ("SY", "IQ", "LB", "PS", "JO"), "afghan": ("AF", "IR", "PK"), "ethiopic": ("ER", "ET", "SD"),
    "ukrainian": ("UA", "RU", "MD"),
    "somali": ("SO", "ET", "KE"), "african": ("GN", "ML", "SN", "CI", "GM"),
    "latin": ("VE", "CO", "HN", "GT"), "bengali": ("BD", "MM", "IN"),
    "greek": ("GR", "CY", "AL"),
}  # fmt: skip


def record(child: Child, identity: str, side: Side, dice: Dice) -> Record:
    """Write down *child* as that side does."""
    office = Office(
        child.culture, side, dice, russian=child.russian and dice.chance(0.6 if side.native == 0 else 0.3)
    )
    names = _names(child, office, side, dice)
    places = (_place(child, office, side, dice, last=last) for last in (False, True))
    found: Record = {
        "id": identity,
        **names,
        "sex": _sex(child, side, dice),
        **dates.birth(child, side, dice),
    }
    found |= dict(zip(("birth_place", "last_residence"), places, strict=True))
    found |= {
        "nationality": _nationality(child, side, dice),
        "languages": [each for each in child.languages if dice.chance(0.6)],
    }
    return {
        name: value for name, value in (found | _separation(child, dice)).items() if value not in ("", [])
    }


def _names(child: Child, office: Office, side: Side, dice: Dice) -> dict[str, str]:
    given = _shortened(office.name(child.given, called=True), side, dice)
    family, other = _paternal(child, office, side, dice)
    father = (
        ""
        if dice.chance(side.no_father)
        else _parent(child, child.father, _fathers_family(child), office, side, dice)
    )
    mother = (
        ""
        if dice.chance(side.no_mother)
        else _parent(
            child, child.mother, _gendered(child.culture, child.mother_family, dice), office, side, dice
        )
    )
    if dice.chance(side.title):
        given = f"{dice.pick(_TITLES[child.culture][office.native])} {given}"
    if dice.chance(side.swapped):
        given, family = family, given
    elif family and dice.chance(side.all_in_one):
        given, family = f"{given} {family}", ""
    if dice.chance(side.placeholder):
        family = dice.pick(_UNKNOWN)
    return {
        "given_name": given,
        "family_name": family,
        "other_names": other,
        "father_name": father,
        "mother_name": mother,
    }


def _fathers_family(child: Child) -> Name:
    return child.grandfather if child.culture in LINEAGE else child.family


def _paternal(child: Child, office: Office, side: Side, dice: Dice) -> tuple[str, str]:
    """Give the box of the family name and that of other names."""
    draw = dice.draw()
    usual = child.father if child.culture in LINEAGE and dice.chance(0.65) else child.family
    chosen = (
        child.father
        if draw < side.after_father
        else child.grandfather
        if draw < side.after_father + side.after_grandfather
        else usual
    )
    if child.sex == "f" and chosen == child.family:
        chosen = _gendered(child.culture, chosen, dice)
    parts = office.name(chosen)
    if child.culture == "latin" and len(parts) > 1 and dice.chance(0.45):
        parts = parts[:1]
    family = "" if dice.chance(side.no_family) else _shortened(parts, side, dice)
    more = child.father if chosen != child.father else child.grandfather
    if child.culture == "ukrainian":
        other = _patronymic(child, office) if dice.chance(0.45) else ""
    else:
        other = " ".join(office.name(more)) if dice.chance(0.25) else ""
    return family, other


def _patronymic(child: Child, office: Office) -> str:
    own = child.father[0].partition("/")
    name = (own[2] or own[0]) if office.spoken == "russian" else own[0]
    son, daughter = ("ович", "овна") if office.spoken == "russian" else ("ович", "івна")
    stem = name[:-1] if name[-1] in "оьийя" else name
    if name[-1] in "йьія":
        son, daughter = ("евич", "евна") if office.spoken == "russian" else ("йович", "ївна")
    return " ".join(office.name((stem + (son if child.sex == "m" else daughter),)))


_FEMALE: Final = (
    ("ський", "ська"), ("цький", "цька"), ("ий", "а"), ("ов", "ова"), ("όπουλος", "οπούλου"),
    ("ίδης", "ίδου"), ("ΐδης", "ΐδου"), ("άδης", "άδου"),
    ("άκης", "άκη"), ("ης", "η"), ("ής", "ή"), ("άς", "ά"), ("ος", "ου"),
)  # fmt: skip


def _gendered(culture: str, family: Name, dice: Dice) -> Name:
    """Give the form a woman has of a family name; an office abroad often writes the father's."""
    if culture not in ("ukrainian", "greek") or dice.chance(0.2):
        return family
    for man, woman in _FEMALE:
        if family[0].endswith(man):
            return (family[0].removesuffix(man) + woman,)
    return family


def _shortened(parts: list[str], side: Side, dice: Dice) -> str:
    if len(parts) > 1 and dice.chance(side.dropped * 1.5):
        parts = [dice.pick(parts)]
    if len(parts) > 1 and dice.chance(side.joined):
        return parts[0] + "".join(parts[1:]).lower()
    return " ".join(parts)


def _parent(child: Child, own: Name, family: Name, office: Office, side: Side, dice: Dice) -> str:
    if dice.chance(side.wrong_parent):
        own = families.given_name(child.culture, "m" if own == child.father else "f", dice)
    parts = office.name(own, called=True)
    if len(parts) > 1 and dice.chance(side.dropped):
        parts = parts[:1]
    more = family != own[-1:] and dice.chance(0.4)
    return " ".join(parts + office.name(family) if more else parts)


def _sex(child: Child, side: Side, dice: Dice) -> str:
    if dice.chance(side.no_sex):
        return ""
    return {"m": "f", "f": "m"}[child.sex] if dice.chance(side.wrong_sex) else child.sex


def _nationality(child: Child, side: Side, dice: Dice) -> str:
    if dice.chance(side.no_nationality):
        return ""
    return dice.pick(_NEIGHBOURS[child.culture]) if dice.chance(side.wrong_nationality) else child.nationality


def _place(child: Child, office: Office, side: Side, dice: Dice, *, last: bool) -> str:
    if dice.chance(side.no_last_place if last else side.no_birth_place):
        return ""
    home = child.last if last else child.home
    if dice.chance(side.wrong_place):
        home = dice.pick(lists.of(child.culture).homes)
    country, region, _ = side.levels
    draw = dice.draw()
    if draw < country:
        return _COUNTRIES[home.country]
    text = (
        office.place(home.region, home.region_english)
        if draw < country + region
        else office.place(home.town, home.town_english)
    )
    more = dice.draw()
    if more < 0.15:
        return f"{text}, {_COUNTRIES[home.country]}"
    return f"{text}, {office.place(home.region, home.region_english)}" if more < 0.22 else text


def _separation(child: Child, dice: Dice) -> Record:
    if dice.chance(0.5):
        return {}
    year, month = child.separated
    month = max(1, min(12, month + dice.pick((0, 0, 0, 0, 1, -1, 2))))
    return {"separated_on": f"{year}-{month:02}" if dice.chance(0.7) else f"{year}"}
