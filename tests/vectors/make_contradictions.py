"""Makes the vectors of files on the contradiction of a log. `python tests/vectors/make_contradictions.py` writes them.

Post-quantum signatures are random, so they come out different each time; what they say is the same.
"""

import sys
import tempfile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

import contradicting  # noqa: E402
from handover.application.verifier import verify  # noqa: E402
from handover.application.verifier_report import Severity  # noqa: E402
from paper import paper  # noqa: E402
from vectors import made  # noqa: E402
from vectors.make_evidence import written  # noqa: E402

Known = dict[str, tuple[str, int]]


def case(name: str, description: str, data: bytes, root: bytes | None, known: Known) -> made.Case:
    """Give one case with the verdict that it gets, and what it proves."""
    report = verify([data], root=root)
    rules = {each.rule for each in report.findings if each.severity not in (Severity.NOTE, Severity.PROVED)}
    proved = [each.text for each in report.findings if each.severity is Severity.PROVED]
    given = {
        "root": None if root is None else root.decode("ascii"),
        "file": written(data, name, known),
    }
    expected = {"verdict": report.verdict.value, "rules": sorted(rules), "proved": proved}
    return made.accepted(description, given, expected)


def main() -> None:
    """Write all cases."""
    with tempfile.TemporaryDirectory() as folder:
        world = paper(Path(folder), *contradicting.NAMES)
        known: Known = {}
        found = {
            name: case(name, text, data, world.root, known)
            for make in (contradicting.proving, contradicting.nothing, contradicting.false)
            for name, (text, data) in make(world).items()
        }
        _, whole = contradicting.proving(world)["two-trees"]
        found["no-root"] = case("no-root", "No root was given.", whole, None, known)
        made.write("contradiction", found)


if __name__ == "__main__":
    main()
