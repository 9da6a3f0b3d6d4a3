"""The tables inside the auditor's page are those of the code, and every text is there in every language."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import verify_words
from browser import auditor
from handover.application.verifier_report import Rule
from handover.application.verifier_timeline import _ENTRIES
from handover.domain import lifecycle, sequence
from handover.domain.consent import Basis, Purpose
from handover.domain.continuity import DEMANDS
from handover.domain.courses import TABLES
from handover.domain.lifecycle import Act, Guarded, Order, Refusal
from handover.domain.record import SCHEMAS
from handover.pages import evidence_page
from handover.pages.languages import LANGUAGES
from handover.protocol import act_members, statement
from handover.protocol.entry import EntryKind
from handover.protocol.evidence import LINE_LIMIT
from handover.protocol.node_key import ALGORITHM, LENGTH

_GUARDS = {
    Guarded.LATE_ACCEPTANCE: "late",
    Guarded.STRAY_DEED: "stray",
    Guarded.AUTOMATIC: "automatic",
    Guarded.UNGROUNDED: "ungrounded",
    Guarded.LATE_REFERRAL: "tardy",
    Guarded.HELD: "held",
    Guarded.LATE_TAKE_UP: "lateTakeUp",
    Guarded.RESOLVING: "resolving",
    Guarded.LATE_DEED: "lateDeed",
}


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    found = context.new_page()
    found.goto(auditor.ADDRESS)
    yield found
    context.close()


def _column(column: lifecycle.Column) -> str:
    if isinstance(column, Order):
        return column.value.upper()
    return _GUARDS[column] if isinstance(column, Guarded) else column.value


def _outcome(outcome: lifecycle.Outcome) -> Any:
    if isinstance(outcome, Refusal):
        return {"refusal": outcome.value}
    return {"state": outcome[0], "again": outcome[1]} if isinstance(outcome, tuple) else outcome.value


def test_all_state_tables_are_those_of_the_lifecycle(page: Page) -> None:
    for (course, role), table in TABLES.items():
        expected = {
            state.value: {_column(column): _outcome(outcome) for column, outcome in row.items()}
            for state, row in table.items()
        }
        assert page.evaluate(f"TABLES.{course}.{role}") == expected
    assert page.evaluate("SAYS") == {**lifecycle.SAYS, **lifecycle.ANSWERS}
    assert page.evaluate("CLAIM_OF") == lifecycle.CLAIMS
    assert set(page.evaluate("SETTLED")) == lifecycle.SETTLED


def test_what_each_act_must_have_is_that_of_the_envelope(page: Page) -> None:
    found = page.evaluate("REQUIRED")
    assert {act: set(names.split()) for act, names in found.items()} == act_members.REQUIRED
    assert {act: set(names.split()) for act, names in page.evaluate("MAY").items()} == act_members.MAY
    assert {act: set(words) for act, words in page.evaluate("REASONS").items()} == act_members.REASONS
    replies = {act: [sorted(reply.to), reply.by.value] for act, reply in sequence.REPLIES.items()}
    assert page.evaluate("ANSWERED") == replies
    for name in ("BY_SENDER", "BY_RECEIVER", "AFTER_DEED", "TAKEN", "SHOWS", "MOVES", "TALK"):
        assert set(page.evaluate(name)) == getattr(sequence, name)
    assert {course: set(acts) for course, acts in page.evaluate("SPOKEN").items()} == sequence.SPOKEN
    assert set(page.evaluate("FOUR_EYES")) == act_members.FOUR_EYES
    demands = {act: {"answers": sorted(each.answers), "term": each.term} for act, each in DEMANDS.items()}
    assert page.evaluate("DEMANDS") == demands


def test_fields_keys_lines_and_words_are_those_of_the_protocol(page: Page) -> None:
    for name, schema in SCHEMAS.items():
        assert page.evaluate("pathsOf", name) == list(schema.all_paths)
    assert page.evaluate("Object.keys(SCHEMAS)") == list(SCHEMAS)
    assert page.evaluate("LIMITS") == LINE_LIMIT
    assert page.evaluate("LINE_WORDS") == list(LINE_LIMIT)
    assert page.evaluate("KEY_LENGTH") == LENGTH
    assert page.evaluate("KEY_ALG") == ALGORITHM
    assert page.evaluate("ENTRY_KINDS") == list(EntryKind)
    assert page.evaluate("BASES") == list(Basis)
    assert page.evaluate("PURPOSES") == list(Purpose)
    stated = page.evaluate("STATES")
    assert {act: set(names.split()) for act, names in stated.items()} == statement.STATES


def test_every_rule_is_explained_once(page: Page) -> None:
    explained = [rule for rules in page.evaluate("ABOUT").values() for rule in rules.split()]
    assert sorted(explained) == sorted(Rule)


def test_every_text_is_there_in_every_language_with_the_same_blanks(page: Page) -> None:
    assert page.evaluate("LANGUAGES") == list(LANGUAGES)
    known: dict[str, list[str]] = page.evaluate("TRANSLATED")
    plain: dict[str, dict[str, str]] = page.evaluate("PLAIN")
    assert plain == verify_words.PLAIN
    said = {*verify_words.own(), *(text for table in plain.values() for text in table.values())}
    assert said <= set(known)
    for text, others in known.items():
        assert len(others) == len(LANGUAGES) - 1, text
        assert len({tuple(sorted(re.findall(r"%\(\w+\)s", each))) for each in (text, *others)}) == 1, text


def test_whatever_is_refused_or_found_has_its_translations(page: Page) -> None:
    script = evidence_page.content()
    found = r'indings\.(?:invalid|incomplete|note)\([^"\n]*"[a-z-]+", (?:[^"\n,]+, |"[a-z ]+", |`[^`\n]+`, )"([^"\n]+)"'
    noticed = rf'(?:{found}|(?:const text =\s+|\btext: )"([^"\n]+)")'
    refused = r'(?:refuse\(|need\([^\n]*, |spelled\([^\n]*, |oneOf\([^\n]*, )"([^"\n]{5,})"(?:\)|, Rollback)'
    said = {*re.findall(refused, script), *("".join(each) for each in re.findall(noticed, script))}
    assert len(said) > 120
    assert said <= set(page.evaluate("Object.keys(TRANSLATED)"))


def test_every_act_and_family_of_rules_has_words(page: Page) -> None:
    keys = set(page.evaluate("Object.keys(WORDS)"))
    acts = {*Act, *_ENTRIES, EntryKind.ASSERTED}
    assert {f"act {act.value}" for act in acts} <= keys
    assert {f"about {about}" for about in page.evaluate("Object.keys(ABOUT)")} <= keys
    assert set(page.evaluate("LOGGED")) == {kind.value for kind in _ENTRIES}
    used = set(re.findall(r"data-t=\"(\w+)\"", evidence_page.content()))
    assert used <= keys


def test_a_key_of_mixed_or_small_order_is_refused_as_by_the_library(page: Page) -> None:
    base = "5866666666666666666666666666666666666666666666666666666666666666"
    assert page.evaluate("(text) => inSubgroup(unhex(text))", base)
    small = [
        "00" * 32,
        "01" + "00" * 31,
        "ec" + "ff" * 30 + "7f",
        "ed" + "ff" * 30 + "7f",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ]
    for text in small:
        assert not page.evaluate("(text) => inSubgroup(unhex(text))", text), text
        assert page.evaluate("(text) => smallOrder(unhex(text))", text), text
