"""Guessing and counting: case codes at the page that is open to all, and what statistics would let be computed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import Siege, named
from attacks.siege import siege as laid
from handover.application.statistics import PATH, Quarterly
from handover.domain import case_code
from handover.domain.handover import Act
from handover.domain.ids import MatterId, Quarter
from handover.domain.statistics import end_of, quarter_of
from handover.node import Node
from handover.protocol import strict
from pages.office import Offices, offices, token
from two_nodes.test_bad_answer import voided, withdraw

ASKED = {"kind": "complaint", "text": "Nobody asked me.", "contact": "a friend", "spoken": "ar"}


@dataclass
class Door:
    """The page that is open to all, at a node that has a case with a letter."""

    made: Offices
    matter: MatterId
    code: str

    @property
    def node(self) -> Node:
        return self.made.north.node

    def client(self) -> TestClient:
        address = self.node.settings.address
        return TestClient(self.made.north.client.app, base_url=address, raise_server_exceptions=False)

    def leave(self, client: TestClient, code: str) -> tuple[int, str]:
        """Leave a request under a code; give the status and what the page says."""
        data = {"csrf": token(client.get("/request").text), **ASKED, "code": code}
        answer = client.post("/request", data=data)
        return answer.status_code, answer.text

    def filed(self) -> int:
        """Give how many requests the case has, after the worker has looked at what was left."""
        self.node.clockwork.tick()
        with self.node.database.reading() as work:
            return len(work.petitions.of_matter(self.matter))


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with offices(tmp_path_factory.mktemp("door")) as made:
        matter = MatterId(made.matter())
        actor = made.browser(made.north, "letters").actor
        yield Door(made, matter, made.north.node.after.petitions.new_code(matter, actor=actor))


def nobodys(number: int) -> str:
    letters = "".join(case_code.ALPHABET[number >> 5 * place & 15] for place in range(case_code.SECRET))
    return case_code.spelled(case_code.with_check(letters))


@against(
    Attack(
        "case-code-guessed",
        "A stranger guesses a case code of the right form, and compares the answer with that to a right one.",
        "nothing",
        Leaves.WAITING,
    )
)
def test_a_guess_is_answered_as_a_right_code_is(door: Door, case: Attack) -> Strike:
    right = door.leave(door.client(), door.code)
    before = door.filed()

    def run() -> str:
        wrong = door.leave(door.client(), nobodys(7))
        return "nothing" if wrong == right and door.filed() == before else "something"

    return Strike(node=door.node, run=run)


@against(
    Attack(
        "case-codes-in-a-row",
        "A stranger tries one case code after the other.",
        "422 request-wait",
        Leaves.WAITING,
    )
)
def test_who_guesses_on_has_to_wait(door: Door, case: Attack) -> Strike:
    client = door.client()

    def run() -> str:
        for number in range(60):
            status, text = door.leave(client, nobodys(100 + number))
            if status != 200:
                assert "for a while no more is taken" in text
                door.filed()
                return f"{status} request-wait"
        return "200"

    return Strike(node=door.node, run=run)


def quarterly(node: Node) -> Quarterly:
    return Quarterly(node.database, node.vault, node.registry, lambda *_: b"")


@dataclass
class Counted:
    """A node that has published the statistics of a quarter in which one child was offered, and taken back."""

    siege: Siege
    quarter: Quarter
    first: bytes

    def get(self, quarter: Quarter) -> bytes:
        answer = self.siege.client.get(f"{PATH}/{quarter}")
        assert answer.status_code == 200
        return answer.content

    def counts(self) -> list[int]:
        """Give every count that is shown."""
        part: Any = json.loads(strict.unb64(self.get(self.quarter).split(b".")[1]))
        cells = [cell for each in part["subjects"] for table in each["tables"] for cell in table["cells"]]
        assert cells
        return [cell["count"] for cell in cells if cell["count"] is not None]


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counted]:
    with laid(tmp_path_factory.mktemp("counted")) as siege:
        voided(siege)
        another = siege.offered()
        ended = quarter_of(siege.fed.clock.now)
        quarterly(siege.node).publish()  # begins to count
        with siege.node.database.reading() as work:
            assert any(count.events for count in work.statistics.sums(ended).values())
        siege.fed.clock.now = end_of(ended) + 3600
        siege.fed.publish()
        quarterly(siege.node).publish()
        made = Counted(siege, ended, b"")
        made.first = made.get(ended)
        withdraw(siege, another)  # a second child, in the quarter that runs
        siege.taken(another.say(Act.VOID_RECEIPT, re=siege.said_digest(another, Act.VOID)))
        quarterly(siege.node).publish()
        yield made


@against(
    Attack(
        "statistics-of-one-child",
        "A stranger reads the statistics of a quarter in which a single child was offered.",
        "nothing",
        with_=lambda counted: "nothing" if not counted.counts() else "something",
    ),
    Attack(
        "statistics-before-and-after",
        "A stranger reads the statistics of a closed quarter again, after one more child.",
        "nothing",
        with_=lambda counted: "nothing" if counted.get(counted.quarter) == counted.first else "something",
    ),
    Attack(
        "statistics-of-the-quarter-that-runs",
        "A stranger reads the statistics of the quarter that runs, day by day.",
        "404 not-found",
        with_=lambda counted: named(
            counted.siege.client.get(f"{PATH}/{quarter_of(counted.siege.fed.clock.now)}")
        ),
    ),
    Attack(
        "statistics-of-a-day",
        "A stranger asks for the statistics of a single day.",
        "404 not-found",
        with_=lambda counted: named(counted.siege.client.get(f"{PATH}/2026-11-29")),
    ),
)
def test_no_child_can_be_counted(counted: Counted, case: Attack) -> Strike:
    return Strike(node=counted.siege.node, run=lambda: case.with_(counted))
