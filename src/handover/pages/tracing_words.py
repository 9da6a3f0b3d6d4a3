"""Words for tracing; each is a text that the catalogues translate."""

from collections.abc import Mapping
from typing import Final

from handover.domain.traceable import ProtectionReason, TracingBasis
from handover.pages.navigation import N_

BASES: Final[Mapping[TracingBasis, str]] = {
    TracingBasis.CONSENT: N_("The person agrees to be looked for, and to be found"),
    TracingBasis.BEST_INTERESTS: N_("A decision in the person's best interests"),
}
GIVERS: Final[Mapping[str, str]] = {
    "child": N_("The child"),
    "caregiver": N_("A caregiver"),
    "guardian": N_("The guardian"),
    "inquirer": N_("The person who looks for somebody"),
}
PROTECTIONS: Final[Mapping[ProtectionReason, str]] = {
    ProtectionReason.FAMILY_THREAT: N_("A threat inside the family"),
    ProtectionReason.WITNESS: N_("A witness who must not be found"),
    ProtectionReason.TRAFFICKING: N_("Trafficking"),
    ProtectionReason.ASYLUM_CLAIM: N_("A claim for asylum against a state that may ask"),
    ProtectionReason.NOT_TO_BE_TOLD: N_("The record names persons who must not be told"),
    ProtectionReason.OTHER: N_("Another danger"),
}
