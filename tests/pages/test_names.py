"""Countries, scripts and languages are named in the reader's language."""

import re

import pytest

from handover.domain.codes import SCRIPT
from handover.domain.countries import COUNTRIES
from handover.pages.languages import LANGUAGES, locale
from handover.pages.names import country, language_name, script

SPOKEN = [
    "am",
    "ar",
    "bn",
    "ckb",
    "el",
    "en",
    "es",
    "fa",
    "fr",
    "ha",
    "kab",
    "ku",
    "ln",
    "om",
    "pa",
    "ps",
    "rhg",
    "ru",
    "rw",
    "so",
    "sw",
    "ti",
    "tr",
    "uk",
    "ur",
    "uz",
    "wo",
    "zh",
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cldr_names_every_country_and_script(language: str) -> None:
    assert COUNTRIES.codes.keys() <= locale(language).territories.keys()
    assert SCRIPT.codes.keys() <= locale(language).scripts.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_country_has_one_name_of_its_own(language: str) -> None:
    names = [country(code, language) for code in COUNTRIES.codes]
    assert all(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_script_has_a_name(language: str) -> None:
    assert all(script(code, language) for code in SCRIPT.codes)


def test_a_country_is_named_in_the_readers_language() -> None:
    assert [country("SY", each) for each in LANGUAGES] == [
        "Syria",
        "Syrie",
        "Siria",
        "Συρία",
        "Сирія",
        "سوريا",
    ]
    assert [country("PS", each) for each in LANGUAGES] == [
        "Palestine", "Palestine", "Palestina", "Παλαιστίνη", "Палестина", "فلسطين",
    ]  # fmt: skip


def test_letters_of_several_scripts_are_called_so() -> None:
    assert script("Zyyy", "fr") == "Plusieurs ou indéterminée"
    assert script("Arab", "uk") == "Арабиця"


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_languages_that_children_speak_are_named_without_help_of_english(language: str) -> None:
    known = locale(language).languages
    assert not [tag for tag in SPOKEN if tag not in known]


def test_a_language_is_named_in_the_readers_language() -> None:
    names = [language_name("ti", each) for each in LANGUAGES]
    assert names == ["Tigrinya", "Tigrigna", "Tigriña", "Τιγκρινικά", "Тигринья", "التغرينية"]


@pytest.mark.parametrize(
    ("tag", "name"),
    [
        ("prs", "Dari"),  # by another code in the CLDR
        ("fa-AF", "Dari"),
        ("kmr", "Kurde"),
        ("uz-Cyrl", "Ouzbek (cyrillique)"),
        ("uz-Cyrl-AF", "Ouzbek (cyrillique, Afghanistan)"),
        ("zh-Hant-TW", "Chinois traditionnel (Taïwan)"),
        ("ar-SD", "Arabe (Soudan)"),
    ],
)
def test_script_and_country_of_a_tag_are_told(tag: str, name: str) -> None:
    assert language_name(tag, "fr") == name


def test_arabic_has_a_comma_of_its_own() -> None:
    assert re.search("، ", language_name("uz-Cyrl-AF", "ar"))


def test_what_the_cldr_cannot_name_in_a_language_is_named_in_english() -> None:
    assert language_name("arz", "el") == "Egyptian Arabic"


def test_what_the_cldr_cannot_name_at_all_is_shown_as_its_tag() -> None:
    assert language_name("zag", "fr") == "zag"
    assert language_name("qqq-Qqqq-QQ", "fr") == "qqq-Qqqq-QQ"
    assert language_name("ar-Qqqq", "fr") == "Arabe (Qqqq)"
