"""Two nodes are restored at once and have both forgotten the deed between them; who holds the case now can show it."""

from pathlib import Path

import cases
from continuing import RESPONSIBLE, Case, begun
from federation import Federation, federation
from handover.domain.handover import Claim, State
from handover.domain.ids import NodeId
from two_nodes.resyncing import copy, put_back, vault_file_copy
from two_nodes.scene import alarms_of

ATHENS, HAMBURG, LYON = map(NodeId, ("gr/athens", "de/hamburg", "fr/lyon"))


def keep(fed: Federation, folder: Path, *names: NodeId) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        copy(fed.wire.nodes[name].settings.data / "handover.db", folder / f"{name.country}.db")


def told(fed: Federation, folder: Path) -> tuple[Case, int]:
    """Let Athens give a case to Hamburg, and Hamburg to Lyon; the first two have backups from before the deed."""
    athens, hamburg, lyon = (fed.wire.nodes[name] for name in (ATHENS, HAMBURG, LYON))
    case = begun(fed, athens)
    first, second = case.officer(athens), case.officer(athens, "second")
    matter = athens.cases.matter(case.matter(athens), actor=first)
    sent = cases.offer(fed, athens, HAMBURG, first, second, matter=matter)
    fed.settle()
    got, actor = case.round(hamburg, athens), case.officer(hamburg)
    case.officer(hamburg, "second")
    hamburg.handovers.open(got.id, actor=actor)
    hamburg.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met at the station.", actor=actor)
    fed.settle()
    keep(fed, folder, ATHENS, HAMBURG)
    athens.offers.countersign(sent.id, actor=first)
    fed.settle()
    case.matters[HAMBURG] = got.matter
    case.path.append(hamburg)
    case.hand_over(lyon)
    keep(fed, folder, LYON)
    return case, fed.clock.now


def restore(fed: Federation, folder: Path, ended: int, *order: NodeId) -> None:
    """Put the first two back at once, and let them ask in this order until all is said."""
    fed.clock.now = ended + 3600
    for name in (ATHENS, HAMBURG):
        vault_file_copy(fed.wire.nodes[name].settings.data, folder / f"{name.country}.vault")
    for name in (ATHENS, HAMBURG, LYON):
        put_back(fed, name, folder / f"{name.country}.db", restored=name != LYON, made_at=ended)
    for _ in range(4):
        for name in order:
            fed.wire.nodes[name].resync.tick()
        fed.settle()
        fed.clock.pass_(1000)


def claims(case: Case) -> list[Claim]:
    found = []
    for name in (ATHENS, HAMBURG, LYON):
        with case.fed.wire.nodes[name].database.reading() as work:
            assert work.doubts.restoration() is None
            found.append(work.matters.get(case.matters[name]).claim)
    return found


def test_a_deed_that_both_have_forgotten_comes_back_by_who_holds_the_case(tmp_path: Path) -> None:
    with federation(tmp_path, ATHENS, HAMBURG, LYON) as (fed, _):
        case, ended = told(fed, tmp_path / "kept")
        restore(fed, tmp_path / "kept", ended, HAMBURG, ATHENS)
        assert claims(case) == [Claim.NONE, Claim.NONE, Claim.HOLDER]
        assert case.round(fed.wire.nodes[ATHENS], fed.wire.nodes[HAMBURG]).state is State.TRANSFERRED
        # Where the giver asks first, its taker cannot tell it yet, and the void contradicts the deed: people are told.
        restore(fed, tmp_path / "kept", ended, ATHENS, HAMBURG)
        assert claims(case) == [Claim.HOLDER, Claim.NONE, Claim.HOLDER]
        kinds = [each.kind for each in alarms_of(fed.wire.nodes[HAMBURG])]
        assert kinds.count("equivocation") == 1
