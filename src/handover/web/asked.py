"""What a case system sends to /api/v1: shapes that take exactly what is described, and nothing else."""

import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from handover.application.facts import Delivery
from handover.application.handovers import DECLINE_CODES
from handover.domain.consent import Basis, Onward, Purpose
from handover.domain.continuity import FOLLOW_UP_DAYS, LAST_FOLLOW_UP, MOST_FOLLOW_UPS, OverrideReason
from handover.domain.handover import Role, State
from handover.domain.record import MatterKind
from handover.domain.retention import HoldGround
from handover.protocol import strict
from handover.protocol.node_entry import Mandate
from handover.web import examples

_NODE = r"^(?:[a-z]{2}|int)/[a-z0-9]+(?:-[a-z0-9]+)*$"
_UUID = r"^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
DAY = r"^(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")

NodeName = Annotated[str, Field(pattern=_NODE, max_length=64, description="A node's name.")]
LocalId = Annotated[str, Field(pattern=_UUID, min_length=36, max_length=36)]
Seconds = Annotated[int, Field(ge=0, le=strict.LATEST, description="Seconds since 1970-01-01T00:00:00Z.")]
Fields = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=100)]],
    Field(min_length=1, max_length=200, description="Names of fields, or of categories of consent."),
]
TEXT = {"pattern": "^[^\\u0000-\\u0008\\u000b-\\u001f]*$"}  # the parser refuses what this describes
Long = Annotated[str, Field(min_length=1, max_length=4000, json_schema_extra=TEXT)]
Name = Annotated[str, Field(min_length=1, max_length=200, json_schema_extra=TEXT)]
Reference = Annotated[
    str, Field(max_length=100, description="The office's own case number.", json_schema_extra=TEXT)
]
FollowUpDays = Annotated[
    list[Annotated[int, Field(ge=1, le=LAST_FOLLOW_UP)]],
    Field(
        max_length=MOST_FOLLOW_UPS, description="Days after the take-up, rising; not looked at in tracing."
    ),
]
SchemaName = Literal["guardianship/1", "tracing/1"]


def digits(value: object) -> object:
    """In an address a number is its digits: no sign, point, space or leading zero."""
    if isinstance(value, str) and _NUMBER.fullmatch(value) is None:
        raise ValueError
    return value


Limit = Annotated[int, Field(ge=1, le=100, description="How many at most."), BeforeValidator(digits)]
Cursor = Annotated[str, Field(min_length=1, max_length=200, description="`next_cursor` of the page before.")]

# In JSON these stand as text; all else is strict.
_Kind = Annotated[MatterKind, Field(strict=False)]
_Basis = Annotated[Basis, Field(strict=False)]
_Onward = Annotated[Onward, Field(strict=False)]
_Purpose = Annotated[Purpose, Field(strict=False)]
_Urgency = Annotated[OverrideReason, Field(strict=False)]
_HoldGround = Annotated[HoldGround, Field(strict=False)]


class Asked(BaseModel):
    """A body: types are not converted, members that are not described are refused, errors repeat no value."""

    model_config = ConfigDict(
        strict=True, extra="forbid", hide_input_in_errors=True, frozen=True, allow_inf_nan=False
    )


class NewMatter(Asked):
    """A matter for which this office is responsible from now on."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_MATTER]})

    kind: _Kind
    reference: Reference = ""


class FindMatters(Asked):
    """A case number; it is asked for in a body because it may not stand in an address."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.FIND_MATTERS]})

    reference: Annotated[Reference, Field(min_length=1)]


class WriteRecord(Asked):
    """The record in its plain form: section, field, value or `{"absent": "unknown"}`, `{"absent": "not-applicable"}`.

    /api/v1/schemas/guardianship-1.schema.json and tracing-1.schema.json say what each field takes.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [examples.WRITE_RECORD]})

    schema_name: Annotated[SchemaName, Field(alias="schema")]
    sections: dict[str, dict[str, JsonValue]]


class Statement(Asked):
    """Who gave the consent, how it was explained and expressed, what the child said. It never leaves this node."""

    given_by: Literal["child", "caregiver", "guardian", "authority"]
    capacity: Long
    relation: Long
    explained_by: Long
    language: Long
    interpreter: Long
    expressed: Long
    child_assent: Long
    text: Long


class NewGround(Asked):
    """A consent, or another legal basis with its second officer and review date."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_GROUND]})

    schema_name: Annotated[SchemaName, Field(alias="schema")]
    basis: _Basis
    recipients: Annotated[list[NodeName], Field(min_length=1, max_length=16)]
    purposes: Annotated[list[_Purpose], Field(min_length=1, max_length=2)]
    field_names: Annotated[Fields, Field(alias="fields")]
    valid_from: Seconds
    valid_until: Seconds
    onward: _Onward = Onward.NONE
    review_at: Seconds | None = None
    second_officer: LocalId | None = None
    urgency: _Urgency | None = None
    statement: Statement


class NewOverride(Asked):
    """What was told somebody without consent, because a life was at stake."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_OVERRIDE]})

    to: Name
    field_names: Annotated[Fields, Field(alias="fields")]
    reason: _Urgency
    text: Long
    second_officer: LocalId


class Review(Asked):
    """What a third officer makes of it, and whether the child was told."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.REVIEW]})

    text: Long
    child_told: bool


class NewHandover(Asked):
    """An offer to prepare; nothing leaves this office by it."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_HANDOVER]})

    matter: LocalId
    to: NodeName
    field_names: Annotated[Fields, Field(alias="fields")]
    ground: LocalId
    deadline: Seconds | None = None


class Releases(Asked):
    """Prepared offers that are released together; where one cannot be, none is."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.RELEASES]})

    handovers: Annotated[list[LocalId], Field(min_length=1, max_length=64)]


class Responsible(Asked):
    """The guardian (guardianship) or the officer (tracing) who answers for the matter from the take-up on."""

    name: Name
    organisation: Name
    contact: Annotated[str, Field(max_length=200, json_schema_extra=TEXT)]


class Accept(Asked):
    """The receiver binds itself."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ACCEPT]})

    responsible: Responsible
    plan: Long
    follow_ups: FollowUpDays = list(FOLLOW_UP_DAYS)


class Decline(Asked):
    """The receiver says no, or asks to be released."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.DECLINE]})

    code: Annotated[str, Field(max_length=40, json_schema_extra={"enum": list(DECLINE_CODES)})]
    text: Long


class Say(Asked):
    """A question, or the answer to the other side's newest one."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.SAY]})

    text: Long


class Arrived(Asked):
    """The child has arrived, or has not."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.ARRIVED]})

    date: Annotated[str, Field(pattern=DAY)]
    text: Annotated[str, Field(max_length=4000, json_schema_extra=TEXT)] = ""


class Retry(Asked):
    """The peer to which everything that waits is sent now."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.RETRY]})

    peer: NodeName


class NewHold(Asked):
    """A legal hold: what stops the erasure of a matter, why, until when, and which second officer has agreed."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_HOLD]})

    ground: _HoldGround
    reason: Long
    until: Seconds
    second_officer: LocalId


class Asking(BaseModel):
    """Parameters of an address; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class Paging(Asking):
    """A part of a list."""

    limit: Limit = 50
    cursor: Cursor | None = None


class PeersAsked(Paging):
    """Which authorities."""

    country: Annotated[str, Field(pattern="^(?:[a-z]{2}|int)$")] | None = None
    mandate: Mandate | None = None


class StatisticsAsked(Asking):
    """Which quarter; the newest, if none is named."""

    quarter: (
        Annotated[str, Field(pattern="^2[0-9]{3}-Q[1-4]$", description="For example 2026-Q4.")] | None
    ) = None


class HandoversAsked(Paging):
    """Which rounds."""

    role: Role | None = None
    state: State | None = None


class QueueAsked(Asking):
    """Which part of the queue."""

    limit: Limit = 100
    delivery: Delivery | None = None


class AlarmsAsked(Asking):
    """How many alarms."""

    limit: Limit = 100


class ImportAsked(Asking):
    """Which case of a document that holds several, by its place in it (the first is 0)."""

    case: Annotated[int, Field(ge=0, le=9999), BeforeValidator(digits)] | None = None
