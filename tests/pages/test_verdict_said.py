"""A verdict is said in the language of the reader: what was noticed, what happened, and the words of the protocol."""

import re
from enum import StrEnum

import pytest

from application.test_evidence_vectors import CASES, judged
from handover.application.paper import Table
from handover.application.verifier_report import Report
from handover.domain.handover import Act, DeclineReason, State, VoidReason
from handover.domain.sentences import Field, Names, Sentence, sentence
from handover.pages import verdict_paper
from handover.pages.languages import LANGUAGES, SOURCE
from handover.pages.said import english, plain, said, word
from handover.pages.sheets import Sheet
from handover.protocol.act_members import REASONS

OTHERS = [each for each in LANGUAGES if each != SOURCE]
SCRIPTS = [each for each in OTHERS if each in ("el", "uk", "ar")]


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    return {name: judged(case) for name, case in CASES.items()}


def sentences(report: Report) -> list[Sentence]:
    noticed = [each.sentence for each in report.findings]
    return noticed + [line.sentence for matter in report.matters for line in matter.timeline]


@pytest.mark.parametrize("language", SCRIPTS)
def test_nothing_that_is_noticed_or_happened_stays_english(language: str, reports: dict[str, Report]) -> None:
    for name, report in reports.items():
        for each in sentences(report):
            own = re.sub("\u2068[^\u2068\u2069]*\u2069", "", plain(each, language))
            assert not re.search("[A-Za-z]{2,}", re.sub("JSON|JWS|UTF-8|SHA-256|ID", "", own)), (name, own)


def test_a_sentence_has_what_it_is_about_in_its_places(reports: dict[str, Report]) -> None:
    found = [each for report in reports.values() for each in sentences(report)]
    assert len({each.text for each in found}) > 40
    for each in found:
        for language in LANGUAGES:
            assert "%(" not in plain(each, language)
            assert "%(" not in said(each, language)
        assert "%(" not in str(each)


def test_a_word_of_the_protocol_is_said_in_plain_words() -> None:
    found = sentence("%(event)s in %(state)s", event=Act.TAKE_UP_RECEIPT, state=State.RELIEVING)
    assert str(found) == "take-up-receipt in RELIEVING"
    assert said(found, "en") == "take-up-receipt in RELIEVING"
    assert plain(found, "uk") == "«Перебрання відповідальності» у стані «Акт передання дано»"
    assert said(found, "uk") == plain(found, "uk")
    assert word(VoidReason.EXPIRED, "fr") == "L’échéance est passée"


def test_a_reason_is_said_in_plain_words_in_english_too() -> None:
    found = sentence("%(who)s declines: %(reason)s", who="Hamburg", reason=DeclineReason.NO_CAPACITY)
    assert str(found) == "Hamburg declines: no-capacity"
    assert english(found) == "Hamburg declines: No place or no staff for the child"
    for reasons in REASONS.values():
        for each in reasons:
            assert isinstance(each, StrEnum)
            assert all(word(each, language) != each.value for language in LANGUAGES), each


def test_in_a_paper_names_are_set_apart_by_characters() -> None:
    names = sentence("not covered: %(fields)s", fields=Names(("a", "b")))
    assert plain(names, "en") == "not covered: \u2068a\u2069, \u2068b\u2069"
    field = sentence("%(what)s", what=Field("guardianship/1/identity.names", "identity.names"))
    assert plain(field, "fr") == "\u2068Noms, un pour chaque écriture\u2069"
    assert plain(sentence("%(number)s", number=1000), "fr") == "1\u202f000"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verdict_is_a_paper_in_every_language(language: str, reports: dict[str, Report]) -> None:
    for report in reports.values():
        paper = verdict_paper.of(report, Sheet(language=language, node="gr/athens", now=0))
        assert paper.language == language
        assert paper.direction == ("rtl" if language == "ar" else "ltr")
        assert set(report.counts) <= set(verdict_paper.COUNTS)


def test_a_paper_names_fields_by_their_labels_and_a_place_outside_all_lines_in_words(
    reports: dict[str, Report],
) -> None:
    parts = verdict_paper.of(reports["whole-both"], Sheet(language="el", node="gr/athens", now=0)).parts
    told = [
        run.text
        for part in parts
        if isinstance(part, Table)
        for row in part.rows
        for cell in row
        for run in cell
    ]
    assert "μητρώο" in told
    assert "registry" not in told
    assert any("· " in each for each in told)
    assert not any("identity.names" in each for each in told)
