"""Weighty acts are confirmed with a passkey, each once, by who was asked, for what was asked."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import cases
from authenticator import PRESENT
from confirming import Keyed, authenticator, enrol
from federation import federation
from handover.application.facts import Actor, Handover, Matter
from handover.application.permissions import ForbiddenError, SameOfficerError
from handover.application.proofs import read_proof
from handover.application.sessions import StepUpError
from handover.application.stepups import ActChangedError
from handover.application.verifier import verify
from handover.application.verifier_report import Rule, Severity
from handover.domain.errors import OutOfOrderError
from handover.domain.handover import State
from handover.domain.ids import NodeId
from handover.node import Node
from handover.protocol import entry as entries
from handover.protocol import envelope as envelopes
from handover.protocol.entry import EntryKind
from handover.protocol.statement import AssertedAct
from stories import RESPONSIBLE, rules
from two_nodes import rotation

OFFER, DEED, ACCEPTANCE, EXPORT = (
    AssertedAct.OFFER,
    AssertedAct.DEED,
    AssertedAct.ACCEPTANCE,
    AssertedAct.EXPORT,
)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keyed]:
    with federation(tmp_path_factory.mktemp("stepups"), "gr/athens", "de/hamburg") as (fed, nodes):
        yield Keyed(fed, nodes)


@pytest.fixture
def north(told: Keyed) -> Node:
    return told.nodes[0]


@pytest.fixture
def south(told: Keyed) -> Node:
    return told.nodes[1]


def prepared(told: Keyed, matter: Matter | None = None) -> Handover:
    """Give an offer that waits for its release."""
    north, south = told.nodes
    actor = told.first(north)
    matter = matter or cases.begin(told.fed, north, actor)
    ground = cases.consent(told.fed, north, matter, to=south.id, actor=actor)
    return north.offers.prepare(
        matter.id, to=NodeId(south.id), fields=ground.ground.fields, ground=ground.id, actor=actor
    )


def released(told: Keyed) -> Handover:
    """Give an offer that was released with a passkey and delivered."""
    north = told.nodes[0]
    round_ = prepared(told)
    sent = north.offers.release(round_.id, actor=told.confirmed(north, told.second(north), OFFER, round_.id))
    told.fed.settle()
    return sent


def said(at: Node, digest: str | None) -> envelopes.Envelope:
    """Give an envelope that a node has kept."""
    assert digest is not None
    with at.database.reading() as work:
        return envelopes.read(work.envelopes.get(digest).data).claimed  # type: ignore[arg-type]


def kinds(at: Node, stream: str) -> list[EntryKind]:
    """Give the kinds of entries in one stream of the log, but for what was decided or opened."""
    with at.database.reading() as work:
        found = [entries.decode(document).kind for _, document in work.log.entries(stream)]
    return [kind for kind in found if kind in (EntryKind.ATTESTED, EntryKind.ASSERTED, EntryKind.SENT)]


def auth_of(at: Node, digest: str | None) -> str:
    by = said(at, digest).by
    assert by is not None
    return by.auth


def test_each_weighty_act_of_a_handover_is_confirmed_and_logged(
    told: Keyed, north: Node, south: Node
) -> None:
    sent = released(told)
    got = told.at(south, sent, north).id
    told.open(south, got)
    actor = told.confirmed(south, told.first(south), ACCEPTANCE, got)
    south.handovers.accept(got, responsible=RESPONSIBLE, plan="an aunt", actor=actor)
    told.fed.settle()
    north.offers.countersign(sent.id, actor=told.confirmed(north, told.first(north), DEED, sent.id))
    told.fed.settle()
    done = told.at(north, sent, north)
    assert done.state is State.TRANSFERRED
    assert {auth_of(north, each) for each in (done.offer, done.acceptance, done.deed)} == {"passkey"}
    at_north = [EntryKind.ATTESTED, EntryKind.ASSERTED, EntryKind.SENT] * 2
    assert kinds(north, sent.pair) == at_north
    assert kinds(south, sent.pair)[1:4] == [EntryKind.ATTESTED, EntryKind.ASSERTED, EntryKind.SENT]


def test_one_officer_is_attested_once_in_a_matter(told: Keyed, north: Node, south: Node) -> None:
    round_ = released(told)
    north.offers.withdraw(round_.id, actor=told.first(north))
    told.fed.settle()
    with north.database.reading() as work:
        matter = work.matters.get(round_.matter)
    again = prepared(told, matter)
    assert again.pair == round_.pair
    north.offers.release(again.id, actor=told.confirmed(north, told.second(north), OFFER, again.id))
    assert kinds(north, round_.pair).count(EntryKind.ATTESTED) == 1
    assert kinds(north, round_.pair).count(EntryKind.ASSERTED) == 2


def test_a_new_signing_key_vouches_anew(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, nodes):
        story = Keyed(fed, nodes)
        round_ = released(story)
        story.nodes[0].offers.withdraw(round_.id, actor=story.first(nodes[0]))
        fed.settle()
        north = rotation.new_signing_key(fed, nodes[0])
        story = Keyed(fed, [north, nodes[1]], keys=story.keys)
        with north.database.reading() as work:
            matter = work.matters.get(round_.matter)
        again = prepared(story, matter)
        north.offers.release(again.id, actor=story.confirmed(north, story.second(north), OFFER, again.id))
        fed.settle()
        assert kinds(north, round_.pair).count(EntryKind.ATTESTED) == 2
        actor = story.confirmed(north, story.second(north), EXPORT, matter.id)
        report = verify([north.evidence.export(matter.id, actor=actor)], root=story.root)
        assert rules(report, Severity.INVALID) == set()
        assert rules(report, Severity.INCOMPLETE) == {Rule.OPEN}
        assert report.counts["assertions"] == 3


def test_without_a_confirmation_nothing_weighty_is_done(told: Keyed, north: Node, south: Node) -> None:
    round_ = prepared(told)
    with pytest.raises(StepUpError):
        north.offers.release(round_.id, actor=told.second(north))
    with pytest.raises(StepUpError):
        north.evidence.export(round_.matter, actor=told.second(north))
    sent = released(told)
    got = told.at(south, sent, north).id
    told.open(south, got)
    with pytest.raises(StepUpError):
        south.handovers.accept(got, responsible=RESPONSIBLE, plan="an aunt", actor=told.first(south))
    assert told.at(south, sent, north).state is State.PENDING
    assert told.at(north, round_, north).state is State.PREPARED


def test_what_is_not_weighty_asks_for_nothing(told: Keyed, north: Node, south: Node) -> None:
    sent = released(told)
    got = told.at(south, sent, north).id
    told.open(south, got)
    south.handovers.decline(got, code="no-capacity", text="full", actor=told.first(south))
    told.fed.settle()
    assert told.at(north, sent, north).state in (State.VOIDING, State.VOIDED)


@pytest.mark.parametrize("auth", ["api-key", "console"])
def test_a_key_acts_without_and_cannot_confirm(told: Keyed, north: Node, auth: str) -> None:
    round_ = prepared(told)
    actor = replace(told.second(north), auth=auth)
    with pytest.raises(StepUpError):
        north.stepups.challenge(OFFER, round_.id, actor=actor)
    proof = told.confirmed(north, told.second(north), OFFER, round_.id).proof
    with pytest.raises(StepUpError):
        north.offers.release(round_.id, actor=replace(actor, proof=proof))
    sent = north.offers.release(round_.id, actor=actor)
    assert auth_of(north, sent.offer) == auth


@pytest.mark.parametrize("auth", ["password-totp", "oidc", "one-time-link"])
def test_another_session_has_proved_itself_just_now(told: Keyed, north: Node, auth: str) -> None:
    now = told.fed.clock.now
    actor = replace(told.second(north), auth=auth)
    for fresh_at in (None, now - 301):
        with pytest.raises(StepUpError):
            north.offers.release(prepared(told).id, actor=replace(actor, fresh_at=fresh_at))
    sent = north.offers.release(prepared(told).id, actor=replace(actor, fresh_at=now - 300))
    assert auth_of(north, sent.offer) == auth


def test_another_session_may_confirm_with_a_passkey(told: Keyed, north: Node) -> None:
    round_ = prepared(told)
    actor = told.confirmed(north, replace(told.second(north), auth="oidc", fresh_at=None), OFFER, round_.id)
    assert auth_of(north, north.offers.release(round_.id, actor=actor).offer) == "passkey"


def test_where_it_is_offered_the_envelope_says_that_nothing_was_confirmed(told: Keyed) -> None:
    lyon = told.fed.add("fr/lyon", step_up="offered")
    actor = told.second(lyon)
    sent = cases.offer(told.fed, lyon, "gr/athens", told.first(lyon), actor)
    assert auth_of(lyon, sent.offer) == "passkey-session"
    assert not lyon.stepups.needs_passkey(actor)
    assert told.nodes[0].stepups.needs_passkey(actor)
    assert not told.nodes[0].stepups.needs_passkey(replace(actor, auth="password-totp"))


def release(told: Keyed, round_: Handover, actor: Actor) -> None:
    told.nodes[0].offers.release(round_.id, actor=actor)


def test_a_confirmation_counts_once(told: Keyed, north: Node) -> None:
    round_ = prepared(told)
    actor = told.confirmed(north, told.second(north), OFFER, round_.id)
    north.offers.release(round_.id, actor=actor)
    with pytest.raises(StepUpError):
        north.offers.release(round_.id, actor=actor)


def test_a_confirmation_is_for_one_round(told: Keyed, north: Node) -> None:
    one, other = prepared(told), prepared(told)
    actor = told.confirmed(north, told.second(north), OFFER, one.id)
    with pytest.raises(StepUpError):
        release(told, other, actor)
    release(told, one, actor)


def test_a_confirmation_is_for_one_act(told: Keyed, north: Node, south: Node) -> None:
    sent = released(told)
    actor = told.confirmed(north, told.second(north), EXPORT, sent.matter)
    got = told.at(south, sent, north).id
    told.open(south, got)
    south.handovers.accept(
        got,
        responsible=RESPONSIBLE,
        plan="an aunt",
        actor=told.confirmed(south, told.first(south), ACCEPTANCE, got),
    )
    told.fed.settle()
    with pytest.raises(StepUpError):
        north.offers.countersign(sent.id, actor=replace(told.first(north), proof=actor.proof))
    with pytest.raises(StepUpError):
        north.evidence.export(sent.matter, actor=told.confirmed(north, told.first(north), DEED, sent.id))


def test_a_confirmation_is_of_who_was_asked(told: Keyed, north: Node) -> None:
    round_ = prepared(told)
    actor = told.confirmed(north, told.second(north), OFFER, round_.id)
    third = told.officer(north, "third")
    with pytest.raises(StepUpError):
        release(told, round_, replace(third, proof=actor.proof))


def test_another_officers_passkey_does_not_confirm(told: Keyed, north: Node) -> None:
    round_ = prepared(told)
    third = told.officer(north, "third")
    prompt = north.stepups.challenge(OFFER, round_.id, actor=told.second(north))
    answer = told.keys[north.id, third.officer].answer(prompt.options)
    with pytest.raises(StepUpError):
        release(told, round_, replace(told.second(north), proof=read_proof(answer)))


def test_a_confirmation_ends_after_five_minutes(told: Keyed, north: Node) -> None:
    early, late = prepared(told), prepared(told)
    actors = [told.confirmed(north, told.second(north), OFFER, each.id) for each in (early, late)]
    told.fed.clock.pass_(300)
    release(told, early, actors[0])
    told.fed.clock.pass_(1)
    with pytest.raises(StepUpError):
        release(told, late, actors[1])


@pytest.mark.parametrize(
    "changes",
    [
        {"flags": PRESENT},
        {"origin": "https://elsewhere.example"},
        {"type": "webauthn.create"},
        {"crossOrigin": True},
        {"challenge": "A" * 43},
        {"challenge": "no challenge"},
    ],
    ids=lambda changes: str(changes),
)
def test_what_is_no_confirmation_is_refused(told: Keyed, north: Node, changes: dict[str, object]) -> None:
    round_ = prepared(told)
    actor = told.confirmed(north, told.second(north), OFFER, round_.id, **changes)
    with pytest.raises(StepUpError):
        release(told, round_, actor)
    assert told.at(north, round_, north).state is State.PREPARED


def test_a_passkey_of_another_relying_party_is_refused(told: Keyed, north: Node) -> None:
    round_, actor = prepared(told), told.officer(north, "abroad")
    key = authenticator(north, "abroad elsewhere", rp_id="elsewhere.example")
    enrol(north, actor, key)
    prompt = north.stepups.challenge(OFFER, round_.id, actor=actor)
    with pytest.raises(StepUpError):
        release(told, round_, replace(actor, proof=read_proof(key.answer(prompt.options))))


def test_a_revoked_passkey_confirms_nothing(told: Keyed, north: Node) -> None:
    round_, actor = prepared(told), told.officer(north, "leaver")
    confirmed = told.confirmed(north, actor, OFFER, round_.id)
    with north.database.begin() as work:
        (kept,) = work.accounts.passkeys(actor.officer)
        work.accounts.change_passkey(replace(kept, revoked_at=work.now))
    with pytest.raises(StepUpError):
        release(told, round_, confirmed)
    with pytest.raises(StepUpError):
        north.stepups.challenge(OFFER, round_.id, actor=actor)


def test_a_copied_passkey_is_refused(told: Keyed, north: Node) -> None:
    actor = told.officer(north, "counting")
    key = authenticator(north, "a counting one", count=5)
    told.keys[north.id, actor.officer] = key
    enrol(north, actor, key)
    first, second = prepared(told), prepared(told)
    release(told, first, told.confirmed(north, actor, OFFER, first.id))
    key.count = 5
    with pytest.raises(StepUpError):
        release(told, second, told.confirmed(north, actor, OFFER, second.id))
    release(told, second, told.confirmed(north, actor, OFFER, second.id))


def test_what_has_changed_since_is_asked_again(told: Keyed, north: Node) -> None:
    round_ = prepared(told)
    actor = told.confirmed(north, told.second(north), OFFER, round_.id)
    with north.database.begin() as work:
        found = work.handovers.get(round_.id)
        work.handovers.change(found, replace(found, fields=found.fields[:-1]))
    with pytest.raises(ActChangedError):
        release(told, round_, actor)


def test_who_may_not_act_is_not_asked(told: Keyed, north: Node, south: Node) -> None:
    round_ = prepared(told)
    with pytest.raises(SameOfficerError):
        north.stepups.challenge(OFFER, round_.id, actor=told.first(north))
    with pytest.raises(ForbiddenError):
        north.stepups.challenge(OFFER, round_.id, actor=replace(told.second(north), roles=()))
    with pytest.raises(ForbiddenError):
        north.stepups.challenge(EXPORT, round_.matter, actor=replace(told.second(north), roles=()))
    for act in (DEED, ACCEPTANCE):
        with pytest.raises((OutOfOrderError, SameOfficerError)):
            north.stepups.challenge(act, round_.id, actor=told.second(north))


@pytest.mark.parametrize(
    "answer", ["", "[]", "{}", '{"rawId":"AA","response":[]}', '{"rawId":"AA","response":{}}', "\ud800"]
)
def test_an_answer_that_is_none_is_refused(answer: str) -> None:
    with pytest.raises(StepUpError):
        read_proof(answer)
