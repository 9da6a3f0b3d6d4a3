"""The cases of docs/spec/federation.md, requests and answers; `python tests/vectors/delivery_cases.py` writes them.

Envelopes are abbreviated: whether they are any is asked of each by itself, after the request was taken apart.
"""

import json
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from handover.protocol import receipt, strict  # noqa: E402
from protocol import log_vectors  # noqa: E402
from vectors import made  # noqa: E402
from vectors.made import Case, accepted, refused  # noqa: E402

JWE: Final = '{"protected":"e30","encrypted_key":"AA","iv":"AA","ciphertext":"AA","tag":"AA"}'
ITEM: Final = {"envelope": "e30.e30.AA", "payload": None}
PROBLEM: Final = {"problem": {"name": "out-of-order", "retry": False, "detail": "acceptance in VOIDED"}}
HASH: Final = "A" * 43


def compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _receipt() -> tuple[dict[str, Any], str]:
    proof = log_vectors.read("receipt", "one-of-64")["input"]["proof"]
    found = receipt.from_proof(proof.encode())
    path = [strict.b64(hash_) for hash_ in found.path]
    parts = {"entry": found.entry.decode(), "index": found.index, "path": path, "checkpoint": 0}
    return {"receipt": parts}, found.checkpoint.decode()


def requests() -> dict[str, Case]:
    """Give the cases of requests."""
    two = {"log_size": 70, "items": [ITEM, {"envelope": "e30.e30.AQ", "payload": JWE}]}
    good = compact(two)
    wrong = {
        "no-items": ("A delivery holds at least one envelope.", {"log_size": 0, "items": []}),
        "65-items": ("And at most 64.", {"log_size": 0, "items": [ITEM] * 65}),
        "no-log-size": ("The size of the log is always stated.", {"items": [ITEM]}),
        "log-size-negative": ("A size is no negative number.", {"log_size": -1, "items": [ITEM]}),
        "log-size-text": ("A size is a number.", {"log_size": "0", "items": [ITEM]}),
        "log-size-true": ("A boolean is no number.", {"log_size": True, "items": [ITEM]}),
        "foreign-member": ("No other member.", {"log_size": 0, "items": [ITEM], "more": 1}),
        "item-foreign-member": ("Nor in an item.", {"log_size": 0, "items": [{**ITEM, "more": 1}]}),
        "item-no-payload": ("`payload` is null, not left out.", {"log_size": 0, "items": [{"envelope": "e30.e30.AA"}]}),
        "payload-object": ("A payload is text.", {"log_size": 0, "items": [{"envelope": "e30.e30.AA", "payload": {}}]}),
        "items-object": ("Items are an array.", {"log_size": 0, "items": {"0": ITEM}}),
        "array": ("A delivery is an object.", [two]),
    }  # fmt: skip
    cases = {
        "request": accepted(
            "Two envelopes, the second with its payload.",
            {"request": good},
            {"log_size": 70, "items": [[ITEM["envelope"], None], ["e30.e30.AQ", JWE]]},
        ),
        "request-member-twice": refused(
            "A member comes twice.", {"request": good.replace('"items"', '"log_size":0,"items"')}, "malformed"
        ),
        "request-bom": refused("A byte order mark.", {"request": "\ufeff" + good}, "malformed"),
        "request-cut": refused("The body ends too early.", {"request": good[:-1]}, "malformed"),
    }
    return cases | {
        f"request-{name}": refused(text, {"request": compact(value)}, "malformed")
        for name, (text, value) in wrong.items()
    }


def answers() -> dict[str, Case]:
    """Give the cases of answers, each to two envelopes."""
    found, note = _receipt()
    good = {"checkpoints": [note], "consistency": [HASH], "results": [found, PROBLEM]}
    beyond = {"receipt": {**found["receipt"], "checkpoint": 1}}
    shouted = {"problem": {**PROBLEM["problem"], "name": "Out of order"}}
    wrong: dict[str, tuple[str, object]] = {
        "one-result": ("As many results as envelopes.", {**good, "results": [found]}),
        "three-results": ("As many results as envelopes.", {**good, "results": [found, PROBLEM, PROBLEM]}),
        "checkpoint-beyond": ("A checkpoint that is not there.", {**good, "results": [beyond, PROBLEM]}),
        "no-checkpoints": ("A receipt rests on a checkpoint.", {**good, "checkpoints": []}),
        "both": ("A receipt or a problem, not both.", {**good, "results": [{**found, **PROBLEM}, PROBLEM]}),
        "neither": ("A receipt or a problem.", {**good, "results": [{}, PROBLEM]}),
        "short-hash": ("A hash has 32 bytes.", {**good, "consistency": [HASH[:-1]]}),
        "other-spelling": ("A hash has one spelling.", {**good, "consistency": [HASH[:-1] + "B"]}),
        "problem-name": ("A problem's name is one of the words.", {**good, "results": [shouted, PROBLEM]}),
        "foreign-member": ("No other member.", {**good, "more": 1}),
    }
    parts = found["receipt"]
    cases = {
        "answer": accepted(
            "A receipt and a problem.",
            {"answer": compact(good), "envelopes": 2},
            {
                "head": note,
                "consistency": [HASH],
                "results": [
                    {
                        "entry": parts["entry"],
                        "index": parts["index"],
                        "path": parts["path"],
                        "checkpoint": note,
                    },
                    {"name": "out-of-order", "retry": False, "detail": "acceptance in VOIDED"},
                ],
            },
        )
    }
    stranger = {"problem": {"name": "untrusted", "retry": False, "detail": "The input was refused."}}
    refusals = {"checkpoints": [], "consistency": [], "results": [PROBLEM, stranger]}
    cases["answer-problems"] = accepted(
        "Two problems, the second as a stranger is told; a log that has no checkpoint yet.",
        {"answer": compact(refusals), "envelopes": 2},
        {"head": None, "consistency": [], "results": [PROBLEM["problem"], stranger["problem"]]},
    )
    return cases | {
        f"answer-{name}": refused(text, {"answer": compact(value), "envelopes": 2}, "malformed")
        for name, (text, value) in wrong.items()
    }


def cases() -> dict[str, Case]:
    """Give all cases by name."""
    return requests() | answers()


if __name__ == "__main__":
    made.write("delivery", cases())
