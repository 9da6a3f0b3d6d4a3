"""What a run with real faults came to, for the table of all campaigns (`dev.py assurance`)."""

from collections import Counter
from collections.abc import Callable
from typing import Any

Record = Callable[[str, Any], None]
"""pytest's `record_property`."""


def tell(record: Record, counts: Counter[str], *, recovered: float, until: str) -> None:
    """Record the figures of a run of which everything was checked: the checks have failed it otherwise.

    *recovered*: seconds from the end of the fault *until* what that says.
    """
    for name in ("faults", "cases", "envelopes"):
        if name in counts:
            record(name, counts[name])
    record("receipted and lost", 0)
    record("done twice", 0)
    record(f"seconds until {until}", f"{recovered:.1f}")
