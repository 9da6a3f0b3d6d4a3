"""A child's case after a handover, for tests: nodes in one process, the case handed on from one to the next."""

from dataclasses import dataclass

import cases
from federation import Federation
from handover.application import verifier
from handover.application.continuity import KeptDemand, KeptDisclosure
from handover.application.facts import Actor, Handover
from handover.application.verifier_report import Report
from handover.domain.handover import Role, State
from handover.domain.ids import MatterId
from handover.node import Node

RESPONSIBLE = {"name": "Anna Muster", "organisation": "Jugendamt", "contact": "+49 40 000"}


@dataclass
class Case:
    """One matter at several nodes; `path` are those that have been responsible, in order."""

    fed: Federation
    path: list[Node]
    matters: dict[str, MatterId]

    def officer(self, node: Node, name: str = "first") -> Actor:
        """Give an officer of a node."""
        return self.fed.officer(node, name)

    def matter(self, node: Node) -> MatterId:
        """Give the matter as the node knows it."""
        return self.matters[node.id]

    def hand_over(self, to: Node, **options: object) -> Handover:
        """Hand the case on from whoever is responsible now; give the round at the one who gives it."""
        node = self.path[-1]
        sent = cases.offer(
            self.fed,
            node,
            to.id,
            self.officer(node),
            self.officer(node, "second"),
            matter=node.cases.matter(self.matter(node), actor=self.officer(node)),
            **options,  # type: ignore[arg-type]
        )
        self.fed.settle()
        got = self.round(to, node)
        actor = self.officer(to)
        to.handovers.open(got.id, actor=actor)
        to.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met at the station.", actor=actor)
        self.fed.settle()
        node.offers.countersign(sent.id, actor=self.officer(node))
        self.fed.settle()
        self.matters[to.id] = got.matter
        self.path.append(to)
        return sent

    def round(self, at: Node, with_: Node) -> Handover:
        """Give the newest round at one node with another."""
        with at.database.reading() as work:
            page = work.handovers.page(after="", limit=100)
        return next(each for each in reversed(page) if each.peer == with_.id)

    def demands(self, node: Node) -> list[KeptDemand]:
        """Give what was demanded of a node, and then what it has demanded, oldest first."""
        with node.database.reading() as work:
            found = work.demands.of_matter(self.matter(node))
        return sorted(found, key=lambda each: not each.incoming)

    def shown(self, node: Node) -> list[KeptDisclosure]:
        """Give what was shown at a node, oldest first."""
        with node.database.reading() as work:
            return list(work.disclosures.of_matter(self.matter(node)))


def begun(fed: Federation, node: Node) -> Case:
    """Give a matter that a node has just begun."""
    matter = cases.begin(fed, node, fed.officer(node, "first"))
    return Case(fed, [node], {node.id: matter.id})


def handed_over(fed: Federation, *path: Node) -> Case:
    """Give a case that was handed from each node to the next."""
    case = begun(fed, path[0])
    for to in path[1:]:
        sent = case.hand_over(to)
        with to.database.reading() as work:
            got = work.handovers.get(case.round(to, case.path[-2]).id)
        assert (got.role, got.state) == (Role.RECEIVER, State.HOLDING), sent.id
    return case


def judged(case: Case, *nodes: Node) -> Report:
    """Give the verifier's report on the merged evidence of some nodes."""
    files = [each.evidence.export(case.matter(each), actor=case.officer(each)) for each in nodes]
    return verifier.verify(files, root=nodes[0].pinned_root)
