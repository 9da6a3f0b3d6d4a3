"""What has ended after a backup does not come back with its restore: consent, access, permissions, holds."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyotp
import pytest

import cases
from application.door import HERE, PHRASE
from continuing import Case, handed_over
from federation import Federation, federation
from handover.adapters.erasures import Ledger
from handover.application.access import OPERATOR_HERE, Change, Passkey
from handover.application.continuity import KeptDemand
from handover.application.endings import Ended
from handover.application.facts import Actor, OfficerRole
from handover.application.holds import Wanted
from handover.application.officers import UnauthenticatedError
from handover.application.passkeys import SignInRefusedError
from handover.application.sealing import new_id
from handover.application.tracing_permissions import Permit
from handover.domain.consent import GroundWithdrawnError
from handover.domain.continuity import HoldReason, WithdrawalScope
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act
from handover.domain.ids import UUID7, MatterId
from handover.domain.retention import HoldGround
from handover.domain.traceable import TracingBasis
from handover.node import Node
from handover.protocol import message
from handover.protocol.entry import EntryKind
from two_nodes.restores import Again, Folder, settle
from two_nodes.scene import entries_of, log_size

ATHENS = "gr/athens"
WORDS = {name: str(value) for name, value in cases.STATEMENT.items()}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Federation, Node, Node]]:
    with federation(tmp_path, ATHENS, "de/hamburg") as (fed, [athens, hamburg]):
        yield fed, athens, hamburg


def test_a_consent_that_was_withdrawn_is_used_for_nothing_again(
    two: tuple[Federation, Node, Node], tmp_path: Path
) -> None:
    fed, athens, hamburg = two
    first = fed.officer(athens, "first")
    matter = cases.begin(fed, athens, first)
    ground = cases.consent(fed, athens, matter, to=hamburg.id, actor=first)
    again = Again(fed, athens, tmp_path)
    athens.consents.withdraw(ground.id, actor=first)
    at = fed.clock.now
    athens = again.restored(ended=1)
    assert entries_of(athens, 0)[-1].kind is EntryKind.GROUND
    [found] = athens.consents.of_matter(matter.id, actor=first)
    assert found.ground.withdrawn_at == at
    settle(fed, athens)
    with pytest.raises(GroundWithdrawnError):
        athens.offers.prepare(
            matter.id, to=hamburg.id, fields=ground.ground.fields, ground=ground.id, actor=first
        )


@pytest.mark.parametrize("scope", WithdrawalScope)
def test_whoever_was_shown_something_is_told_once_more(tmp_path: Path, scope: WithdrawalScope) -> None:
    with federation(tmp_path, ATHENS, "de/hamburg") as (fed, [athens, hamburg]):
        case = handed_over(fed, athens, hamburg)
        again = Again(fed, athens, tmp_path)
        fed.wire.down = {hamburg.id}  # the message was on its way when the disk was lost
        actor = case.officer(athens)
        ground = athens.consents.of_matter(case.matter(athens), actor=actor)[0]
        athens.consents.withdraw(ground.id, scope=scope, actor=actor)
        athens = again.restored()
        fed.wire.down = set()
        settle(fed, athens)
        assert [(each.act, each.incoming) for each in case.demands(athens)] == [
            (Act.CONSENT_WITHDRAWN, False)
        ]
        assert [(each.act, each.incoming) for each in case.demands(hamburg)] == [
            (Act.CONSENT_WITHDRAWN, True)
        ]


def withdraw(case: Case, scope: WithdrawalScope = WithdrawalScope.GROUND) -> None:
    """Let the first authority of a case withdraw the ground of its offer, and everybody hear of it."""
    node, actor = case.path[0], case.officer(case.path[0])
    ground = node.consents.of_matter(case.matter(node), actor=actor)[0]
    node.consents.withdraw(ground.id, scope=scope, text="No more.", actor=actor)
    case.fed.settle()


def asked_of(case: Case, node: Node) -> KeptDemand:
    """Give the one withdrawal that a node said, or heard."""
    [found] = [each for each in case.demands(node) if each.act is Act.CONSENT_WITHDRAWN]
    return found


def test_what_was_told_already_is_told_once_and_its_answer_is_known_again(tmp_path: Path) -> None:
    with federation(tmp_path, ATHENS, "de/hamburg") as (fed, [athens, hamburg]):
        case = handed_over(fed, athens, hamburg)
        again = Again(fed, athens, tmp_path)
        withdraw(case)
        before = asked_of(case, athens)
        until = fed.clock.now + 30 * 86400
        hamburg.after.holders.hold(
            before.envelope,
            reason=HoldReason.RESPONSIBLE,
            text="Ours.",
            until=until,
            actor=case.officer(hamburg),
        )
        fed.settle()
        athens = again.restored()
        settle(fed, athens)
        now = asked_of(case, athens)
        assert (now.envelope, now.asked_at) == (before.envelope, before.asked_at)
        assert (now.answered, now.due) == (Act.LEGAL_HOLD, until)
        assert asked_of(case, hamburg).envelope == before.envelope
        [shown] = case.shown(athens)
        assert shown.withdrawn_at == before.asked_at


@pytest.mark.parametrize("scope", WithdrawalScope)
def test_a_withdrawal_that_was_heard_and_forgotten_is_heard_again(
    tmp_path: Path, scope: WithdrawalScope
) -> None:
    with federation(tmp_path, "gr/athens", "it/rome", "de/hamburg") as (fed, nodes):
        athens, rome, hamburg = nodes
        case = handed_over(fed, athens, rome, hamburg)
        again = Again(fed, rome, tmp_path)
        withdraw(case, scope)
        [before, passed] = case.demands(rome)
        rome = again.restored()
        settle(fed, rome)
        found = {each.envelope: each for each in case.demands(rome)}
        assert found.keys() == {before.envelope, passed.envelope}
        assert (found[before.envelope].incoming, found[before.envelope].due) == (True, before.due)
        with rome.database.reading() as work:
            words = message.decode_kept(work.envelopes.plaintext(before.envelope)).body
        assert words == {"scope": scope, "text": "No more."}
        assert len([each for each in case.demands(hamburg) if each.incoming]) == 1
        rome.after.holders.erase(before.envelope, actor=case.officer(rome))
        fed.settle()
        assert asked_of(case, athens).answered is Act.ERASED


def test_what_was_erased_and_answered_is_not_answered_twice_and_what_is_not_here_is(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "it/rome", "de/hamburg") as (fed, nodes):
        athens, rome, hamburg = nodes
        case = handed_over(fed, athens, rome, hamburg)
        again = Again(fed, rome, tmp_path)
        withdraw(case)
        asked = next(each for each in case.demands(rome) if each.incoming)
        rome.after.holders.erase(asked.envelope, actor=case.officer(rome))
        fed.settle()
        rome = again.restored()
        settle(fed, rome)
        found = next(each for each in case.demands(rome) if each.incoming)
        assert found.answered is Act.ERASED
        with pytest.raises(NotFoundError):
            rome.cases.overview(case.matter(rome), actor=case.officer(rome))
        assert all(each.erased_at is not None for each in case.shown(rome) if each.incoming)
        assert [each.erased_at is not None for each in case.shown(athens)] == [True]


def test_how_long_the_former_log_was_is_told_as_others_have_seen_it(
    two: tuple[Federation, Node, Node], tmp_path: Path
) -> None:
    fed, athens, hamburg = two
    again = Again(fed, athens, tmp_path)
    auditor = fed.officer(athens, "first")
    handed_over(fed, athens, hamburg)
    before = log_size(athens)
    athens = again.restored()
    [former] = athens.audits.former(actor=auditor)
    assert (former.seen, former.lost) == (None, 0)
    settle(fed, athens)
    [former] = athens.audits.former(actor=auditor)
    assert former.seen is not None
    assert former.had < former.seen <= before
    assert (former.incarnation, former.lost) == (2, former.seen - former.had)
    assert str(former.told).endswith(f"have seen: {former.seen}.")


def test_whoever_was_shut_out_stays_out(two: tuple[Federation, Node, Node], tmp_path: Path) -> None:
    fed, athens, _ = two
    gone = athens.officers.add("Leaves", [OfficerRole.CASEWORKER])
    _, bearer = athens.officers.issue_key(gone.id)
    _, other = athens.officers.issue_key(fed.officer(athens, "first").officer)
    key, third = athens.officers.issue_key(fed.officer(athens, "second").officer)
    link = athens.reception.accounts.invite(fed.officer(athens, "second").officer, actor=OPERATOR_HERE)
    again = Again(fed, athens, tmp_path)
    athens.reception.accounts.disable(gone.id, actor=OPERATOR_HERE)
    athens.reception.accounts.revoke_key(key.officer, key.id, actor=OPERATOR_HERE)
    athens = again.restored(ended=3)  # the officer, and two keys
    for each in (bearer, third):
        with pytest.raises(UnauthenticatedError):
            athens.officers.authenticate(each)
    assert athens.officers.authenticate(other).officer == fed.officer(athens, "first").officer
    [found] = [each for each in athens.officers.all() if each.id == gone.id]
    assert not found.may_enter(fed.clock.now)
    assert link
    with athens.database.engine.connect() as connection:
        assert not connection.exec_driver_sql("SELECT * FROM invitation").all()


def test_a_role_that_was_taken_is_not_given_back_and_one_that_was_given_has_to_be_given_again(
    two: tuple[Federation, Node, Node], tmp_path: Path
) -> None:
    fed, athens, _ = two
    both = athens.officers.add("Two roles", [OfficerRole.CASEWORKER, OfficerRole.OPERATOR])
    one = athens.officers.add("One role", [OfficerRole.CASEWORKER])
    again = Again(fed, athens, tmp_path)
    until = fed.clock.now + 86400
    athens.reception.accounts.set_roles(both.id, [OfficerRole.CASEWORKER], actor=OPERATOR_HERE, until=until)
    athens.reception.accounts.set_roles(
        one.id, [OfficerRole.CASEWORKER, OfficerRole.OPERATOR], actor=OPERATOR_HERE
    )
    athens = again.restored(ended=1)
    found = {each.id: each for each in athens.officers.all()}
    assert found[both.id].roles == (OfficerRole.CASEWORKER,)
    assert found[both.id].until == until
    assert found[one.id].roles == (OfficerRole.CASEWORKER,)


def test_a_passkey_that_was_removed_lets_nobody_in(
    two: tuple[Federation, Node, Node], tmp_path: Path
) -> None:
    fed, athens, _ = two
    officer = fed.officer(athens, "first").officer
    passkey = Passkey(
        id=new_id(fed.clock.now),
        officer=officer,
        credential=b"c",
        public_key=b"k",
        sign_count=0,
        label="",
        created_at=1,
    )
    with athens.database.begin() as work:
        work.accounts.add_passkey(passkey)
    again = Again(fed, athens, tmp_path)
    with athens.database.begin() as work:
        work.accounts.change_passkey(replace(passkey, revoked_at=work.now))
    athens = again.restored(ended=1)
    with athens.database.reading() as work:
        assert work.accounts.passkeys(officer) == []


def hold(fed: Federation, node: Node, matter: MatterId, actor: Actor) -> UUID7:
    wanted = Wanted(
        ground=HoldGround.COURT_ORDER,
        reason="An order",
        until=fed.clock.now + 86400,
        second_officer=fed.officer(node, "second").officer,
    )
    return node.holds.place(matter, wanted, actor=actor).id


def test_a_hold_stands_again_without_its_reason_and_one_that_was_lifted_does_not(
    two: tuple[Federation, Node, Node], tmp_path: Path
) -> None:
    fed, athens, _ = two
    first = fed.officer(athens, "first")
    matter = cases.begin(fed, athens, first).id
    before = hold(fed, athens, matter, first)
    again = Again(fed, athens, tmp_path)
    since = hold(fed, athens, matter, first)
    athens.holds.lift(before, actor=first)
    later = cases.begin(fed, athens, first).id
    hold(fed, athens, later, first)  # of a matter that the backup does not know
    athens = again.restored(ended=2)
    found = {each.id: each for each in athens.holds.of_matter(matter, actor=first)}
    assert set(found) == {before, since}
    assert found[before].hold.lifted_at is not None
    assert found[before].hold.lifted_by == first.officer
    assert found[since].hold.in_force(fed.clock.now)
    with athens.database.reading() as work:
        assert work.retention.get(since).reason is None
        assert work.retention.get(before).reason == "An order"


def test_nobody_is_traced_again_whose_permission_was_withdrawn(
    two: tuple[Federation, Node, Node], tmp_path: Path
) -> None:
    fed, athens, _ = two
    first = fed.officer(athens, "first")
    matter = cases.begin(fed, athens, first)
    permit = Permit(basis=TracingBasis.CONSENT, statement=WORDS, until=fed.clock.now + 86400)
    given = athens.tracing.permissions.record(matter.id, permit, actor=first)
    again = Again(fed, athens, tmp_path)
    athens.tracing.permissions.withdraw(matter.id, given.id, actor=first)
    athens = again.restored(ended=1)
    [found] = athens.tracing.permissions.of_matter(matter.id, actor=first)
    assert found.permission.withdrawn_at is not None


def secret(fed: Federation, node: Node, officer: UUID7, login: str, password: str) -> str:
    """Let an officer come by a one-time link and set password and codes; give the codes' secret."""
    desks = node.reception
    link = desks.accounts.invite(officer, actor=OPERATOR_HERE)
    visitor = desks.sessions.find(desks.sign_in.with_link(link, HERE).cookie)
    desks.accounts.set_password(visitor, login, password)
    made = desks.accounts.offer_codes(visitor).secret
    desks.accounts.confirm_codes(visitor, pyotp.TOTP(made).at(fed.clock.now))
    return made


def test_a_password_that_was_changed_since_does_not_count_again(
    two: tuple[Federation, Node, Node], tmp_path: Path
) -> None:
    fed, athens, _ = two
    one, other = (athens.officers.add(name, [OfficerRole.CASEWORKER]).id for name in ("One", "Other"))
    old = secret(fed, athens, one, "one.one", PHRASE)
    kept = secret(fed, athens, other, "other.other", PHRASE)
    again = Again(fed, athens, tmp_path)
    new = secret(fed, athens, one, "one.one", PHRASE + " new")
    athens = again.restored(ended=2)

    def signs_in(login: str, password: str, codes: str) -> bool:
        fed.clock.pass_(60)
        try:
            athens.reception.sign_in.with_password(login, password, pyotp.TOTP(codes).at(fed.clock.now), HERE)
        except SignInRefusedError:
            return False
        return True

    assert signs_in("other.other", PHRASE, kept)
    assert not signs_in("one.one", PHRASE, old)
    assert not signs_in("one.one", PHRASE + " new", new)
    assert athens.reception.accounts.changes(actor=OPERATOR_HERE, officer=one)[0].what is Change.CODES_SET
    newest = secret(fed, athens, one, "one.one", PHRASE + " newest")
    assert signs_in("one.one", PHRASE + " newest", newest)
    again.node = athens
    athens = again.restored(ended=2)  # the same old backup once more
    assert not signs_in("one.one", PHRASE, old)


def lines(node: Node) -> list[str]:
    return [each.what for each in Ledger(Folder(node.settings.data).vault).read()]


def test_what_a_cut_off_process_has_not_noted_is_noted_at_the_next_start_or_by_the_restore_itself(
    two: tuple[Federation, Node, Node], tmp_path: Path
) -> None:
    fed, athens, _ = two
    first = fed.officer(athens, "first")
    matter = cases.begin(fed, athens, first)
    ground = cases.consent(fed, athens, matter, to="de/hamburg", actor=first)
    gone = athens.officers.add("Leaves", [OfficerRole.CASEWORKER])
    again = Again(fed, athens, tmp_path)
    athens.consents.withdraw(ground.id, actor=first)
    athens.reception.accounts.set_roles(gone.id, [OfficerRole.AUDITOR], actor=OPERATOR_HERE)
    athens.reception.accounts.disable(gone.id, actor=OPERATOR_HERE)
    held = hold(fed, athens, matter.id, first)
    athens.holds.lift(held, actor=first)
    noted = lines(athens)
    ledger = athens.settings.data / "erasures.log"
    ledger.unlink()
    athens = fed.reopen(ATHENS)
    assert set(lines(athens)) == set(noted)
    ledger.unlink()
    again.node = athens
    again.restored(ended=5)


def test_the_ledger_says_nothing_of_persons(two: tuple[Federation, Node, Node]) -> None:
    fed, athens, _ = two
    gone = athens.officers.add("Some Name", [OfficerRole.CASEWORKER])
    matter = cases.begin(fed, athens, fed.officer(athens, "first")).id
    hold(fed, athens, matter, fed.officer(athens, "first"))
    athens.reception.accounts.disable(gone.id, actor=OPERATOR_HERE)
    data = (athens.settings.data / "erasures.log").read_bytes()
    assert not any(each in data for each in (b"Some Name", b"An order", cases.MARK.encode()))


UNKNOWN = ("ended star 1", "begun ground 1", "018f0000", "limited officer 1 - caseworker")


@pytest.mark.parametrize("what", UNKNOWN)
def test_what_is_not_known_here_ends_nothing(two: tuple[Federation, Node, Node], what: str) -> None:
    _, athens, _ = two
    with athens.database.begin() as work:
        assert work.endings.again([Ended(what=what, at=1)]) == []
