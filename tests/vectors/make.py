"""Makes the vectors of the chapters from strict to consent. `python tests/vectors/make.py` writes them anew.

All others are made of fixed seeds alone. Encapsulation is random, so the payloads that were really sealed are read
from `jwe/opens.json`, whose encapsulated key every other case of that chapter reuses, from `payload/sealed-offer.json`
and from `tracing-keys/contribution.json`; so are signatures of logs, in `tracing-questions/receipt.json` and under the
receipts of `reconciliation`.
"""

import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from vectors import (  # noqa: E402
    assertion_cases,
    consent_cases,
    denial_cases,
    envelope_cases,
    jwe_cases,
    jws_cases,
    made,
    matching_cases,
    names_cases,
    payload_cases,
    reconciliation_cases,
    record_cases,
    resync_cases,
    statistics_cases,
    strict_cases,
    tracing_keys_cases,
    tracing_questions_cases,
    tracing_receipts_cases,
)


def chapters() -> dict[str, dict[str, made.Case]]:
    """Give the cases of what messages are made of, by chapter and name."""
    return {
        "strict": strict_cases.cases(),
        "jws": jws_cases.cases(),
        "jwe": jwe_cases.cases(),
        "record": record_cases.cases(),
    }


def acts() -> dict[str, dict[str, made.Case]]:
    """Give the cases of what nodes say to one another, by chapter and name."""
    return {
        "names": names_cases.cases(),
        "envelope": envelope_cases.cases(),
        "payload": payload_cases.cases(),
        "consent": consent_cases.cases(),
        "assertion": assertion_cases.cases(),
        "statistics": statistics_cases.cases(),
        "reconciliation": reconciliation_cases.cases() | denial_cases.cases(),
        "resync": resync_cases.cases(),
        "matching": matching_cases.cases(),
        "tracing-keys": tracing_keys_cases.cases(),
        "tracing-questions": tracing_questions_cases.cases() | tracing_receipts_cases.cases(),
    }


if __name__ == "__main__":
    for chapter, cases in (chapters() | acts()).items():
        made.write(chapter, cases)
