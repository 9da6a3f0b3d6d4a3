"""What a case system sends to /api/v1 in a contact."""

from typing import Annotated

from pydantic import ConfigDict, Field

from handover.application.hits import Rejection
from handover.domain.continuity import Verdict, VerdictReason
from handover.domain.handover import EndReason
from handover.protocol.bodies import MOST_FIELDS
from handover.web import examples
from handover.web.asked import TEXT, Asked, Long, Name


class RejectCandidate(Asked):
    """Why a candidate is not released."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.REJECT_CANDIDATE]})

    reason: Annotated[Rejection, Field(strict=False)]


class ContactWords(Asked):
    """A question or an answer, and the fields of the own record that it tells of."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CONTACT_WORDS]})

    text: Long
    fields: Annotated[list[Name], Field(max_length=MOST_FIELDS)]


class GiveVerdict(Asked):
    """Whether it is the family, why, and what the best interests of the own person are."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.GIVE_VERDICT]})

    verdict: Annotated[Verdict, Field(strict=False)]
    why: Annotated[VerdictReason, Field(strict=False)]
    text: Long


class EndContact(Asked):
    """Why a contact ends."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.END_CONTACT]})

    reason: Annotated[EndReason, Field(strict=False)]
    text: Annotated[str, Field(max_length=4000, json_schema_extra=TEXT)] = ""
