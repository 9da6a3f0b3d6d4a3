"""What auditors read of a message that one of two nodes has and the other has not."""

from collections.abc import Mapping
from typing import Final

from handover.application.reconciled import Finding
from handover.pages.navigation import N_

FINDINGS: Final[Mapping[Finding, str]] = {
    Finding.DENIED: N_(
        "The other authority has confirmed it and now denies that it has it; both are kept as evidence."
    ),
    Finding.DISOWNED: N_(
        "The other authority has signed it and now denies that it has said it; both are kept as evidence."
    ),
    Finding.FORGOTTEN: N_("The other authority had it before it was restored, and has it no longer."),
    Finding.LOST_HERE: N_(
        "By the other authority's word this office has confirmed it; it is not here any more."
    ),
    Finding.UNKNOWN_HERE: N_(
        "By the other authority's word this office has said it; it is not here any more."
    ),
    Finding.REQUEUED: N_("It waited nowhere, though it still has to be said; it is said again."),
}
