"""Makes the vectors of the chapter on the registry. `python tests/vectors/make_registry.py` writes them anew.

All but one are made of fixed seeds alone. An ML-DSA signature is drawn at random, so the enrolment request is read from
`enrolment/request.json`, if it is there; every other case of that chapter is a change of it.
"""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from vectors import enrolment_cases, made, node_entry_cases, registry_cases  # noqa: E402


def chapters() -> dict[str, dict[str, made.Case]]:
    """Give all cases by chapter and name."""
    return {
        "node-entry": node_entry_cases.cases(),
        "registry": registry_cases.cases(),
        "enrolment": enrolment_cases.cases(),
    }


if __name__ == "__main__":
    for chapter, cases in chapters().items():
        made.write(chapter, cases)
