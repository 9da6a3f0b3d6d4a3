"""Every regular expression of the sources, found by reading them, and whether it is searched for in a text."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from handover.evaluation import letters, sounds, writing
from handover.pages import evidence_page

SOURCES: Final = Path(__file__).resolve().parents[2] / "src" / "handover"
_SEARCHED: Final = frozenset({"search", "sub", "subn", "split", "findall", "finditer"})
_CALLS: Final = _SEARCHED | {"compile", "match", "fullmatch"}
Pattern = re.Pattern[str] | re.Pattern[bytes]


def _elsewhere() -> dict[tuple[str, str], list[str]]:
    """Give what stands where a call names a variable of its own."""
    rules = [*sounds._SPANISH, *sounds._FRENCH, *sounds._SOMALI, *sounds._GREEK, *sounds._CYRILLIC]
    return {
        ("domain/shapes.py", "self.pattern"): [],  # each is the argument `pattern` of a call, and found there
        ("evaluation/letters.py", "pattern"): [each for each, _ in letters._GREEK_OFFICIAL],
        ("evaluation/sounds.py", "pattern"): [each for each, _ in rules],
        ("evaluation/writing.py", "own"): [own for each in writing._VARIANTS.values() for own, _, _ in each],
        ("pages/evidence_page.py", "_INLINE.format(element)"): [
            evidence_page._INLINE.format(each) for each in ("script", "style")
        ],
    }


@dataclass(frozen=True)
class Found:
    """A regular expression, where it stands, and whether places of it are searched for."""

    file: str
    line: int
    pattern: Pattern
    search: bool


@cache
def found() -> tuple[Found, ...]:
    """Give all."""
    return tuple(each for path in sorted(SOURCES.rglob("*.py")) for each in _of(path))


def layer(file: str) -> str:
    return file.partition("/")[0].removesuffix(".py")


def _of(path: Path) -> Iterator[Found]:
    file = path.relative_to(SOURCES).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {
        id(node.value): ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if _is_of_re(node.func):
            method = node.func.attr  # type: ignore[attr-defined]
            search = method in _SEARCHED or (method == "compile" and _is_searched(names.get(id(node), "")))
            flags = sum(
                _value(file, each) for each in node.args[1:] if re.fullmatch(r"re\.[A-Z]+", ast.unparse(each))
            )
            for text in _texts(file, node.args[0]):
                yield Found(file, node.lineno, re.compile(text, flags), search)
        for keyword in node.keywords:
            if keyword.arg == "pattern" and not ast.unparse(keyword.value).startswith("self."):
                yield Found(file, node.lineno, re.compile(_value(file, keyword.value)), search=False)


def _is_of_re(call: ast.expr) -> bool:
    return (
        isinstance(call, ast.Attribute)
        and isinstance(call.value, ast.Name)
        and call.value.id == "re"
        and call.attr in _CALLS
    )


def _texts(file: str, argument: ast.expr) -> list[Any]:
    known = _elsewhere().get((file, ast.unparse(argument)))
    return [_value(file, argument)] if known is None else list(known)


def _value(file: str, expression: ast.expr) -> Any:
    """Give what an expression of a module is worth there; what only a function knows has to be named above."""
    module = importlib.import_module(f"handover.{file.removesuffix('.py').replace('/', '.')}")
    return eval(ast.unparse(expression), vars(module))  # noqa: S307 - of our own sources


@cache
def _all_text() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(SOURCES.rglob("*.py")))


def _is_searched(name: str) -> bool:
    """Tell whether a compiled expression of that name is searched for anywhere."""
    ways = "|".join(sorted(_SEARCHED))
    return bool(name) and re.search(rf"\b{re.escape(name)}\.(?:{ways})\(", _all_text()) is not None
