"""Fields without end: what is typed by the hundred thousand into each field of each form and body."""

import ast
import copy
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from attacks.attack import Attack, Strike, against
from attacks.house import House, house, told
from attacks.siege import named
from handover import pages
from handover.domain.groups import WORDS
from handover.pages import request
from handover.pages.routes import PAGES
from handover.pages.sending import DATE_LIMIT, longest
from handover.pages.visit import Page
from handover.web.limits import FIELD_LIMIT, FORM_LIMIT, UPLOAD_LIMIT, taken_at
from web.stage import JSON

NOTHING = "00000000-0000-7000-8000-00000000dead"
PART = re.compile(r"\{\w+\}")
SENT = [page for page in (*PAGES, *request.PAGES) if page.post is not None]
_READS = frozenset({"value", "values", "text", "choice", "choices"})
_FOLDER = Path(pages.__file__).parent
_NAMED = re.compile(
    r'(?:text|radios|checkboxes|select|upload)\(form, "([\w.-]+)"|'
    r'(?:input|select|textarea|button)[^>{]* name="([\w.-]+)"'
)
_DATED = re.compile(r'date\(form, "([\w.-]+)"')


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("fields")) as made:
        yield made


def fields() -> set[str]:
    """Give the name of each field that the code of a page reads or a template shows."""
    found = {"identity.names-0-full", "identity.birth_date-day"}  # of a record: its schema names them
    for path in _FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                name = getattr(node.args[0], "value", None)
                if isinstance(name, str) and "form" in ast.unparse(node.func.value):
                    if node.func.attr in _READS:
                        found.add(name)
                    elif node.func.attr == "date":
                        found.update(f"{name}-{part}" for part in ("day", "month", "year"))
    for path in (_FOLDER / "templates").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        found.update(one or other for one, other in _NAMED.findall(text))
        found.update(f"{name}-{part}" for name in _DATED.findall(text) for part in ("day", "month", "year"))
    return found


FIELDS = sorted(fields())
SHORT = [name for name in FIELDS if name not in ("kept", "csrf")]


def test_no_field_takes_more_than_any_text_may_have() -> None:
    assert len(FIELDS) > 100
    assert {longest(name) for name in FIELDS} == {DATE_LIMIT, FIELD_LIMIT, FORM_LIMIT}
    assert [name for name in FIELDS if longest(name) == FORM_LIMIT] == ["kept"]
    assert 4 * WORDS.longest == FIELD_LIMIT


HUGE = {
    "line-feeds": ("line feeds", "\n" * 70_000),
    "spaces": ("spaces", " " * 70_000),
    "digits": ("digits", "7" * 70_000),
    "parentheses": ("parentheses in parentheses", "(" * 35_000 + ")" * 35_000),
    "marks": ("marks above one letter", "a" + "\u0301" * 35_000),
    "turns": ("marks that turn the direction of writing", "\u202e\u2067" * 12_000),
}


@against(
    *(
        Attack(
            f"field-of-{name}",
            f"An officer's browser sends hundreds of kilobytes of {words} in fields of its forms.",
            "413 field-too-long",
            with_=text,
        )
        for name, (words, text) in HUGE.items()
    )
)
def test_a_field_without_end_reaches_no_page(door: House, case: Attack) -> Strike:
    browser = door.browser()
    token = browser.token("/office/account")
    turn = [text for _, text in HUGE.values()].index(case.with_)
    forms = list(zip(SENT, itertools.cycle(SHORT), strict=False))[turn :: len(HUGE)]
    assert len(forms) > 10

    def sent(page: Page, name: str) -> str:
        files: dict[str, Any] = (
            {"files": {"file": ("a.txt", b"a")}} if taken_at(page.address)[0] == UPLOAD_LIMIT else {}
        )
        path = PART.sub(NOTHING, page.address)
        data = {"csrf": token, name: case.with_}
        return told(browser.client.post(path, data=data, follow_redirects=False, **files))

    def run() -> str:
        answer, *others = dict.fromkeys(sent(page, name) for page, name in forms)
        assert not others, (answer, others)
        return answer

    return door.strike(run)


def texts(value: Any) -> Iterator[tuple[str | int, ...]]:
    """Give the way to each text in a body."""
    if isinstance(value, str):
        yield ()
    for step, each in (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    ):
        for rest in texts(each):
            yield (step, *rest)


def with_text(value: Any, way: tuple[str | int, ...], text: str) -> Any:
    """Give a body with another text at the end of a way."""
    if not way:
        return text
    changed = copy.copy(value)
    changed[way[0]] = with_text(value[way[0]], way[1:], text)
    return changed


def bodies(description: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Give method, path and example of each body that the description of the API has."""
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            shape = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            if shape:
                yield method, path, description["components"]["schemas"][shape]["examples"][0]


@against(
    Attack(
        "text-of-the-api-without-end",
        "A case system sends hundreds of kilobytes in each text of each body of the API.",
        "413 field-too-long",
    )
)
def test_a_text_without_end_reaches_no_use_case(door: House, case: Attack) -> Strike:
    office = door.office
    description = office.client.get("/api/openapi.json").json()
    all_of_them = [
        (method, PART.sub(NOTHING, path), with_text(body, way, text))
        for (method, path, body), (_, text) in zip(
            bodies(description), itertools.cycle(HUGE.values()), strict=False
        )
        for way in texts(body)
    ]
    assert len(all_of_them) > 100
    headers = [
        {
            **JSON,
            "authorization": f"Bearer {office.hire(f'program {number}')}",
            "idempotency-key": "key-of-it",
        }
        for number in range(len(all_of_them) // 20 + 1)
    ]

    def sent(number: int) -> str:
        method, path, body = all_of_them[number]
        content = json.dumps(body, ensure_ascii=False).encode()
        return named(office.client.request(method, path, content=content, headers=headers[number // 20]))

    def run() -> str:
        answer, *others = set(map(sent, range(len(all_of_them))))
        assert not others, (answer, others)
        return answer

    return door.strike(run)
