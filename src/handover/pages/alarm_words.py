"""What each alarm says to an officer."""

from collections.abc import Mapping
from typing import Final

from handover.pages.navigation import N_

ALARMS: Final[Mapping[str, str]] = {
    "demand-overdue": N_(
        "What one authority demanded of the other in this handover has not been answered in time."
    ),
    "demand-undeliverable": N_(
        "What this office demands cannot reach the other authority: the registry does not name it, or its keys are"
        " compromised. Telephone it, or the registry's operators."
    ),
    "end-overdue": N_(
        "The other authority has not confirmed in time that it keeps nothing of what it was shown. Telephone it."
    ),
    "equivocation": N_("The other authority has signed two things that exclude each other. Telephone it."),
    "attachment": N_("A file that came with an offer is not what the other authority signed for."),
    "evaluation-wrong": N_("A key-holder of tracing has signed an evaluation that its share did not make."),
    "evaluations-many": N_("An authority has far more keys of tracing evaluated than the others."),
    "evaluations-spent": N_("An authority has had as many keys of tracing evaluated as it may."),
    "fault": N_("A message could not be stored here. The other authority sends it again."),
    "follow-up-overdue": N_("Nobody has told in time how the child is. Telephone the other authority."),
    "keys-end": N_(
        "A key of this node, or a page of the registry, ends soon. The first page of Operation says which."
    ),
    "message-missing": N_(
        "A message between this office and another authority is there at one of the two only."
    ),
    "non-arrival": N_("The child has not arrived."),
    "two-responsible": N_(
        "The deed of this handover was taken up by one authority and resolved by the other: both may hold themselves"
        " responsible for the child. Telephone the other authority at once."
    ),
    "receipt-denied": N_("The other authority has confirmed a message and now denies that it has it."),
    "record-missing": N_("A deed came for a matter whose record is not here."),
    "refusals-many": N_(
        "So much of what an authority sends is refused that not every refusal is logged any more."
    ),
    "refused": N_("The other authority refuses a message of this node for good."),
    "stolen-key": N_(
        "A message of this handover came after the other authority's key had been stolen: anyone may have written it."
        " Telephone the other authority before you do anything here."
    ),
    "stray-deed": N_("A deed came that fits no acceptance of this office."),
    "two-chains": N_("Two different chains of responsibility were shown for one child."),
    "request-overdue": N_("This office has not confirmed or answered a person's request in time."),
    "resync-failed": N_(
        "This node was restored from a backup, and another authority has not told it yet what it has forgotten."
        " Until then every case stays in doubt. Telephone it."
    ),
    "restored": N_(
        "The node of another authority was put back from a backup. What it has forgotten it asks by itself;"
        " what you agreed with it lately, make sure of by telephone."
    ),
    "log-behind": N_(
        "Another node holds a checkpoint that this node has signed and does not have: its database was put back, or"
        " a second copy of it runs. Stop it, and follow the operator's guide."
    ),
    "log-rolled-back": N_(
        "The log of another node has signed fewer entries than before: its database was put back, or its clock."
    ),
    "split-view": N_("The log of another node contradicts itself."),
    "tracing-above-others": N_(
        "An authority asks this office for far more sought persons than the others do."
    ),
    "tracing-quota": N_("An authority has asked this office for as many sought persons as it may in a day."),
    "tracing-refused": N_(
        "Another authority refuses a question of this office for a sought person for good."
    ),
    "tracing-series": N_(
        "An authority's questions are so alike that it may be trying names one after the other."
    ),
    "tracing-tables": N_("The present tracing epoch compares names with other tables than this node has."),
}
