"""Marked names go through every story; no place outside the sealed values holds them, in any spelling."""

import base64
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import cases
from cases import MARK
from federation import Federation, federation
from handover.adapters import backup
from handover.application.consents import Terms
from handover.application.facts import Handover, Matter
from handover.domain.consent import Basis, Purpose
from handover.domain.errors import HandoverError
from handover.domain.handover import State
from handover.domain.ids import NodeId
from handover.domain.record import MatterKind, Value, schema
from handover.node import Node
from handover.protocol import strict
from handover.protocol.delivery import Problem
from peer import FIELDS, Peer, deliver
from two_nodes.databases import Databases, on_postgresql
from two_nodes.scene import alarms_of, entries_of

PICTURE = f"a photograph of {MARK}".encode() * 50
RESPONSIBLE = {"name": f"Anna {MARK}", "organisation": f"Jugendamt {MARK}", "contact": f"+49 {MARK}"}


def spellings(word: str) -> list[bytes]:
    """Give the word as it would look in texts, in UTF-16, and in base64 at each of the three places it can begin."""
    plain = word.encode()
    found = [
        plain,
        word.encode("utf-16-le"),
        word.encode("utf-16-be"),
        plain.hex().encode(),
        word.upper().encode(),
    ]
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
        core = encoded[(8 * shift + 5) // 6 : len(encoded) - 1]
        found += [core, core.replace(b"+", b"-").replace(b"/", b"_")]
    return found


MARKS = spellings(MARK)


def marked(data: bytes) -> list[bytes]:
    """Give the spellings of the mark that are in *data*."""
    return [mark for mark in MARKS if mark in data]


@dataclass
class Office:
    """Two nodes, and everything that was said, refused and logged between them."""

    fed: Federation
    north: Node
    south: Node
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.first, self.second, self.other = (
            self.fed.officer(node, f"{name} {MARK}")
            for node, name in ((self.north, "first"), (self.north, "second"), (self.south, "other"))
        )

    def matter(self, kind: MatterKind = MatterKind.GUARDIANSHIP) -> Matter:
        matter = self.north.cases.begin(kind, reference="A-1", actor=self.first)
        digest = self.north.attachments.add(matter.id, "image/jpeg", PICTURE, actor=self.first)
        photo: Value = {
            "kind": "other",
            "title": f"Photograph of {MARK}",
            "media_type": "image/jpeg",
            "size": len(PICTURE),
            "digest": str(digest),
        }
        values = dict(cases.GUARDIANSHIP) if kind is MatterKind.GUARDIANSHIP else {}
        values["documents.files"] = [photo]
        of = schema(f"{kind.value}/1")
        known = {field.path for field in of.fields}
        values = {path: value for path, value in values.items() if path in known}
        self.north.cases.write(matter.id, of, values, source="typed", actor=self.first)
        return matter

    def offered(self, kind: MatterKind = MatterKind.GUARDIANSHIP) -> Handover:
        sent = cases.offer(
            self.fed, self.north, self.south.id, self.first, self.second, matter=self.matter(kind)
        )
        self.settle()
        return sent

    def settle(self) -> None:
        for _ in range(2):
            self.fed.settle()
            for node in (self.north, self.south):
                node.attachments.push_due()

    def got(self, sent: Handover) -> Handover:
        with self.south.database.reading() as work:
            return work.handovers.find(self.north.id, [sent.round])[sent.round]

    def talked(self, sent: Handover) -> None:
        got = self.got(sent)
        assert MARK in str(self.south.handovers.open(got.id, actor=self.other))
        self.south.handovers.ask(got.id, text=f"Who is {MARK}?", actor=self.other)
        self.settle()
        self.north.handovers.answer(sent.id, text=f"{MARK} is the aunt.", actor=self.first)
        self.settle()

    def accepted(self, sent: Handover) -> None:
        self.south.handovers.accept(
            self.got(sent).id, responsible=RESPONSIBLE, plan=f"Met by {MARK}.", actor=self.other
        )
        self.settle()

    def taken_up(self, sent: Handover) -> None:
        self.accepted(sent)
        self.north.offers.countersign(sent.id, actor=self.first)
        self.settle()
        assert self.got(sent).state is State.HOLDING
        self.south.handovers.arrival(
            self.got(sent).id, date="2026-11-22", text=f"{MARK} is here.", actor=self.other
        )
        self.settle()

    def refusals(self) -> None:
        """Let everything be refused that a person could have put a name into."""
        node, officer = self.north, self.first
        matter = self.matter()
        calls = (
            lambda: node.cases.write(
                matter.id, schema("guardianship/1"), {"identity.sex": MARK}, source="typed", actor=officer
            ),
            lambda: node.cases.write(
                matter.id, schema("guardianship/1"), {f"identity.{MARK}": MARK}, source="typed", actor=officer
            ),
            lambda: node.consents.record(
                matter.id, schema("guardianship/1"), terms(node), {"text": MARK}, actor=officer
            ),
            lambda: node.consents.record(
                matter.id,
                schema("guardianship/1"),
                terms(node),
                cases.STATEMENT | {"given_by": MARK},
                actor=officer,
            ),
            lambda: node.handovers.decline(self.got(self.offered()).id, code=MARK, text=MARK, actor=officer),
            lambda: NodeId(f"gr/{MARK}"),
            lambda: schema(MARK),
            lambda: strict.loads(f'{{"{MARK}":1,"{MARK}":2}}'.encode()),
            lambda: strict.loads(f'"{MARK}'.encode()),
        )
        for call in calls:
            with pytest.raises(HandoverError) as caught:
                call()
            self.problems += [str(caught.value), caught.value.title, caught.value.advice]
        self.hostile()

    def hostile(self) -> None:
        peer = Peer(self.south, self.north)
        round_ = peer.round()
        said = [
            round_.offer(presentation=f"{MARK}~".encode(), counts=False),
            round_.offer(token=MARK.encode(), counts=False),
            round_.offer(body={"note": MARK, MARK: MARK}, counts=False),
            round_.offer(fields=FIELDS[:3], counts=False),
            round_.offer(evidence=(MARK.encode(),), counts=False),
        ]
        for item in said:
            [problem] = deliver(self.north, item).results
            assert isinstance(problem, Problem)
            self.problems += [problem.name, problem.detail]


def terms(node: Node) -> Terms:
    now = node.clock()
    return Terms(
        basis=Basis.CONSENT,
        recipients=(NodeId("de/hamburg"),),
        purposes=(Purpose.CHILD_PROTECTION,),
        fields=("identity",),
        valid_from=now,
        valid_until=now + 86400,
    )


def told(office: Office) -> dict[str, Handover]:
    """Tell every story once."""
    stories = {"taken up": office.offered()}
    office.talked(stories["taken up"])
    office.taken_up(stories["taken up"])
    stories["declined"] = office.offered()
    office.talked(stories["declined"])
    office.south.handovers.decline(
        office.got(stories["declined"]).id, code="no-capacity", text=f"No bed for {MARK}.", actor=office.other
    )
    stories["withdrawn"] = office.offered()
    office.talked(stories["withdrawn"])
    office.accepted(stories["withdrawn"])
    office.north.offers.withdraw(stories["withdrawn"].id, actor=office.first)
    stories["consent withdrawn"] = office.offered()
    ground = stories["consent withdrawn"].ground
    assert ground is not None
    office.north.consents.withdraw(ground, actor=office.first)
    stories["not arrived"] = office.offered()
    office.talked(stories["not arrived"])
    office.accepted(stories["not arrived"])
    office.north.offers.countersign(stories["not arrived"].id, actor=office.first)
    office.settle()
    office.south.handovers.non_arrival(
        office.got(stories["not arrived"]).id, date="2026-11-22", text=f"{MARK} is lost.", actor=office.other
    )
    office.refusals()
    office.settle()
    return stories


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield Office(fed, north, south)


def files_of(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def test_the_search_finds_what_it_looks_for() -> None:
    for shift in range(3):
        assert marked(base64.b64encode(b"x" * shift + MARK.encode() + b"yz"))
        assert marked(base64.urlsafe_b64encode(b"x" * shift + MARK.encode() + b"yz"))
    assert marked(MARK.encode("utf-16-le"))
    assert not marked(base64.b64encode(b"nothing of the kind is in here"))


def test_no_marked_name_is_anywhere_it_may_not_be(
    office: Office, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    stories = told(office)
    nothing_in_files(office)
    nothing_on_the_wire_or_in_problems(office)
    nothing_in_evidence(office, stories)
    nothing_in_backups(office, tmp_path)
    assert not marked(caplog.text.encode())
    written = capfd.readouterr()
    assert not marked((written.out + written.err).encode())


def nothing_in_files(office: Office) -> None:
    for node in (office.north, office.south):
        found = files_of(node.settings.data)
        assert {"handover.db", "handover.db-wal", "vault.json"} <= {path.name for path in found}
        for path in found:
            assert not marked(path.read_bytes()), path.name
            assert MARK not in path.name


def nothing_on_the_wire_or_in_problems(office: Office) -> None:
    assert len(office.fed.wire.posted) > 20
    for _, body in office.fed.wire.posted:
        assert not marked(body)
    assert len(office.problems) > 30
    for problem in office.problems:
        assert not marked(problem.encode()), problem


def nothing_in_evidence(office: Office, stories: dict[str, Handover]) -> None:
    for node, officer in ((office.north, office.first), (office.south, office.other)):
        for entry in entries_of(node):
            assert not marked(repr(entry).encode())
        for alarm in alarms_of(node):
            assert not marked(b"".join(alarm.evidence) + alarm.kind.encode())
        for sent in stories.values():
            matter = sent.matter if node is office.north else office.got(sent).matter
            assert not marked(node.evidence.export(matter, actor=officer))


def nothing_in_backups(office: Office, folder: Path) -> None:
    for node in (office.north, office.south):
        path = folder / f"{node.id.replace('/', '-')}.backup"
        settings = node.settings
        backup.make(path, url=settings.url, vault=node.vault, data=settings.data, now=office.fed.clock.now)
        assert not marked(path.read_bytes())


def test_what_ended_is_gone_and_what_was_taken_up_is_still_there(office: Office) -> None:
    stories = told(office)
    for name in ("declined", "withdrawn", "consent withdrawn"):
        got = office.got(stories[name])
        assert got.state is State.CLOSED, name
        with pytest.raises(HandoverError):
            office.south.handovers.open(got.id, actor=office.other)
        with pytest.raises(HandoverError):
            office.south.cases.read(got.matter, actor=office.other)
        lines = office.south.handovers.timeline(got.id, actor=office.other)
        assert not marked(str([line.text for line in lines]).encode())
    kept, _ = office.south.cases.read(office.got(stories["taken up"]).matter, actor=office.other)
    assert marked(kept.document)


def test_no_marked_name_is_in_the_files_of_postgresql(tmp_path: Path, postgresql: Databases) -> None:
    with on_postgresql(tmp_path, postgresql, "gr/athens", "de/hamburg") as (fed, [north, south]):
        office = Office(fed, north, south)
        told(office)
        with north.database.engine.connect() as connection:
            folder = Path(str(connection.exec_driver_sql("SHOW data_directory").scalar_one()))
        with postgresql._engine.connect() as connection:
            connection.exec_driver_sql("CHECKPOINT")
        found = files_of(folder)
        assert len(found) > 100
        for path in found:
            with suppress(FileNotFoundError):  # the server makes its caches of catalogues anew at any time
                assert not marked(path.read_bytes()), path.name
