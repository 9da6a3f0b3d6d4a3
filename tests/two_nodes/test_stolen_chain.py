"""A deed whose key was stolen later still counts, for its taker had logged it before: the case can be handed on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from continuing import Case, handed_over, judged
from federation import Federation, federation
from handover.application.verifier_report import Rule, Severity, Verdict
from handover.domain.handover import Claim
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol import message, shown_chain
from handover.protocol.node_key import KeyUse
from two_nodes import rotation
from two_nodes.scene import alarms_of

NAMES = ("gr/athens", "de/hamburg", "fr/lyon", "it/bari")


@pytest.fixture
def four(tmp_path: Path) -> Iterator[tuple[Federation, list[Node]]]:
    with federation(tmp_path, *NAMES) as made:
        yield made


def steal(fed: Federation, name: str, *, back: int = 0, use: KeyUse = KeyUse.SIG) -> None:
    """Let the operators mark a key of a node as in other hands, from *back* seconds ago on."""
    node = fed.wire.nodes[NodeId(name)]
    [kid] = [each.kid for each in node.registry.entry(node.id, fed.clock.now).keys if each.use is use]
    fed.ceremony.mark_compromised(node.id, kid, since=fed.clock.now - back, now=fed.clock.now)
    fed.publish()


def refused(fed: Federation, case: Case, to: Node) -> None:
    """Offer the case to a node that refuses its chain for a key that was stolen."""
    node = case.path[-1]
    matter = node.cases.matter(case.matter(node), actor=case.officer(node))
    first, second = case.officer(node), case.officer(node, "second")
    sent = cases.offer(fed, node, to.id, first, second, matter=matter)
    fed.settle()
    with node.database.reading() as work:
        [queued] = work.queue.of_handover(sent.id).values()
    assert (queued.problem, queued.due) == ("chain", 0)
    assert [each.kind for each in alarms_of(node)] == ["refused"]


def test_a_case_is_handed_on_though_the_key_of_its_first_deed_was_stolen_since(
    four: tuple[Federation, list[Node]],
) -> None:
    fed, [athens, hamburg, lyon, bari] = four
    case = handed_over(fed, athens, hamburg)
    fed.clock.pass_(10)
    steal(fed, "gr/athens")
    case.hand_over(lyon)
    case.hand_over(bari)  # who was not there shows what it was shown
    for node in (hamburg, lyon, bari):
        assert alarms_of(node) == []
    report = judged(case, bari)
    assert report.verdict is Verdict.VALID, report
    assert [link.taker for link in report.matters[0].chain] == [hamburg.id, lyon.id, bari.id]
    notes = [each for each in report.findings if each.rule is Rule.KEY_COMPROMISED]
    assert [each.severity for each in notes] == [Severity.NOTE]


def test_a_deed_that_was_logged_after_the_theft_does_not_count(four: tuple[Federation, list[Node]]) -> None:
    fed, [athens, hamburg, lyon, _] = four
    case = handed_over(fed, athens, hamburg)
    fed.clock.pass_(10)
    steal(fed, "gr/athens", back=3600)
    refused(fed, case, lyon)
    assert judged(case, hamburg).verdict is Verdict.INVALID


def test_a_log_that_was_in_other_hands_shows_nothing(four: tuple[Federation, list[Node]]) -> None:
    fed, [athens, hamburg, lyon, _] = four
    case = handed_over(fed, athens, hamburg)
    fed.clock.pass_(10)
    steal(fed, "gr/athens")
    steal(fed, "de/hamburg", back=3600, use=KeyUse.LOG_PQ)
    refused(fed, case, lyon)


def test_the_case_comes_back_to_who_gave_the_deed_before_the_theft(
    four: tuple[Federation, list[Node]],
) -> None:
    fed, [athens, hamburg, _, _] = four
    case = handed_over(fed, athens, hamburg)
    fed.clock.pass_(10)
    old = athens.vault.signer.kid
    athens = rotation.new_signing_key(fed, athens, retire=False)
    rotation.compromise(fed, athens, old)
    case.hand_over(athens)
    with athens.database.reading() as work:
        matter = work.matters.get(case.matter(athens))
    assert (matter.holder, matter.claim, len(matter.chain)) == (athens.id, Claim.HOLDER, 2)


def test_the_offer_holds_the_receipt_of_each_earlier_deed(four: tuple[Federation, list[Node]]) -> None:
    fed, [athens, hamburg, lyon, bari] = four
    case = handed_over(fed, athens, hamburg, lyon)
    matter = lyon.cases.matter(case.matter(lyon), actor=case.officer(lyon))
    first, second = case.officer(lyon), case.officer(lyon, "second")
    sent = cases.offer(fed, lyon, bari.id, first, second, matter=matter)
    assert sent.offer is not None
    with lyon.database.reading() as work:
        plaintext = work.envelopes.plaintext(sent.offer)
        chain = work.matters.get(matter.id).chain
    shown = shown_chain.read(message.decode_kept(plaintext).evidence)
    assert list(shown.receipts) == list(chain)
    assert len(chain) == 2
