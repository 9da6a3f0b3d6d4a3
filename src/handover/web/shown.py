"""What /api/v1 answers: one shape for each thing, made of the use cases' facts. Times are seconds since 1970."""

from collections.abc import Mapping
from typing import Generic, TypeVar, cast

from pydantic import JsonValue
from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application import documents
from handover.application.facts import Delivery, KeptGround, KeptRecord, Matter
from handover.application.handovers import Line
from handover.application.offers import Selection
from handover.application.worklist import Seen, Waits
from handover.domain.consent import Basis, Onward, Purpose
from handover.domain.handover import Act, Claim, Role, State
from handover.domain.record import MatterKind, Record, Schema, Value, to_wire

T = TypeVar("T")


class Page(TypedDict, Generic[T]):
    """A part of a list; `next_cursor` is null at its end."""

    data: list[T]
    next_cursor: str | None


class MatterShown(TypedDict):
    """A matter. `claim`: what this node says of its own responsibility; `holder`: the responsible node."""

    id: str
    kind: MatterKind
    reference: str
    claim: Claim
    holder: str
    epoch: int
    created_at: int


def matter(of: Matter) -> MatterShown:
    """Give what is shown of a matter."""
    return {
        "id": of.id,
        "kind": of.kind,
        "reference": of.reference,
        "claim": of.claim,
        "holder": of.holder,
        "epoch": of.epoch,
        "created_at": of.created_at,
    }


class VersionShown(TypedDict):
    """One version of a record, without its values."""

    matter: str
    version: int
    schema: str
    source: str
    recorded_by: str
    recorded_at: int


def version(of: KeptRecord) -> VersionShown:
    """Give what is shown of a version."""
    return {
        "matter": of.matter,
        "version": of.version,
        "schema": of.schema,
        "source": of.source,
        "recorded_by": of.recorded_by,
        "recorded_at": of.recorded_at,
    }


class RecordShown(VersionShown):
    """The newest version of a record: each field of its schema is stated, absent, or named as withheld."""

    sections: dict[str, dict[str, JsonValue]]
    withheld: list[str]


def record(kept: KeptRecord, of: Record) -> RecordShown:
    """Give what is shown of a record."""
    withheld = documents.withheld(kept.document, of.schema)
    disclosed = {path: value for path, value in of.values.items() if path not in withheld}
    return {**version(kept), "sections": sections(of.schema, disclosed), "withheld": list(withheld)}


def sections(of: Schema, values: Mapping[str, Value]) -> dict[str, dict[str, JsonValue]]:
    """Give disclosed values by section and field; what is not there was withheld."""
    found: dict[str, dict[str, JsonValue]] = {}
    for path in of.in_order(values):
        section, _, name = path.partition(".")
        found.setdefault(section, {})[name] = cast(JsonValue, to_wire(values[path]))
    return found


class ImportedShown(TypedDict):
    """What a document has become, with the report of every value that was not mapped."""

    record: VersionShown
    report: dict[str, JsonValue]


class FileShown(TypedDict):
    """A file that is kept with a matter."""

    digest: str
    media_type: str
    size: int


class GroundShown(TypedDict):
    """A ground, without its statement. `in_force`: it counts now."""

    id: str
    matter: str
    schema: str
    basis: Basis
    recipients: list[str]
    purposes: list[Purpose]
    fields: list[str]
    onward: Onward
    valid_from: int
    valid_until: int
    in_force: bool
    review_at: int | None
    second_officer: str | None
    withdrawn_at: int | None
    recorded_by: str
    recorded_at: int


def ground(of: KeptGround, now: int) -> GroundShown:
    """Give what is shown of a ground at *now*."""
    terms = of.ground
    return {
        "id": of.id,
        "matter": of.matter,
        "schema": terms.schema,
        "basis": terms.basis,
        "recipients": list(terms.recipients),
        "purposes": list(terms.purposes),
        "fields": list(terms.fields),
        "onward": terms.onward,
        "valid_from": terms.valid_from,
        "valid_until": terms.valid_until,
        "in_force": terms.in_force(now),
        "review_at": terms.review_at,
        "second_officer": terms.second_officer,
        "withdrawn_at": terms.withdrawn_at,
        "recorded_by": of.recorded_by,
        "recorded_at": of.recorded_at,
    }


class NextShown(TypedDict):
    """What happens next: whose turn it is, which steps this officer can take now, whether a person should look."""

    waits_for: Waits
    can: list[str]
    overdue: bool


class HandoverShown(TypedDict):
    """A round as this side keeps it. `reason` is a stable word; `round` names it at both nodes."""

    id: str
    matter: str
    kind: MatterKind
    role: Role
    peer: str
    round: str
    epoch: int
    state: State
    deadline: int
    purpose: Purpose
    schema: str
    fields: list[str]
    ground: str | None
    prepared_by: str | None
    released_by: str | None
    reason: str | None
    alarm: str | None
    created_at: int
    updated_at: int
    opened_at: int | None
    arrived_at: int | None
    next: NextShown


def handover(seen: Seen) -> HandoverShown:
    """Give what is shown of a round."""
    of = seen.handover
    return {
        "id": of.id,
        "matter": of.matter,
        "kind": of.kind,
        "role": of.role,
        "peer": of.peer,
        "round": of.round,
        "epoch": of.epoch,
        "state": of.state,
        "deadline": of.deadline,
        "purpose": of.purpose,
        "schema": of.schema,
        "fields": list(of.fields),
        "ground": of.ground,
        "prepared_by": of.prepared_by,
        "released_by": of.released_by,
        "reason": of.reason,
        "alarm": of.alarm,
        "created_at": of.created_at,
        "updated_at": of.updated_at,
        "opened_at": of.opened_at,
        "arrived_at": of.arrived_at,
        "next": {"waits_for": seen.waits_for, "can": list(seen.can), "overdue": seen.overdue},
    }


class OpenedShown(TypedDict):
    """An offer that was opened: the values that were disclosed, by section and field."""

    handover: HandoverShown
    sections: dict[str, dict[str, JsonValue]]


class SelectionShown(TypedDict):
    """One field on the page *what leaves this office*; `stated`: the record has a value for it."""

    path: str
    label: str
    granted: bool
    stated: bool
    reason: str


def selection(of: Selection) -> SelectionShown:
    """Give what is shown of one field."""
    return {
        "path": of.path,
        "label": of.label,
        "granted": of.granted,
        "stated": of.stated,
        "reason": of.reason,
    }


class LineShown(TypedDict):
    """One envelope of a round; `text` is what officers wrote in it, null once it is erased."""

    act: Act
    incoming: bool
    at: int
    digest: str
    receipted: bool
    delivery: Delivery | None
    problem: str | None
    text: dict[str, JsonValue] | None


def line(of: Line) -> LineShown:
    """Give what is shown of one envelope."""
    return {
        "act": of.act,
        "incoming": of.incoming,
        "at": of.at,
        "digest": of.digest,
        "receipted": of.receipted,
        "delivery": of.delivery,
        "problem": of.problem,
        "text": None if of.text is None else cast(dict[str, JsonValue], dict(of.text)),
    }
