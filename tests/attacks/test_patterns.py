"""Texts made to be dear: regular expressions that try many ways, marks without end, forms filled to the brim."""

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator

import pytest

from attacks.attack import Attack, Leaves, Strike, against
from attacks.backtracking import Matcher, attacks, growth, tree
from attacks.house import SIGN_IN, House, house, told
from attacks.patterns import Found, found, layer
from handover.domain.composing import MOST_MARKS
from pages.office import hidden

LINEAR = 2.3  # times the steps for twice the text, with what belongs to its beginning
LAYERS = sorted({layer(each.file) for each in found()})
MARKS = "\u0301\u0316" * 8_000  # as many as a field may have


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("patterns")) as made:
        yield made


@pytest.fixture(scope="module", autouse=True)
def _deep() -> Iterator[None]:
    """The counting matcher calls itself for each letter."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(before)


def dear(layer_: str) -> list[tuple[Found, float, str]]:
    """Give the expressions of a layer whose steps grow faster than the text."""
    of_it = [each for each in found() if layer(each.file) == layer_]
    grown = [(each, *growth(each.pattern, search=each.search)) for each in of_it]
    return [each for each in grown if each[1] > LINEAR]


@against(
    *(
        Attack(
            f"patterns-of-{each}",
            f"Somebody fills each repetition of a regular expression of `{each}` and then breaks it.",
            "nothing",
            with_=each,
        )
        for each in LAYERS
    )
)
def test_no_expression_tries_more_ways_than_the_text_is_long(door: House, case: Attack) -> Strike:
    def run() -> str:
        worst = dear(case.with_)
        assert not worst
        return "nothing"

    return door.strike(run)


@pytest.mark.parametrize(
    ("pattern", "search"),
    [
        ("(a+)+b", False), ("(a|a)*b", False), ("a*a*b", False), (r"(\w+\s?)*!", False), ("(x+x+)+y", False),
        (r"\s+$", True), ("(?:[a-z]+-?)*x", False), ("[a-z]+X", True), ("(?:a?){30}a{30}b", False),
        ("(?:.*,)*x", False),
    ],
)  # fmt: skip
def test_what_is_dear_is_seen(pattern: str, search: bool) -> None:
    assert growth(re.compile(pattern), search=search)[0] > LINEAR


@pytest.mark.parametrize("each", found(), ids=lambda each: f"{each.file}:{each.line}")
def test_the_counting_matcher_says_what_re_says(each: Found) -> None:
    for text in [attack(size) for attack in attacks(each.pattern) for size in (0, 1, 5)][:200]:
        made = Matcher(text, each.pattern.flags)
        mine = made.match(tree(each.pattern), 0, lambda end, text=text: end == len(text))  # type: ignore[misc]
        whole: str | bytes = text
        if isinstance(each.pattern.pattern, bytes):
            if not all(ord(letter) < 256 for letter in text):
                continue
            whole = text.encode("latin-1")
        assert mine is (each.pattern.fullmatch(whole) is not None), text  # type: ignore[arg-type]


def test_all_expressions_were_found() -> None:
    assert len(found()) > 110
    assert {"protocol", "domain", "web", "pages", "matching", "adapters"} <= set(LAYERS)


class Rows:
    """Watches what is put into a form of Unicode, which orders marks in a row by comparing them two and two."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.longest = 0
        self._real = unicodedata.normalize
        monkeypatch.setattr(unicodedata, "normalize", self._normalize)

    def _normalize(self, form: str, text: str) -> str:
        row = 0
        for letter in text:
            row = row + 1 if unicodedata.combining(letter) else 0
            self.longest = max(self.longest, row)
        assert self.longest <= MOST_MARKS, "it would take minutes"
        return self._real(form, text)  # type: ignore[arg-type]


def at_the_door(field: str) -> Callable[[House], Callable[[], str]]:
    """Fill a field of the form of sign-in name and password."""

    def prepare(door: House) -> Callable[[], str]:
        client = door.stranger()
        form = hidden(client.get(SIGN_IN).text)
        sent = {**form, "login": "eleni.p", "password": "x", "code": "123456", field: MARKS}
        return lambda: told(client.post(f"{SIGN_IN}/password", data=sent, follow_redirects=False))

    return prepare


@against(
    Attack(
        "marks-in-a-password",
        "A stranger types a password of 16 000 accents, each of which a form of Unicode compares with all others.",
        "401 sign-in-refused",
        Leaves.COUNTED,
        with_=at_the_door("password"),
    ),
    Attack(
        "marks-in-a-sign-in-name",
        "A stranger types a sign-in name of 16 000 accents.",
        "401 signed-out",
        with_=at_the_door("login"),
    ),
    Attack(
        "marks-in-a-code",
        "A stranger types a code of 16 000 accents.",
        "401 signed-out",
        with_=at_the_door("code"),
    ),
)
def test_no_text_is_dear_to_bring_into_form(
    door: House, monkeypatch: pytest.MonkeyPatch, case: Attack
) -> Strike:
    strike = door.strike(case.with_(door))
    Rows(monkeypatch)
    return strike
