"""Withdrawals, follow-ups, decisions, complaints and corrections cross over a rough wire: both sides end up agreed."""

from collections import Counter
from collections.abc import Iterator

import pytest

from continuing import judged
from handover.application import anew, disclosures
from handover.application.continuity import KeptDemand
from handover.application.verifier_report import Verdict
from handover.domain.handover import Act
from handover.domain.ids import Digest, NodeId
from handover.node import Node
from two_nodes.test_withdrawal_crossing import faults
from two_nodes.weather import History

SEEDS = range(1, 7)


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, History]]:
    found = {seed: History(tmp_path_factory.mktemp(f"seed{seed}"), seed) for seed in SEEDS}
    for each in found.values():
        each.run()
    yield found
    for each in found.values():
        each.close()


@pytest.fixture(params=SEEDS)
def history(histories: dict[int, History], request: pytest.FixtureRequest) -> History:
    return histories[request.param]


def names(node: Node, envelope: Digest) -> set[Digest]:
    with node.database.reading() as work:
        return set(anew.names(work, envelope))


def demanded(history: History, node: Node, *, of: NodeId, incoming: bool) -> list[KeptDemand]:
    found = history.case.demands(node)
    return [each for each in found if each.peer == of and each.incoming is incoming]


def test_both_sides_agree_on_what_was_asked_shown_answered_and_erased(history: History) -> None:
    nodes = {node.id: node for node in history.nodes}
    assert [faults(node) for node in history.nodes] == [[], [], []]
    for node in history.nodes:
        for asked in (each for each in history.case.demands(node) if not each.incoming):
            there = nodes[asked.peer]
            [heard] = [
                each
                for each in demanded(history, there, of=node.id, incoming=True)
                if each.envelope in names(node, asked.envelope)
            ]
            assert asked.answered is heard.answered is not None, (node.id, asked.act)
        for shown in (each for each in history.case.shown(node) if not each.incoming):
            other = nodes[shown.peer]
            here = [
                each for each in history.case.shown(other) if each.envelope in names(node, shown.envelope)
            ]
            if not here:
                continue  # it did not leave: its ground ended
            assert [each.withdrawn_at is None for each in here] == [shown.withdrawn_at is None], shown.act
            if shown.erased_at is not None:
                with other.database.reading() as work:
                    assert not disclosures.is_held(work, here[0]), shown.act


def test_what_all_three_can_prove_is_valid(history: History) -> None:
    report = judged(history.case, *history.nodes)
    assert report.verdict is Verdict.VALID, [each for each in report.findings if each.severity != "note"]


def test_the_histories_meet_every_weather_and_every_act(histories: dict[int, History]) -> None:
    done: Counter[str] = Counter()
    for history in histories.values():
        done += history.done + history.wire.seen
        with history.nodes[1].database.reading() as work:
            for round_ in history.rounds(history.nodes[1]):
                done.update(each.act.value for each in work.envelopes.of_handover(round_.id))
    wanted = {"lost", "held back", "repeated", "answer lost", "late"}
    wanted |= {
        each.value
        for each in (
            Act.CONSENT_WITHDRAWN, Act.ERASED, Act.LEGAL_HOLD, Act.FOLLOW_UP, Act.DECISIONS_WANTED, Act.DECISION,
            Act.COMPLAINT, Act.COMPLAINT_ANSWER, Act.ACCESS_WANTED, Act.ACCESS_ANSWER, Act.CORRECTION,
        )
    }  # fmt: skip
    assert wanted <= set(done), (wanted - set(done), done)
