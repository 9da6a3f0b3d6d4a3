"""What the scripts that make vectors share: the shape of a case, and keys that are published with them."""

import json
from pathlib import Path
from typing import Any, Final

from handover.protocol import jws

FOLDER: Final = Path(__file__).parent
Case = dict[str, Any]
SIGNER: Final = jws.Ed25519Signer(bytes(range(32)))
OTHER_SIGNER: Final = jws.Ed25519Signer(bytes(range(1, 33)))


def accepted(description: str, given: Case, expected: Case, steps: Case | None = None) -> Case:
    """Give a case that is accepted; *steps* are the values on the way, for whoever builds it too."""
    case = {"description": description, "input": given, "expected": expected}
    return case | ({} if steps is None else {"steps": steps})


def refused(description: str, given: Case, error: str) -> Case:
    """Give a case that is refused under the name *error*."""
    return {"description": description, "input": given, "error": error}


def write(chapter: str, cases: dict[str, Case]) -> None:
    """Write a chapter's cases, one file each, and take away those that are no more."""
    folder = FOLDER / chapter
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.json"):
        if path.stem not in cases:
            path.unlink()
    for name, case in cases.items():
        (folder / f"{name}.json").write_text(text(case), "utf-8")


def text(case: Case) -> str:
    """Give a case as it is kept."""
    return json.dumps(case, ensure_ascii=True, indent=1) + "\n"
