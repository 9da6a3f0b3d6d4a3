"""What /api/v1 answers about nodes, the queue and alarms. Times are seconds since 1970."""

from typing_extensions import TypedDict  # pydantic needs this one on Python 3.11

from handover.application.authorities import Authority, Own
from handover.application.facts import Alarm, Delivery, Queued
from handover.application.statistics import Report, Row
from handover.protocol.node_entry import Mandate, NodeStatus
from handover.protocol.node_key import KeyStatus, KeyUse
from handover.protocol.strict import b64


class PeerShown(TypedDict):
    """An authority that the registry names. `may_be_offered`: neither suspended nor without a key to seal to.

    `heard_at` is when it last spoke to this node, 0 for never; `failures` counts deliveries that failed since.
    """

    node: str
    names: dict[str, str]
    country: str
    places: list[str]
    mandates: list[Mandate]
    languages: list[str]
    hours: str
    address: str
    schemas: list[str]
    status: NodeStatus
    may_be_offered: bool
    seals_until: int | None
    heard_at: int
    failures: int
    not_before: int


def peer(of: Authority) -> PeerShown:
    """Give what is shown of an authority."""
    entry, known = of.entry, of.known
    return {
        "node": entry.node,
        "names": dict(entry.names),
        "country": entry.country,
        "places": list(entry.places),
        "mandates": list(entry.mandates),
        "languages": list(entry.liaison.languages),
        "hours": entry.liaison.hours,
        "address": entry.address,
        "schemas": list(entry.schemas),
        "status": entry.status,
        "may_be_offered": of.signs and of.seals_until is not None and not of.barred,
        "seals_until": of.seals_until,
        "heard_at": known.heard_at,
        "failures": known.failures,
        "not_before": known.not_before,
    }


class KeyShown(TypedDict):
    """One of this node's public keys as the registry lists it."""

    use: KeyUse
    kid: str
    not_before: int
    expires: int
    status: KeyStatus


class RegistryShown(TypedDict):
    """Which registry this node goes by; `fresh`: offers and deeds may rest on it."""

    version: int | None
    issued_at: int | None
    fresh: bool


class LogShown(TypedDict):
    """The newest signed checkpoint of this node's log."""

    origin: str
    size: int
    root: str


class NodeShown(TypedDict):
    """This node as its peers see it; `entry` is null until the registry names it."""

    node: str
    incarnation: int
    entry: PeerShown | None
    keys: list[KeyShown]
    registry: RegistryShown
    log: LogShown


def node(of: Own) -> NodeShown:
    """Give what is shown of this node."""
    listed = of.authority.entry.keys if of.authority else ()
    return {
        "node": of.node,
        "incarnation": of.incarnation,
        "entry": peer(of.authority) if of.authority else None,
        "keys": [
            {
                "use": key.use,
                "kid": key.kid,
                "not_before": key.not_before,
                "expires": key.expires,
                "status": key.status,
            }
            for key in listed
        ],
        "registry": {
            "version": of.registry_version,
            "issued_at": of.registry_issued,
            "fresh": of.registry_fresh,
        },
        "log": {"origin": of.log.origin, "size": of.log.size, "root": b64(of.log.root)},
    }


class QueuedShown(TypedDict):
    """One envelope in the queue; `due` is 0 where it waits for a person, `problem` why it was refused."""

    envelope: str
    handover: str
    peer: str
    due: int
    attempts: int
    delivery: Delivery
    problem: str | None


def queued(of: Queued) -> QueuedShown:
    """Give what is shown of an envelope in the queue."""
    return {
        "envelope": of.envelope,
        "handover": of.handover,
        "peer": of.peer,
        "due": of.due,
        "attempts": of.attempts,
        "delivery": of.delivery,
        "problem": of.problem,
    }


class RetriedShown(TypedDict):
    """How many envelopes were made due."""

    peer: str
    envelopes: int


class AlarmShown(TypedDict):
    """Something that a person must look at, and when one did; the signed evidence for it is in the matter's bundle."""

    id: str
    kind: str
    handover: str | None
    peer: str | None
    raised_at: int
    seen_at: int | None


def alarm(of: Alarm) -> AlarmShown:
    """Give what is shown of an alarm."""
    return {
        "id": of.id,
        "kind": of.kind,
        "handover": of.handover,
        "peer": of.peer,
        "raised_at": of.raised_at,
        "seen_at": of.seen_at,
    }


class CountShown(TypedDict):
    """One count: at least `known`, and no more where nothing is `withheld`. A route names both countries."""

    subject: str
    table: str
    cell: str
    known: int
    withheld: bool


class StatisticsShown(TypedDict):
    """A closed quarter; null where none was published yet. `missing` are members that have not been heard of it."""

    quarter: str | None
    quarters: list[str]
    nodes: list[str]
    missing: list[str]
    own: list[CountShown]
    all: list[CountShown]


def statistics(of: Report | None) -> StatisticsShown:
    """Give what is shown of a quarter."""
    if of is None:
        return {"quarter": None, "quarters": [], "nodes": [], "missing": [], "own": [], "all": []}
    return {
        "quarter": of.quarter,
        "quarters": list(of.quarters),
        "nodes": list(of.nodes),
        "missing": list(of.missing),
        "own": [_count(row) for row in of.own],
        "all": [_count(row) for row in of.all],
    }


def _count(row: Row) -> CountShown:
    return {
        "subject": row.subject,
        "table": row.table,
        "cell": row.cell,
        "known": row.total.known,
        "withheld": row.total.withheld,
    }
