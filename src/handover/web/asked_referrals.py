"""What a case system sends to /api/v1 about referrals."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from handover.domain.continuity import ReferralTask
from handover.domain.handover import Role
from handover.web import examples_referrals as examples
from handover.web.asked import Asked, Fields, LocalId, Long, Name, NodeName, Paging, Seconds


class NewReferral(Asked):
    """A referral to prepare; nothing leaves this office by it. `text` says what is asked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.REFER]})

    to: NodeName
    task: Annotated[ReferralTask, Field(strict=False)]
    text: Long
    field_names: Annotated[Fields, Field(alias="fields")]
    ground: LocalId
    deadline: Seconds | None = None


class ReferAgain(Asked):
    """Until when a referral like the earlier one lasts."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.AGAIN]})

    deadline: Seconds | None = None


class EndReferral(Asked):
    """Why a referral is ended early."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.END]})

    text: Long


class FinishReferral(Asked):
    """That what was asked for is done, or is not taken on."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FINISH]})

    reason: Literal["done", "not-taken"]
    text: Long


class TellReferral(Asked):
    """A question or an answer; `fields` names what it tells of, which a ground of this office covers."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.TELL]})

    text: Long
    field_names: Annotated[tuple[Name, ...], Field(alias="fields", max_length=64, strict=False)] = ()


class ReferralsAsked(Paging):
    """Which referrals."""

    role: Role | None = None
