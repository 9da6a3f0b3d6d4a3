"""What holds for the tree as a whole: nothing of one machine, nothing secret, everything in its place."""

import ast
import importlib
import os
import pkgutil
import re
import subprocess
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import handover
from handover.domain.errors import HandoverError

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "handover"
LONGEST_FUNCTION, LONGEST_MODULE, LARGEST_FILE = 40, 300, 1024 * 1024
# Written in two halves, for this file is searched as well.
HOSTS = [
    "".join(halves)
    for halves in (
        ("pypi", ".org"), ("python", "hosted"), ("registry.", "npmjs"), ("proxy.", "golang"),
        ("deb.", "debian"), ("sum.", "golang"), ("docker", ".io"), ("ghcr", ".io"), ("unpkg", ".com"),
        ("js", "delivr"),
    )
]  # fmt: skip
MACHINE = re.compile(r"(?<![A-Za-z0-9_.$}])/(?:work|farm|root|home/[a-z]+)/")
SECRET = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{36}\b"
    r"|(?i:passw(?:or)?d)\s*=\s*['\"][^'\"{$<]+['\"]"
)
NOT_OUR_WORDS = frozenset(
    {
        "util", "utils", "helper", "helpers", "common", "manager", "info", "custodian", "notary", "cancel",
        "approve", "approval", "trustlist", "subclient", "stuff", "misc",
    }
)  # fmt: skip
NOT_OUR_NAMES = frozenset({"get_extra_info"})  # a library calls it by this name


def files() -> list[Path]:
    """Give every file that is or will be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return [path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file()]
    hidden = {".venv", ".git", "__pycache__", ".demo"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.parts)]


def texts() -> Iterator[tuple[str, str]]:
    """Give name and text of every file that is text."""
    for path in files():
        data = path.read_bytes()
        if b"\0" not in data:
            yield path.relative_to(ROOT).as_posix(), data.decode("utf-8", "replace")


def modules() -> Iterator[tuple[str, str, ast.Module]]:
    """Give name, text and tree of every module of the package."""
    for path in sorted(SRC.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        yield path.relative_to(SRC).as_posix(), text, ast.parse(text)


MODULES = list(modules())
FUNCTIONS = [
    (f"{name}:{node.lineno} {node.name}", node)
    for name, _, tree in MODULES
    for node in ast.walk(tree)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
]


def test_no_registry_is_named_anywhere() -> None:
    found = [(name, host) for name, text in texts() for host in HOSTS if host in text]
    assert not found


def test_no_path_of_one_machine_is_named_anywhere() -> None:
    found = [(name, match[0]) for name, text in texts() for match in MACHINE.finditer(text)]
    assert not found


def test_no_secret_is_in_the_tree() -> None:
    found = [name for name, text in texts() if SECRET.search(text)]
    assert not found


def test_no_large_file_is_in_the_tree() -> None:
    assert not [path for path in files() if path.stat().st_size > LARGEST_FILE]


def test_text_is_utf8_with_a_newline_at_the_end_and_no_carriage_return() -> None:
    vectors = ("tests/vectors/", "schemas/")
    wrong = [
        name
        for name, text in texts()
        if text and not name.startswith(vectors) and ("\r" in text or not text.endswith("\n"))
    ]
    assert not wrong


def test_functions_are_short() -> None:
    long = [
        f"{name}: {size} lines"
        for name, node in FUNCTIONS
        if "migrations/versions" not in name
        and (size := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not long


def test_modules_are_short() -> None:
    long = [
        f"{name}: {size} lines" for name, text, _ in MODULES if (size := text.count("\n")) > LONGEST_MODULE
    ]
    assert not [each for each in long if "migrations" not in each]


def test_every_module_says_what_is_in_it() -> None:
    bare = [name for name, text, tree in MODULES if text.strip() and not ast.get_docstring(tree)]
    bare += [
        path.name
        for path in (ROOT / "dev.py", *(ROOT / "bench").rglob("*.py"))
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not bare


def test_no_check_is_an_assert() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, _, tree in MODULES
        for node in ast.walk(tree)
        if isinstance(node, ast.Assert)
    ]
    assert not found


def _imports(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


@pytest.mark.parametrize(
    ("layer", "forbidden"),
    [
        ("domain/", {"time", "random", "secrets", "uuid", "os", "pathlib", "logging", "threading"}),
        ("protocol/", {"time", "random", "uuid", "os", "pathlib", "logging"}),
    ],
)
def test_time_and_chance_come_in_as_arguments(layer: str, forbidden: set[str]) -> None:
    for name, text, tree in MODULES:
        if name.startswith(layer):
            assert not _imports(tree) & forbidden, name
            assert not re.search(r"\b(?:datetime|date)\.(?:now|today|utcnow)\(", text), name


def test_names_are_words_of_the_project() -> None:
    names = {path.stem for path in SRC.rglob("*.py")} | {node.name for _, node in FUNCTIONS}
    names |= {
        node.name for _, _, tree in MODULES for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    }
    wrong = []
    for name in names:
        words = re.findall(r"[a-z]+|[A-Z][a-z]*", name)
        if name in NOT_OUR_NAMES:
            continue
        if NOT_OUR_WORDS & {word.lower() for word in words} or re.match(r"_*(?:process|handle)_", name):
            wrong.append(name)
    assert not wrong


def _errors() -> list[type[HandoverError]]:
    for found in pkgutil.walk_packages(handover.__path__, "handover."):
        if not found.name.endswith("__main__") and ".migrations." not in found.name:
            importlib.import_module(found.name)
    every, queue = [], [HandoverError]
    while queue:
        kind = queue.pop()
        every.append(kind)
        queue += kind.__subclasses__()
    return sorted(
        {kind for kind in every if kind.__module__.startswith("handover.")}, key=lambda kind: kind.name
    )


def test_every_error_has_a_name_of_its_own_and_advice() -> None:
    kinds = _errors()
    twice = [name for name, count in Counter(kind.name for kind in kinds).items() if count > 1]
    assert not twice
    for kind in kinds:
        assert re.fullmatch(r"[a-z]+(?:-[a-z0-9]+)*", kind.name), kind
        assert kind.__name__ == "HandoverError" or kind.__name__.endswith("Error"), kind
        assert kind.title.endswith("."), kind
        assert kind.advice, kind


def test_every_error_has_a_line_in_the_specification() -> None:
    chapter = ROOT / "docs" / "spec" / "problems.md"
    text = chapter.read_text(encoding="utf-8")
    assert not [kind.name for kind in _errors() if f"`{kind.name}`" not in text]


def _locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    blocks = re.findall(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(.*(?:\n    .*)*)", text, re.MULTILINE)
    assert blocks
    assert all("--hash=sha256:" in rest for _, _, rest in blocks)
    return {package: version for package, version, _ in blocks}


def test_the_locks_hold_every_dependency_with_its_digest_and_no_address() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    everything, node = _locked("requirements.lock"), _locked("requirements-node.lock")
    assert node.items() <= everything.items()

    def bare(requirements: list[str]) -> set[str]:
        return {
            re.split(r"[\[<>=!~; ]", each, maxsplit=1)[0].lower().replace("_", "-") for each in requirements
        }

    assert bare(project["project"]["dependencies"]) <= set(node)
    assert bare(project["dependency-groups"]["dev"]) <= set(everything)
    wanted = (ROOT / "bench" / "linkage.in").read_text(encoding="utf-8").split()
    assert bare(wanted) <= set(_locked("bench/linkage.lock"))


def test_what_ci_runs_can_be_run() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    for command in ("demo", "test"):
        assert f"python3 dev.py {command}" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"^## \[", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
