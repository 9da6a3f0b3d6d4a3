"""Finds every text of the pages and brings the catalogues up to date: `python3 dev.py messages`.

Texts are in templates, in the code of the pages (`N_`, `translate`, faults of forms), in the titles and advice of
errors, and in sentences that the program makes elsewhere (`sentence`). What is new comes without a translation, and a
test names it; what nobody says any more is dropped.
"""

import ast
import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

import verify_words
from handover.domain.record import SCHEMAS
from handover.pages import typed
from handover.pages.languages import LANGUAGES, SOURCE

ROOT: Final = Path(__file__).resolve().parents[1]
SOURCES: Final = ROOT / "src" / "handover"
PAGES: Final = SOURCES / "pages"
FOLDER: Final = PAGES / "locale"
ARABIC: Final = (
    "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);"
)
MARKERS: Final = frozenset({"N_", "translate", "say", "message"})
READ: Final = (
    "domain/consent", "domain/handover", "domain/ids", "domain/record", "domain/resolution", "domain/schema",
    "protocol/assertion",
    "protocol/base64", "protocol/checkpoint", "protocol/consent", "protocol/contradiction", "protocol/cosignature",
    "protocol/entry", "protocol/envelope", "protocol/evidence", "protocol/evidence_lines", "protocol/evidence_registry",
    "protocol/jws", "protocol/log_origin", "protocol/merkle", "protocol/node_entry", "protocol/node_key",
    "protocol/note", "protocol/passkey", "protocol/registry_files", "protocol/registry_metadata",
    "protocol/registry_set", "protocol/sdjwt", "protocol/statement", "protocol/strict",
)  # fmt: skip
"""What the verifier reads evidence with: whatever is refused there can be among its findings."""
Found = tuple[str | tuple[str, ...], str]


def of_templates() -> Iterator[Found]:
    """Give the texts of templates, with the template that says each."""
    options = {"extensions": "jinja2.ext.do", "newstyle_gettext": "true", "trimmed": "true"}
    for path in sorted((PAGES / "templates").rglob("*.html")):
        keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
        with path.open("rb") as file:
            for _line, text, _comments, _context in extract(
                "jinja2.ext:babel_extract", file, keywords=keywords, options=options
            ):
                yield text, path.relative_to(PAGES).as_posix()


def of_code() -> Iterator[Found]:
    """Give the texts that the code of the pages says."""
    for path in sorted(PAGES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                for text in _of_call(node):
                    yield text, path.relative_to(PAGES).as_posix()


def _of_call(node: ast.Call) -> Iterator[str]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    wanted: list[ast.expr] = [word.value for word in node.keywords if word.arg == "missing"]
    if name in MARKERS and node.args:
        wanted.append(node.args[0])
    if name == "fail" and len(node.args) > 1:
        wanted.append(node.args[1])
    for each in wanted:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def of_rules() -> Iterator[Found]:
    """Give what a field of a record can be told to be wrong with."""
    for schema in SCHEMAS.values():
        for text in typed.rules(schema):
            yield text, "rules"


def of_refusals() -> Iterator[Found]:
    """Give what evidence is refused with while it is read: it is among the findings of the verifier."""
    for path in (
        *sorted(SOURCES.glob("application/verifier*.py")),
        *(SOURCES / f"{each}.py" for each in READ),
    ):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for text in _refused(node, path):
                yield text, "refusals"


def _refused(node: ast.AST, path: Path) -> Iterator[str]:
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in ("_wrong", "wrong"):
        yield from _texts(node.value)
    if not isinstance(node, ast.Call) or not node.args:
        return
    name = getattr(node.func, "id", "")
    if name == "_matching":
        yield from _texts(node.args[2])
    if name.endswith("Error"):
        text = isinstance(node.args[0], ast.Constant)
        found = text or ast.unparse(node.args[0]) in ("cls._wrong", "wrong", "what")
        assert found, (
            f"{path.name}:{node.lineno}: a text stands in the code, with names where it says something"
        )
        yield from _texts(node.args[0]) if text else ()


def _texts(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


def of_verify_page() -> Iterator[Found]:
    """Give the texts that the auditor's page alone says."""
    for text in verify_words.own():
        yield text, "verify.html"


def of_errors() -> Iterator[Found]:
    """Give title and advice of every error."""
    from test_repository import _errors

    for kind in _errors():
        for text in (kind.title, kind.advice):
            if text:
                yield text, "errors"


def sentences() -> Iterator[tuple[ast.Call, str]]:
    """Give every sentence that the program makes for whoever reads it, with the module that makes it."""
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "sentence":
                yield node, path.relative_to(SOURCES).as_posix()


def of_sentences() -> Iterator[Found]:
    """Give the texts of sentences that are made outside the pages and said on them."""
    for node, place in sentences():
        if isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str):
            yield node.args[0].value, place


def source() -> Catalog:
    """Give all texts, in English."""
    made = Catalog(project="Handover", fuzzy=False)
    found = (
        *of_templates(),
        *of_code(),
        *of_rules(),
        *of_refusals(),
        *of_verify_page(),
        *of_errors(),
        *of_sentences(),
    )
    for text, place in found:
        made.add(text, locations=[(place, 0)])
    return made


def catalogue(language: str) -> Catalog:
    """Give the catalogue of *language* as it is kept, or an empty one."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language, project="Handover", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def untranslated(found: Catalog, wanted: Catalog) -> list[Message]:
    """Give the texts of *wanted* that *found* lacks."""
    return [each for each in wanted if each.id and not _said(found.get(each.id))]


def _said(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    texts = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(texts)


def renewed(language: str, wanted: Catalog) -> bytes:
    """Give the catalogue of *language* with just the texts that there are now."""
    old = catalogue(language)
    new = Catalog(locale=language, project="Handover", fuzzy=False)
    headers = [("Plural-Forms", ARABIC)] if language == "ar" else []
    for each in wanted:
        if each.id:
            kept = old.get(each.id)
            new.add(each.id, kept.string if kept and not kept.fuzzy else "", locations=each.locations)
    out = io.BytesIO()
    write_po(out, new, omit_header=True, sort_output=True, include_lineno=False, width=120)
    head = _head(language, new, dict(headers))
    return head + out.getvalue()


def _head(language: str, new: Catalog, own: dict[str, str]) -> bytes:
    plural = own.get("Plural-Forms", new.plural_forms)
    lines = (
        f"Language: {language}",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {plural}",
    )
    said = "\n".join(f'"{line}\\n"' for line in lines)
    return f'msgid ""\nmsgstr ""\n{said}\n\n'.encode()


def main() -> None:
    """Bring every catalogue up to date, and say what is missing."""
    FOLDER.mkdir(exist_ok=True)
    wanted = source()
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        (FOLDER / f"{language}.po").write_bytes(renewed(language, wanted))
        missing = untranslated(catalogue(language), wanted)
        print(f"{language}: {len(wanted)} texts, {len(missing)} to be translated")
    verify_words.PAGE.write_text(verify_words.made(), "utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    main()
