"""Labels of records are complete in every language, and written in its letters."""

import json
import re
import unicodedata
from importlib import resources

import pytest

from handover.domain.labels import english
from handover.pages.labels import label, own, texts
from handover.pages.languages import LANGUAGES

TRANSLATED = LANGUAGES[1:]
FROM_CLDR = re.compile(r"code/(?:country|script)/")
NOT_FROM_CLDR = {"code/country/PS", "code/script/Zyyy"}
LETTERS = {
    "fr": r"[A-Za-zÀ-ÿŒœ]",
    "es": r"[A-Za-zÁÉÍÓÚÜÑáéíóúüñ]",
    "el": r"[Α-Ωα-ωΆ-Ώάέήίόύώϊϋΐΰς]",
    "uk": r"[А-ЩЬЮЯҐЄІЇа-щьюяґєії]",
    "ar": r"[\u0621-\u064a]",
}
NAMES_OF_FORMATS = re.compile(r"\b(?:PDF|JPEG|PNG|MP3|MPEG-4|SHA-256|UNHCR|byte)\b")
SAME_AS_ENGLISH = {
    "fr": {
        "Image (PNG)", "Situation", "Migration", "Organisation", "Date", "Kafala", "Protection", "Urgent", "Dose",
        "Mental", "Plan", "Documents", "Description", "Palestine",
    },
    "es": {"No", "Kafala", "Mental", "Plan"},
    "el": set(),
    "uk": set(),
    "ar": set(),
}  # fmt: skip


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_label_is_translated_and_no_other(language: str) -> None:
    expected = {key for key in english() if not FROM_CLDR.match(key)} | NOT_FROM_CLDR
    assert own(language).keys() == expected


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_has_a_label_in_every_language(language: str) -> None:
    assert texts(language).keys() == english().keys()
    for words in texts(language).values():
        assert words == words.strip()
        assert words
        assert unicodedata.is_normalized("NFC", words)
        assert not re.search(r"[<>{}%\\\u200e\u200f\u202a-\u202e\u2066-\u2069\n]|&\w+;|  ", words)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_label_was_left_in_english(language: str) -> None:
    same = {words for key, words in own(language).items() if words == english()[key]}
    assert same == SAME_AS_ENGLISH[language]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_label_is_written_in_the_letters_of_its_language(language: str) -> None:
    for words in own(language).values():
        letters = [each for each in NAMES_OF_FORMATS.sub("", words) if unicodedata.category(each)[0] == "L"]
        assert letters, words
        assert all(re.match(LETTERS[language], each) for each in letters), words


@pytest.mark.parametrize("language", TRANSLATED)
def test_codes_of_one_list_are_told_apart(language: str) -> None:
    found = texts(language)
    lists: dict[str, list[str]] = {}
    for key in found:
        if key.startswith("code/"):
            lists.setdefault(key.split("/")[1], []).append(found[key])
    assert not {name: labels for name, labels in lists.items() if len(set(labels)) != len(labels)}


@pytest.mark.parametrize("language", TRANSLATED)
def test_guardian_and_caregiver_have_words_of_their_own(language: str) -> None:
    guardian = label("guardianship/1/guardianship.proposed_guardian", language).split()[0].lower()
    assert guardian not in label("guardianship/1/care.provider", language).lower()
    assert label("guardianship/1/guardianship", language) != label("guardianship/1/care", language)
    kinds = ["code/best_interests/bia", "code/best_interests/bid"]
    assert len({label(key, language) for key in kinds}) == 2


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_file_of_labels_is_sorted_so_that_a_change_is_seen(language: str) -> None:
    source = resources.files("handover.pages") / "labels" / f"{language}.json"
    written = source.read_text(encoding="utf-8")
    assert written == json.dumps(json.loads(written), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_terms_of_child_protection_are_those_of_its_practice() -> None:
    unaccompanied, determination = "code/protection_status/unaccompanied", "code/best_interests/bid"
    terms = {
        "fr": ("non accompagné", "Détermination de l’intérêt supérieur"),
        "es": ("no acompañado", "Determinación del interés superior"),
        "el": ("Ασυνόδευτο", "Προσδιορισμός του βέλτιστου συμφέροντος"),
        "uk": ("Без супроводу", "Визначення найкращих інтересів"),
        "ar": ("غير مصحوب بذويه", "تحديد المصالح الفضلى"),
    }
    for language, (first, second) in terms.items():
        assert first in label(unaccompanied, language)
        assert label(determination, language) == second


def test_a_key_that_is_none_has_no_label() -> None:
    with pytest.raises(KeyError):
        label("code/sex/none", "fr")
