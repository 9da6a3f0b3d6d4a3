"""A referred case, for tests: one node that is responsible, one that is asked for something."""

from collections.abc import Sequence

import cases
from continuing import Case, begun
from federation import Federation
from handover.application.facts import Handover
from handover.application.referring import Wanted
from handover.domain.continuity import ReferralTask
from handover.domain.courses import Course
from handover.domain.handover import State
from handover.node import Node

FIELDS = ("identity.names", "health.urgent_needs")
TEXT = f"Which clinic takes {cases.MARK}?"


def prepared(
    case: Case, to: Node, *, fields: Sequence[str] = FIELDS, deadline: int | None = None, text: str = TEXT
) -> Handover:
    """Give a referral by whoever is responsible, prepared by one officer."""
    node = case.path[-1]
    actor = case.officer(node)
    matter = node.cases.matter(case.matter(node), actor=actor)
    ground = cases.consent(case.fed, node, matter, to=to.id, actor=actor)
    wanted = Wanted(
        to=to.id, task=ReferralTask.HEALTH, text=text, fields=fields, ground=ground.id, deadline=deadline
    )
    return node.after.referring.prepare(matter.id, wanted, actor=actor)


def referred(case: Case, to: Node, **options: object) -> Handover:
    """Give a referral that has come to the other node, at the sender."""
    node = case.path[-1]
    sent = prepared(case, to, **options)  # type: ignore[arg-type]
    node.after.referring.release(sent.id, actor=case.officer(node, "second"))
    case.fed.settle()
    got = at(case, to, node)
    case.matters.setdefault(to.id, got.matter)
    return at(case, node, to)


def at(case: Case, node: Node, with_: Node) -> Handover:
    """Give the newest referral at one node with another."""
    with node.database.reading() as work:
        found = work.handovers.page(after="", limit=100, course=Course.REFERRAL)
    return [each for each in found if each.peer == with_.id][-1]


def states(case: Case, one: Node, other: Node) -> tuple[State, State]:
    """Give where the newest referral stands at both sides."""
    return at(case, one, other).state, at(case, other, one).state


def case_of(fed: Federation, node: Node) -> Case:
    """Give a case for which a node is responsible."""
    return begun(fed, node)
