"""Makes the vectors of the chapters strict, jws, jwe and record. `python tests/vectors/make.py` writes them anew.

All but one are made of fixed seeds alone. Encapsulation is random, so the one payload that was really sealed is read
from `jwe/opens.json`; every other case of that chapter reuses its encapsulated key.
"""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from vectors import jwe_cases, jws_cases, made, record_cases, strict_cases  # noqa: E402


def chapters() -> dict[str, dict[str, made.Case]]:
    """Give all cases by chapter and name."""
    return {
        "strict": strict_cases.cases(),
        "jws": jws_cases.cases(),
        "jwe": jwe_cases.cases(),
        "record": record_cases.cases(),
    }


if __name__ == "__main__":
    for chapter, cases in chapters().items():
        made.write(chapter, cases)
