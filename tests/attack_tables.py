"""The list of docs/security/attacks.md, made from the tests in `tests/attacks`."""

import importlib
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

from attacks.attack import Attack, attacks_of

FOLDER: Final = Path(__file__).resolve().parent / "attacks"


def modules() -> Iterator[ModuleType]:
    """Give the modules of attacks, by name."""
    for path in sorted(FOLDER.glob("test_*.py")):
        if path.stem != "test_catalogue":
            yield importlib.import_module(f"attacks.{path.stem}")


def catalogue() -> dict[str, list[Attack]]:
    """Give, for the first line of each module that has attacks, the attacks in it."""
    found = {}
    for module in modules():
        if attacks := attacks_of(vars(module).values()):
            found[_title(module)] = attacks
    return found


def attacks_table() -> str:
    """Give every attack: its name, what is done, the answer, what it may leave."""
    lines = []
    for title, attacks in catalogue().items():
        lines += [
            f"### {title}",
            "",
            "| name | the attacker | answer | leaves |",
            "| --- | --- | --- | --- |",
        ]
        for each in attacks:
            lines.append(f"| {each.name} | {each.attack} | `{each.expected}` | {each.leaves.words} |")
        lines.append("")
    count = sum(map(len, catalogue().values()))
    return f"{count} attacks.\n\n" + "\n".join(lines)


def _title(module: ModuleType) -> str:
    return (inspect.getdoc(module) or "").partition("\n")[0].rstrip(".")


ATTACK_PARTS: Final[dict[str, Callable[[], str]]] = {"attacks": attacks_table}
