"""Every reader of foreign bytes is fuzzed, and whatever it raises that is no refusal is found."""

import ast
import re
from pathlib import Path
from typing import Final

import pytest

import handover.protocol
from fuzz import run
from fuzz.targets import TARGETS, Target
from handover.domain.errors import MalformedError

_SOURCE: Final = Path(__file__).with_name("targets.py").read_text("utf-8")
_READS: Final = ("read", "decode", "parse", "load")
# What reads no bytes of others as a whole, with why.
_OTHERWISE: Final = {
    "question_header.decode": "136 bytes that `question.read` has cut out",
    "epoch.read_signature": "called by `epoch.read`",
    "message.decode": "`message.decode_kept` behind a digest",
    "note.read_key": "a line of the node entry, which is a target",
    "note.read_line": "called by `witness.decode_lines`",
    "registry_files.read_roots": "`registry_metadata.load_root` for each",
    "registry_set.read": "pages that `registry_metadata` has read",
    "statement.read": "one member of a statement that this node has made",
    "strict.loads_each": "`strict.loads_compact` for each",
}


def _readers() -> set[str]:
    """Give the public functions of the protocol whose names say that they read, as module.name."""
    found = set()
    for path in Path(handover.protocol.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith(_READS):
                found.add(f"{path.stem}.{node.name}")
    return found


def test_every_reader_of_the_protocol_is_a_target_or_says_why_not() -> None:
    used = {name for name in _readers() if _is_used(name)}
    assert _readers() - used == set(_OTHERWISE)


def _is_used(name: str) -> bool:
    module, _, function = name.partition(".")
    path = Path(handover.protocol.__path__[0], f"{module}.py")
    classes = [
        each.name for each in ast.parse(path.read_text("utf-8")).body if isinstance(each, ast.ClassDef)
    ]
    return re.search(rf"\b({'|'.join([module, *classes])})\.{function}\b", _SOURCE) is not None


@pytest.mark.parametrize("name", TARGETS)
def test_every_example_of_the_vectors_and_every_cut_of_it_is_read_or_refused(name: str) -> None:
    target = TARGETS[name]
    examples = target.examples()
    assert examples
    for example in examples:
        for cut in {0, 1, len(example) // 2, len(example) - 1, len(example)}:
            target(example[: max(cut, 0)])


def test_what_is_no_refusal_is_let_through() -> None:
    def broken(data: bytes) -> object:
        raise ValueError(len(data))

    def refusing(data: bytes) -> object:
        raise MalformedError("not that")

    with pytest.raises(ValueError, match="3"):
        Target(read=broken, like=())(b"abc")
    Target(read=refusing, like=())(b"abc")


def test_a_run_counts_what_it_has_tried() -> None:
    ran = run.fuzz("tile-name", TARGETS["tile-name"], executions=300, seed=1)
    assert ran.sound, ran.output
    assert ran.executions >= 300
    assert ran.covered > 5


def test_a_target_that_breaks_is_a_defect(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run, "KEPT", tmp_path)
    ran = run.fuzz("no-such-target", TARGETS["tile-name"], executions=300, seed=1)
    assert not ran.sound
    assert ran.executions == 0
