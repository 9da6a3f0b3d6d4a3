"""What the program says of itself stands on the pages in the reader's language."""

from pathlib import Path

import pytest

from handover.cli import checks
from handover.domain.sentences import Days, Field, Moment, Names, Sentence, Span, sentence
from handover.pages.languages import LANGUAGES, SOURCE, catalogue
from handover.pages.said import said

OTHERS = [each for each in LANGUAGES if each != SOURCE]


def test_a_sentence_is_said_in_the_language_of_the_page_with_its_numbers_and_units() -> None:
    waits = sentence(
        "Messages that wait: %(number)s. The oldest has waited: %(span)s.", number=5, span=Span(7200)
    )
    assert said(waits, "en") == "Messages that wait: 5. The oldest has waited: 2 hours."
    assert (
        said(waits, "fr")
        == "Messages en attente\u202f: 5. Le plus ancien attend depuis\u202f: 2\u00a0heures."
    )
    assert "ساعتان" in said(waits, "ar")


def test_the_days_that_are_left_are_counted_as_the_language_counts() -> None:
    ends = sentence("The sealing key ends: %(when)s.")
    assert said(ends.of(when=Days(45)), "uk") == "Ключ запечатування спливає: через 45 днів."
    assert said(ends.of(when=Days(-3)), "fr") == "Fin de la clé de scellement\u202f: il y a 3 jours."
    assert "2026" in said(sentence("%(time)s: not behind anything signed.", time=Moment(1_790_000_000)), "ar")


def test_names_and_commands_keep_their_own_direction_and_are_no_markup() -> None:
    shown = said(sentence("Run %(command)s.", command="chmod 600 <b>"), "ar")
    assert '<bdi dir="ltr" class="office-fixed">chmod 600 &lt;b&gt;</bdi>' in shown
    listed = said(sentence("Other accounts may read these files: %(files)s.", files=Names(("a", "b"))), "ar")
    assert "</bdi>، <bdi" in listed
    assert said(Sentence("<b>"), "en") == "&lt;b&gt;"


def test_a_field_is_named_by_its_label_and_a_rule_is_translated_inside() -> None:
    rule = Sentence("must be text")
    found = sentence(
        "%(part)s: %(rule)s", part=Field("guardianship/1/identity.names", "identity.names"), rule=rule
    )
    assert said(found, "fr").endswith("</bdi>\u202f: ce doit être du texte")
    assert "identity.names" not in said(found, "fr")


@pytest.mark.parametrize("language", OTHERS)
def test_a_check_of_the_node_is_said_in_every_language(language: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    found = [*checks.folder(tmp_path, ()), *checks.disk(tmp_path), *checks.backup(tmp_path, 0)]
    assert len(found) == 3
    for each in found:
        for one in (each.text, each.fix):
            assert one is None or catalogue(language).gettext(one.text) != one.text
