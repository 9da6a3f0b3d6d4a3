"""What a case system sends to /api/v1 after a handover."""

from typing import Annotated

from pydantic import ConfigDict, Field

from handover.domain.continuity import (
    LAST_FOLLOW_UP,
    ComplaintOutcome,
    DecisionKind,
    FollowUpState,
    HoldReason,
    PetitionKind,
    WithdrawalScope,
)
from handover.domain.resolution import ResolutionReason
from handover.protocol.bodies import MOST_DECISIONS
from handover.web import examples
from handover.web.asked import DAY, TEXT, Asked, LocalId, Long, Name, Seconds


class NewFollowUp(Asked):
    """How the child is: for a day that the acceptance promised, or beside (0)."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_FOLLOW_UP]})

    due: Annotated[int, Field(ge=0, le=LAST_FOLLOW_UP)]
    date: Annotated[str, Field(pattern=DAY)]
    state: Annotated[FollowUpState, Field(strict=False)]
    text: Long


_DecisionKind = Annotated[DecisionKind, Field(strict=False)]
_Told = Annotated[list[LocalId], Field(max_length=MOST_DECISIONS, description="Lines of the own register.")]
_Words = Annotated[str, Field(max_length=4000, json_schema_extra=TEXT)]


class NewDecision(Asked):
    """A decision that was taken for the child, or a recommendation that was made, with the authority that did."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_DECISION]})

    kind: _DecisionKind
    date: Annotated[str, Field(pattern=DAY)]
    authority: Name
    reference: Annotated[str, Field(max_length=200, json_schema_extra=TEXT)] = ""
    outcome: Long
    reasons: _Words = ""


class TellDecisions(Asked):
    """Which own decisions are told."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.TELL_DECISIONS]})

    decisions: Annotated[_Told, Field(min_length=1)]
    text: _Words = ""


class AskDecisions(Asked):
    """Which kinds are asked for (none: all), and why."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ASK_DECISIONS]})

    kinds: Annotated[list[_DecisionKind], Field(max_length=len(DecisionKind))]
    text: Long


class AnswerDecisions(Asked):
    """Which own decisions are told or, where there are none, why not."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ANSWER_DECISIONS]})

    decisions: _Told
    text: _Words = ""


class Withdrawal(Asked):
    """What the person withdraws: what rests on this consent and was passed on from it, or everything of the case."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.WITHDRAWAL]})

    scope: Annotated[WithdrawalScope, Field(strict=False)]
    text: Annotated[str, Field(max_length=4000, json_schema_extra=TEXT)] = ""


class GroundWithdrawal(Asked):
    """How far the withdrawal of a ground goes, and what the person said. What names no scope ends this ground alone."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.WITHDRAWAL, {}]})

    scope: Annotated[WithdrawalScope, Field(strict=False)] = WithdrawalScope.GROUND
    text: Annotated[str, Field(max_length=4000, json_schema_extra=TEXT)] = ""


class Hold(Asked):
    """Why this office keeps what it was asked to erase, and until when."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.HOLD]})

    reason: Annotated[HoldReason, Field(strict=False)]
    text: Long
    until: Seconds


class NewPetition(Asked):
    """What a person asks for: that a wrong is looked at (`complaint`), or who received what about them (`access`)."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_PETITION]})

    kind: Annotated[PetitionKind, Field(strict=False)]
    language: Annotated[str, Field(min_length=1, max_length=35, description="A BCP 47 tag.")]
    text: _Words = ""
    contact: Annotated[str, Field(max_length=200, description="Stays at this node.")] = ""
    about: Annotated[str | None, Field(max_length=64, description="The node that is complained about.")] = (
        None
    )


class PetitionAnswer(Asked):
    """This office's answer to a complaint."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PETITION_ANSWER]})

    outcome: Annotated[ComplaintOutcome, Field(strict=False)]
    text: Long


class Correct(Asked):
    """What was wrong; the record as it is now goes with it, as far as it was told and is covered still."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CORRECT]})

    text: Long


class NewResolution(Asked):
    """Why the deed of a handover cannot be taken up any more, as the officers have found out themselves."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_RESOLUTION]})

    reason: Annotated[ResolutionReason, Field(strict=False)]


class TakeCorrection(Asked):
    """Which fields of a correction are taken over."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.TAKE_CORRECTION]})

    fields: Annotated[list[Annotated[str, Field(max_length=100)]], Field(min_length=1, max_length=512)]
