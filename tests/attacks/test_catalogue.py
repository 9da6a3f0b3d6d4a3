"""The attacks by name: none twice, each with a sentence, and answers that the specification lists."""

import re
from collections import Counter

from attack_tables import catalogue
from handover.web import problems
from web_tables import load_everything

ALL = [each for attacks in catalogue().values() for each in attacks]


def test_each_attack_has_a_name_of_its_own() -> None:
    assert not [name for name, count in Counter(each.name for each in ALL).items() if count > 1]


def test_an_attack_is_told_in_a_sentence() -> None:
    for each in ALL:
        assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", each.name), each.name
        assert re.fullmatch(r"[A-Z][^|\n]+\.", each.attack), each.name


def test_each_answer_is_a_receipt_a_status_or_a_problem_of_the_specification() -> None:
    load_everything()
    known = {"receipt", "nothing", *problems.catalogue()}
    words = {word for each in ALL for word in each.expected.split() if not re.fullmatch(r"[2-5]\d\d", word)}
    assert words <= known
