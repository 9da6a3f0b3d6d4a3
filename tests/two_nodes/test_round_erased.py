"""Erasing what was said in a round erases all that was shown in it, also what has a data key of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

import cases
from continuing import Case, handed_over, judged
from federation import PASSPHRASE, federation
from handover.adapters import backup, decision_tables, tables
from handover.adapters.post import to_bytes
from handover.adapters.vault import FileVault
from handover.application.facts import KeptEnvelope
from handover.application.verifier_report import Verdict
from handover.domain.continuity import FollowUpState, WithdrawalScope
from handover.domain.errors import NotFoundError
from handover.domain.followup import Stage
from handover.domain.handover import Act
from handover.domain.record import Value
from handover.domain.sequence import SHOWS
from handover.node import Node
from two_nodes.test_canary import marked
from two_nodes.test_correction import came, send, write
from two_nodes.test_decisions import ORDER, record
from two_nodes.test_followups import stages
from two_nodes.test_renewal import opens, usable, wrapped

Sealed = list[tuple[bytes, str]]


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    """A case of which Hamburg has told Athens how the child is, what was decided, and what was wrong."""
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, nodes):
        found = handed_over(fed, *nodes)
        athens, hamburg = nodes
        actor = found.officer(hamburg)
        matter = hamburg.cases.matter(found.matter(hamburg), actor=actor)
        cases.consent(fed, hamburg, matter, to=athens.id, actor=actor)
        tell(found, 7)
        line = record(found, hamburg, ORDER)
        round_ = found.round(hamburg, athens).id
        hamburg.after.decisions.tell(round_, [line.id], text=cases.MARK, actor=actor)
        value: Value = {"date": "2013-03", "precision": "month"}
        write(found, hamburg, {"identity.birth_date": value})
        send(found, hamburg, athens)
        fed.settle()
        yield found


def tell(case: Case, due: int) -> None:
    athens, hamburg = case.path
    hamburg.after.follow_ups.tell(
        case.round(hamburg, athens).id,
        due=due,
        date="2026-12-01",
        state=FollowUpState.WELL,
        text=f"{cases.MARK} goes to school.",
        actor=case.officer(hamburg),
    )
    case.fed.settle()


def shown(case: Case, at: Node) -> list[KeptEnvelope]:
    [other] = [each for each in case.path if each is not at]
    with at.database.reading() as work:
        kept = work.envelopes.of_handover(case.round(at, other).id)
    return [each for each in kept if each.act in SHOWS]


def ciphertexts(node: Node, said: list[KeptEnvelope]) -> Sealed:
    """Give what is sealed of what was shown, and the place to which each is bound."""
    payloads, found = tables.payload, []
    with node.database.engine.connect() as connection:
        for each in said:
            query = select(payloads.c.sealed_plaintext).where(payloads.c.digest == to_bytes(each.digest))
            found.append((bytes(connection.execute(query).scalar_one()), f"payload|{each.digest}|plaintext"))
        rows = connection.execute(select(decision_tables.decision)).all()
        connection.rollback()
    return [*found, *((bytes(row.sealed), f"decision|{row.id}") for row in rows if row.sealed is not None)]


def erase(case: Case) -> None:
    athens, hamburg = case.path
    athens.retention.erase_round(case.round(athens, hamburg).id, actor=case.officer(athens))


def test_nothing_that_was_shown_in_the_round_is_left_in_database_log_or_backup(
    case: Case, tmp_path: Path
) -> None:
    athens, _ = case.path
    said = shown(case, athens)
    assert {each.act for each in said} == {Act.FOLLOW_UP, Act.DECISION, Act.CORRECTION}
    before, sealed = wrapped(athens), ciphertexts(athens, said)
    keys = usable(athens.vault, before)
    assert len([place for cell, place in sealed if any(opens(key, cell, place) for key in keys)]) >= 2
    erase(case)
    athens.renewal.renew()
    copy = tmp_path / "new.backup"
    backup.make(
        copy,
        url=athens.settings.url,
        vault=athens.vault,
        data=athens.settings.data,
        now=case.fed.clock.now,
    )
    again = FileVault.open(athens.settings.data / "vault.json", PASSPHRASE)
    assert not {each.owner for each in said} & set(wrapped(athens))
    for vault in (athens.vault, again):
        assert usable(vault, before) == []
        living = usable(vault, wrapped(athens))
        assert not [place for cell, place in sealed if any(opens(key, cell, place) for key in living)]
    with backup.opened(copy, vault=again) as (_, chunks):
        copied = b"".join(chunks)
    assert (athens.settings.data / "handover.db-wal").stat().st_size == 0
    for name, data in [("backup", copied)] + [
        (each.name, each.read_bytes()) for each in athens.settings.data.rglob("*") if each.is_file()
    ]:
        assert not marked(data), name
        assert not [place for cell, place in sealed if cell[:100] in data], name
        assert not [each.owner for each in said if before[each.owner][1] in data], name


def test_what_is_read_of_it_is_gone_and_what_comes_later_is_read(case: Case) -> None:
    athens, hamburg = case.path
    [told] = [each for each in shown(case, athens) if each.act is Act.FOLLOW_UP]
    erase(case)
    round_, actor = case.round(athens, hamburg).id, case.officer(athens)
    with pytest.raises(NotFoundError):
        athens.after.follow_ups.read(round_, told.digest, actor=actor)
    with pytest.raises(NotFoundError):
        came(case, athens)
    assert [each.erased for each in athens.after.decisions.of_matter(case.matter(athens), actor=actor)] == [
        True
    ]
    tell(case, 30)
    assert [stage for _, stage in stages(case, athens)] == [Stage.DONE, Stage.DONE, Stage.PLANNED]
    later = shown(case, athens)[-1]
    assert athens.after.follow_ups.read(round_, later.digest, actor=actor)["due"] == 30
    assert athens.cases.read(case.matter(athens), actor=actor)


def test_the_register_says_that_it_is_not_here_and_its_withdrawal_is_answered_by_itself(case: Case) -> None:
    athens, hamburg = case.path
    erase(case)
    erased = {each.act: each.erased_at is not None for each in case.shown(athens)}
    assert erased == {Act.OFFER: False, Act.FOLLOW_UP: True, Act.DECISION: True, Act.CORRECTION: True}
    [told] = [each for each in shown(case, hamburg) if each.act is Act.FOLLOW_UP]
    hamburg.after.holders.withdraw(
        told.digest, scope=WithdrawalScope.GROUND, text="", actor=case.officer(hamburg)
    )
    case.fed.settle()
    asked = [each for each in case.demands(hamburg) if each.act is Act.CONSENT_WITHDRAWN]
    assert {each.answered for each in asked} == {Act.ERASED}
    report = judged(case, athens, hamburg)
    assert report.verdict is Verdict.VALID, [each for each in report.findings if each.severity != "note"]
