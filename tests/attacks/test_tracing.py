"""Tracing as a search engine: children who may not be found, askers who may not ask, questions that come twice."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from starlette.testclient import TestClient

from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import LOCAL, named
from handover.application.facts import Actor, Matter
from handover.application.question_post import QUESTIONS, WITHDRAWALS
from handover.domain.traceable import ProtectionReason
from handover.node import Node
from handover.protocol import question_withdrawal, strict
from handover.web.app import create_app
from tracing.permitted import CHILD, UNTOLD, matter
from tracing.rig import Rig, rig
from tracing.test_faults import sent
from two_nodes import rotation

BYTES = {"content-type": "application/octet-stream"}


@dataclass
class Searched:
    """A node that holds children, reached over HTTP, one that asks, and one that looks on."""

    rig: Rig
    client: TestClient

    @property
    def asker(self) -> Node:
        return self.rig.nodes[0]

    @property
    def holder(self) -> Node:
        return self.rig.nodes[1]

    def post(self, path: str, data: bytes) -> str:
        return named(self.client.post(path, content=data, headers=BYTES))

    def posting(self, data: bytes, path: str = QUESTIONS) -> Strike:
        return Strike(node=self.holder, run=lambda: self.post(path, data))

    def asking(self, *, of: Matter) -> Strike:
        """Give the strike that asks for a child, has it looked for, and says whether it was found."""
        data = sent(self.rig, self.asker, self.holder)

        def run() -> str:
            assert self.post(QUESTIONS, data) == "200"
            self.holder.tracing.tick()
            asked = {each.question for each in self.rig.candidates(self.holder, of)}
            return "found" if strict.digest(data) in asked else "nothing"

        return Strike(node=self.holder, run=run)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Searched]:
    folder = tmp_path_factory.mktemp("searched")
    with (
        rig(folder, "fr/lyon", "de/hamburg", "es/barcelona") as made,
        TestClient(create_app(made.nodes[1]), client=LOCAL) as client,
    ):
        yield Searched(made, client)


def officer(searched: Searched) -> Actor:
    return searched.rig.officer(searched.holder)


def child(searched: Searched, **values: object) -> Matter:
    made = searched.rig.child(searched.holder, {**CHILD, **values})
    searched.rig.settle(3)
    return made


def protected(searched: Searched) -> Matter:
    return child(searched, **{"protection.not_to_be_told": UNTOLD})


def protected_later(searched: Searched) -> Matter:
    """Give a child who could be found until an officer protected it."""
    made = child(searched)
    reason, text = ProtectionReason.FAMILY_THREAT, "He fears his uncle."
    searched.holder.tracing.protections.protect(made.id, reason, text, actor=officer(searched))
    searched.rig.settle(3)
    return made


def excluded(searched: Searched) -> Matter:
    made = child(searched)
    searched.holder.tracing.protections.exclude(made.id, ["fr"], actor=officer(searched))
    searched.rig.settle(3)
    return made


def unpermitted(searched: Searched) -> Matter:
    made = matter(searched.rig.fed, searched.holder, CHILD)
    searched.rig.settle(3)
    return made


def withdrawn(searched: Searched) -> Matter:
    made = child(searched)
    [permission] = searched.holder.tracing.permissions.of_matter(made.id, actor=officer(searched))
    searched.holder.tracing.permissions.withdraw(made.id, permission.id, actor=officer(searched))
    searched.rig.settle(3)
    return made


@against(
    Attack(
        "search-for-a-protected-child",
        "A member asks, in the name of an uncle, for a child who must not be found by him.",
        "nothing",
        Leaves.QUESTION,
        with_=protected,
    ),
    Attack(
        "search-for-a-child-protected-since",
        "A member asks for a child whom an officer has protected since the child was indexed.",
        "nothing",
        Leaves.QUESTION,
        with_=protected_later,
    ),
    Attack(
        "search-by-who-is-excluded",
        "A member asks for a child who wants nobody of that country to be told.",
        "nothing",
        Leaves.QUESTION,
        with_=excluded,
    ),
    Attack(
        "search-for-a-child-who-was-not-asked",
        "A member asks for a child who has not been asked whether to be looked for.",
        "nothing",
        Leaves.QUESTION,
        with_=unpermitted,
    ),
    Attack(
        "search-after-the-consent",
        "A member asks for a child who has taken the consent to tracing back.",
        "nothing",
        Leaves.QUESTION,
        with_=withdrawn,
    ),
    Attack(
        "search-for-a-child-who-was-found",
        "A member asks for a child whose family has been found.",
        "nothing",
        Leaves.QUESTION,
        with_=lambda searched: child(searched, **{"family.tracing_status": "reunified"}),
    ),
)
def test_who_may_not_be_found_is_not(searched: Searched, case: Attack) -> Strike:
    return searched.asking(of=case.with_(searched))


def test_who_may_be_found_is_found(searched: Searched) -> None:
    """The attacks fail for the protection, and not because nobody is ever found."""
    made = child(searched)
    assert searched.asking(of=made).run() == "found"
    [permission] = searched.holder.tracing.permissions.of_matter(made.id, actor=officer(searched))
    searched.holder.tracing.permissions.withdraw(made.id, permission.id, actor=officer(searched))


def known(searched: Searched) -> bytes:
    data = sent(searched.rig, searched.asker, searched.holder)
    assert searched.post(QUESTIONS, data) == "200"
    return data


def flipped(data: bytes) -> bytes:
    return data[:200] + bytes([data[200] ^ 1]) + data[201:]


@against(
    Attack(
        "question-replayed",
        "A stranger sends a question again, to count what is answered.",
        "200",
        with_=known,
    ),
    Attack(
        "question-changed",
        "A stranger changes one bit of a question.",
        "400 untrusted",
        with_=lambda searched: flipped(sent(searched.rig, searched.asker, searched.holder)),
    ),
    Attack(
        "question-for-another",
        "A stranger delivers to this node a question that was asked of another one.",
        "400 untrusted",
        with_=lambda searched: sent(searched.rig, searched.asker, searched.rig.nodes[2]),
    ),
    Attack(
        "question-of-nothing",
        "A stranger sends no question at all.",
        "400 untrusted",
        with_=lambda searched: b"",
    ),
)
def test_a_question_is_one_members_own(searched: Searched, case: Attack) -> Strike:
    return searched.posting(case.with_(searched))


@against(
    Attack(
        "question-taken-back-by-another",
        "A member takes back what another member has asked, so that nobody is found.",
        "400 untrusted",
    ),
)
def test_only_who_has_asked_takes_a_question_back(searched: Searched, case: Attack) -> Strike:
    data, other = known(searched), searched.rig.nodes[2]
    now = searched.rig.fed.clock.now
    back = question_withdrawal.sign(strict.digest(data), issued=now, signer=other.vault.signer)
    return searched.posting(back, WITHDRAWALS)


@against(
    Attack(
        "question-of-a-suspended-member",
        "A suspended member goes on asking.",
        "403 node-suspended",
    ),
)
def test_a_suspended_member_asks_nothing(searched: Searched, case: Attack) -> Strike:
    other = searched.rig.nodes[2]
    data = sent(searched.rig, other, searched.holder)
    rotation.suspend(searched.rig.fed, other)
    return searched.posting(data)
