"""What a case system sends to /api/v1 for tracing."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from handover.domain.traceable import MOST_EXCLUDED, ProtectionReason
from handover.web import examples_tracing as examples
from handover.web.asked import Asked, LocalId, Long, NodeName, Seconds, digits

_Reason = Annotated[ProtectionReason, Field(strict=False)]
_Excluded = Annotated[
    str,
    Field(
        pattern=r"^(?:[a-z]{2}|(?:[a-z]{2}|int)/[a-z0-9]+(?:-[a-z0-9]+)*)$",
        max_length=64,
        description="A node's name, or a country's code: all nodes of it.",
    ),
]
_WHICH = "Which person of the record, counted from 0."
Person = Annotated[int, Field(ge=0, le=15, description=_WHICH)]
PersonNumber = Annotated[int, Field(ge=0, le=15, description=_WHICH), BeforeValidator(digits)]


class TracingStatement(Asked):
    """Who gave the consent to trace, how it was explained and expressed. It never leaves this node."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.STATEMENT]})

    given_by: Literal["child", "caregiver", "guardian", "inquirer"]
    capacity: Long
    relation: Long
    explained_by: Long
    language: Long
    interpreter: Long
    expressed: Long
    child_assent: Long
    text: Long


class TracingConsent(Asked):
    """A consent to be sought and found by tracing."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CONSENT]})

    until: Seconds
    statement: TracingStatement


class TracingDecision(Asked):
    """A best-interests decision to trace; `until` is the day of its review."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DECISION]})

    until: Seconds
    reason: Long
    second_officer: LocalId


class NewProtection(Asked):
    """Why the record is in no index and nobody is asked about it."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.PROTECTION]})

    reason: _Reason
    text: Long


class LiftProtection(Asked):
    """Why there is no danger, and who agrees."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.LIFT]})

    text: Long
    second_officer: LocalId


class Exclude(Asked):
    """Who is never told of the record: all of them, those before included."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.EXCLUDE]})

    excluded: Annotated[list[_Excluded], Field(max_length=MOST_EXCLUDED)]


class Ask(Asked):
    """Which person is asked for, and where; a broadcast waits for a second officer."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ASK]})

    person: Person = 0
    nodes: Annotated[list[NodeName], Field(min_length=1, max_length=1000)]
    broadcast: bool = False


class CloseAsking(Asked):
    """Why the search ends."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.CLOSE]})

    reason: Literal["found", "given-up"]
