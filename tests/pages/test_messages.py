"""Every text of the pages is said in every language, with what it is about in its place."""

import re

import pytest
from babel.messages.catalog import Catalog

import messages
from handover.pages.languages import LANGUAGES, SOURCE, catalogue

OTHERS = [each for each in LANGUAGES if each != SOURCE]
PLACE = re.compile(r"%\([a-z_]+\)s")


@pytest.fixture(scope="module")
def wanted() -> Catalog:
    return messages.source()


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str, wanted: Catalog) -> None:
    missing = messages.untranslated(messages.catalogue(language), wanted)
    assert not [each.id for each in missing], "run `python3 dev.py messages` and translate what is new"


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_names_what_its_text_names(language: str, wanted: Catalog) -> None:
    kept = messages.catalogue(language)
    for each in wanted:
        found = kept.get(each.id) if each.id else None
        if found is None:
            continue
        text = each.id if isinstance(each.id, str) else each.id[-1]
        forms = (found.string,) if isinstance(found.string, str) else tuple(found.string or ())
        for form in forms:
            assert set(PLACE.findall(form)) <= set(PLACE.findall(text)), text
        if isinstance(each.id, str):
            assert set(PLACE.findall(forms[0])) == set(PLACE.findall(text)), text


@pytest.mark.parametrize(
    ("number", "form"), [(0, 0), (1, 1), (2, 2), (3, 3), (10, 3), (11, 4), (99, 4), (100, 5), (102, 5)]
)
def test_arabic_counts_in_six_forms(number: int, form: int) -> None:
    kept = messages.catalogue("ar").get(("%(num)s field leaves", "%(num)s fields leave"))
    assert kept is not None
    assert isinstance(kept.string, tuple)
    said = catalogue("ar").ngettext("%(num)s field leaves", "%(num)s fields leave", number)
    assert said == kept.string[form]
