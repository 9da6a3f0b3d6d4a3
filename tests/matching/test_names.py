"""One name in many scripts and spellings has one set of skeletons."""

import pytest

from handover.matching import names
from handover.matching.person import Person, read
from handover.matching.view import view

SAME = [
    "يوسف Yusuf Youssef Jussuf Γιουσούφ Юсуф Ioussouf Joseph Йосип",
    "أحمد Ahmed Ahmad Achmed Axmed Ахмед Αχμέτ",
    "فاطمة Fatima Fatma Fatouma ফাতেমা Фатима Φατίμα",
    "نور Nour Nur Noor Nuur Нур Νουρ",
]


def forms(name: str) -> set[str]:
    """Return all skeletons of a name of one part."""
    return {form for part in names.read(name) for form in part}


@pytest.mark.parametrize("line", SAME)
def test_one_name_in_many_scripts_shares_a_skeleton(line: str) -> None:
    first, *others = line.split()
    for other in others:
        assert forms(first) & forms(other), other


def test_a_description_becomes_bags_of_names_by_role() -> None:
    person = read('{"given_name":"Yusuf","father_name":"أحمد","family_name":"N/A","age":7}'.encode())
    seen = view(person)
    assert seen.given == (("YSF",),)
    assert len(seen.paternal) == 1


def test_an_empty_description_is_an_empty_view() -> None:
    seen = view(Person())
    assert (seen.given, seen.paternal, seen.years, seen.homes) == ((), (), (), ())
