"""Every text of the pages is said in every language, with what it is about in its place."""

import ast
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


def test_every_sentence_of_the_program_stands_in_the_code_with_all_that_it_names() -> None:
    """What is put together at run time could not be asked for, and would stay English."""
    found = list(messages.sentences())
    assert len(found) > 50
    for node, place in found:
        text = ast.literal_eval(node.args[0])
        assert isinstance(text, str), place
        named = {word.arg for word in node.keywords}
        lacking = {each[2:-2] for each in PLACE.findall(text)} - named
        assert not node.keywords or lacking <= {"when"}, (place, text)  # filled where it is known, with `of`
        assert text.replace("%(", "").count("%") == 0, (place, text)


def test_no_sentence_is_made_past_the_search_for_texts() -> None:
    """`Sentence(...)` is for words that are found already: of errors and of rules."""
    made = [
        (path.name, node.lineno)
        for path in messages.SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Sentence"
        if not (isinstance(node.args[0], ast.Attribute) and node.args[0].attr in ("title", "advice", "rule"))
        if path.name not in ("sentences.py", "errors.py")
    ]
    assert made == []


@pytest.mark.parametrize(
    ("number", "form"), [(0, 0), (1, 1), (2, 2), (3, 3), (10, 3), (11, 4), (99, 4), (100, 5), (102, 5)]
)
def test_arabic_counts_in_six_forms(number: int, form: int) -> None:
    kept = messages.catalogue("ar").get(("%(num)s field leaves", "%(num)s fields leave"))
    assert kept is not None
    assert isinstance(kept.string, tuple)
    said = catalogue("ar").ngettext("%(num)s field leaves", "%(num)s fields leave", number)
    assert said == kept.string[form]


def _read(module: str, found: set[str]) -> set[str]:
    """Add to *found* the modules that reading evidence can reach from *module*."""
    path = messages.SOURCES / f"{module}.py"
    if module not in found and path.exists():
        found.add(module)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("handover."):
                base = (node.module or "").removeprefix("handover.").replace(".", "/")
                for each in (base, *(f"{base}/{name.name}" for name in node.names)):
                    _read(each, found)
    return found


def test_all_that_the_verifier_reads_with_is_searched_for_what_it_refuses() -> None:
    found: set[str] = set()
    for path in messages.SOURCES.glob("application/verifier*.py"):
        _read(f"application/{path.stem}", found)
    reading = {each for each in found if each.startswith("protocol/")}
    assert len(reading) > 20
    assert reading - set(messages.READ) == {"protocol/act_members", "protocol/tile"}  # neither reads a bundle
