"""Made-up cases for tests: a record that may be offered, the statement behind a consent, and the steps to an offer."""

from collections.abc import Sequence

from federation import Federation
from handover.application.consents import Terms
from handover.application.facts import Actor, Handover, KeptGround, Matter
from handover.domain.consent import Basis, Purpose
from handover.domain.ids import NodeId
from handover.domain.record import MatterKind, Value, schema
from handover.node import Node
from handover.protocol.strict import Json

# Marked values: a test that greps for MARK finds each place where a personal value must not be. It is so long that even
# the middle of it in base64 is not in a folder of ciphertexts and digests by chance, as five letters were.
MARK = "Zzyzxandrion"
NAMES: Value = [
    {"script": "Grek", "order": "given_family", "full": f"Νίκος {MARK}", "given": "Νίκος", "family": MARK},
    {"script": "Arab", "order": "given_father_family", "full": f"يوسف {MARK}"},
]
GUARDIANSHIP: dict[str, Value] = {
    "identity.names": NAMES,
    "identity.birth_date": {"date": "2012-03", "precision": "month"},
    "identity.sex": "male",
    "status.protection_status": "unaccompanied",
    "health.urgent_needs": f"asthma {MARK}",
    "best_interests.kind": "bia",
    "best_interests.date": "2026-10-01",
    "best_interests.body": "Athens child protection",
    "best_interests.outcome": "handover",
    "best_interests.reasons": f"An aunt {MARK} lives there.",
    "best_interests.non_refoulement": {
        "answer": "no_risk_found",
        "date": "2026-10-01",
        "by": "Athens",
        "reasons": "None found.",
    },
    "child_view.heard": {"date": "2026-09-30", "by": "E. P.", "language": "ar", "interpreter": "present"},
    "child_view.wishes": {"words": f"I want to live with my aunt {MARK}."},
    "child_view.assent": "agrees",
}
STATEMENT: dict[str, Json] = {
    "given_by": "child",
    "capacity": "able to understand",
    "relation": "self",
    "explained_by": "caseworker",
    "language": "ar",
    "interpreter": "present",
    "expressed": "spoken",
    "child_assent": "agrees",
    "text": f"I, {MARK}, agree.",
}
PURPOSES = {
    MatterKind.GUARDIANSHIP: Purpose.CHILD_PROTECTION,
    MatterKind.TRACING: Purpose.FAMILY_TRACING,
}
NEEDED = tuple(
    path for path in GUARDIANSHIP if path.startswith(("best_interests.", "child_view.", "identity.names"))
)


def begin(fed: Federation, at: Node, actor: Actor, *, kind: MatterKind = MatterKind.GUARDIANSHIP) -> Matter:
    """Give a matter with a record that may be offered."""
    matter = at.cases.begin(kind, reference="A-1", actor=actor)
    of = schema(f"{kind.value}/1")
    values = GUARDIANSHIP if kind is MatterKind.GUARDIANSHIP else {}
    at.cases.write(matter.id, of, values, source="typed", actor=actor)
    return matter


def consent(
    fed: Federation,
    at: Node,
    matter: Matter,
    *,
    to: str,
    actor: Actor,
    fields: Sequence[str] = (),
    days: int = 30,
) -> KeptGround:
    """Give a consent to disclose *fields* (all unless named) to one node."""
    of = schema(f"{matter.kind.value}/1")
    terms = Terms(
        basis=Basis.CONSENT,
        recipients=(NodeId(to),),
        purposes=(PURPOSES[matter.kind],),
        fields=tuple(fields) or tuple(field.path for field in of.fields),
        valid_from=fed.clock.now,
        valid_until=fed.clock.now + days * 86400,
    )
    return at.consents.record(matter.id, of, terms, STATEMENT, actor=actor)


def offer(
    fed: Federation,
    at: Node,
    to: str,
    first: Actor,
    second: Actor,
    *,
    matter: Matter | None = None,
    kind: MatterKind = MatterKind.GUARDIANSHIP,
    fields: Sequence[str] = (),
    deadline: int | None = None,
) -> Handover:
    """Give an offer that was prepared by one officer and released by another."""
    matter = matter or begin(fed, at, first, kind=kind)
    ground = consent(fed, at, matter, to=to, actor=first)
    chosen = tuple(fields) or ground.ground.fields
    prepared = at.offers.prepare(
        matter.id, to=NodeId(to), fields=chosen, ground=ground.id, actor=first, deadline=deadline
    )
    return at.offers.release(prepared.id, actor=second)
