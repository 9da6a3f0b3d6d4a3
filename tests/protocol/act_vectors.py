"""What the tests of envelopes, payloads and consent tokens share."""

from collections.abc import Callable
from typing import Any

import pytest

from handover.domain.errors import HandoverError
from vectors import made, make
from vectors.made import Case

CASES: dict[str, dict[str, Case]] = make.acts()


def check(case: dict[str, Any], outcome: Callable[[dict[str, Any]], object]) -> None:
    """Assert that this code makes of a case what the case says."""
    if "error" in case:
        with pytest.raises(HandoverError) as caught:
            outcome(case["input"])
        assert caught.value.name == case["error"]
    else:
        assert outcome(case["input"]) == case["expected"]


def check_kept(chapter: str) -> None:
    """Assert that the kept files are those of the chapter's script, refusals first."""
    kept = {path.stem: path.read_text("utf-8") for path in (made.FOLDER / chapter).glob("*.json")}
    cases = CASES[chapter]
    assert kept == {name: made.text(case) for name, case in cases.items()}
    assert sum("error" in case for case in cases.values()) * 2 > len(cases)


def changes(data: bytes) -> list[bytes]:
    """Give *data* with each of its bytes changed: its lowest bit, its case, and taken out."""
    found = []
    for place, byte in enumerate(data):
        found += [data[:place] + bytes([byte ^ bit]) + data[place + 1 :] for bit in (1, 32)]
        found.append(data[:place] + data[place + 1 :])
    return found
