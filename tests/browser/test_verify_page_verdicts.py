"""What the auditor's page says is what the program says: of true evidence, of forged, and of any changed byte."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import cases
from application import test_evidence_vectors as published
from browser import auditor
from browser.auditor import agreed, judged, milder
from confirming import Keyed
from federation import federation
from handover.application.verifier import verify
from handover.application.verifier_report import Rule, Verdict
from handover.domain.consent import Basis
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.domain.record import MatterKind
from handover.protocol import strict
from handover.protocol.evidence import Word
from handover.protocol.jws import Ed25519Signer
from paper import DAY, FIELDS, NOW, Paper, Stage, Tale, bundle, paper
from registrar import seed
from stories import Story, forge, rules, story

FLIPS = 200
OTHER = Digest("A" * 42 + "A")


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """The auditor's page, opened from the disk as an auditor does."""
    context = browser.new_context()
    found = context.new_page()
    found.goto(auditor.ADDRESS)
    yield found
    context.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return paper(tmp_path_factory.mktemp("registry"), "gr/athens", "de/hamburg", "es/barcelona")


@pytest.fixture
def stage(world: Paper) -> Stage:
    return Stage(world)


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Keyed, bytes, bytes]]:
    """A handover between real nodes whose officers confirmed with passkeys, and both sides' bundles."""
    with federation(tmp_path_factory.mktemp("keyed"), "gr/athens", "de/hamburg") as (fed, nodes):
        told = Keyed(fed, nodes)
        yield told, *told.bundles(nodes[0], nodes[1])


@pytest.mark.parametrize("name", published.CASES)
def test_a_published_case_gets_its_verdict(page: Page, name: str) -> None:
    given = published.CASES[name]["input"]
    files = [published.file_of(lines) for lines in given["files"]]
    report = agreed(page, files, None if given["root"] is None else given["root"].encode())
    assert report.verdict == published.CASES[name]["expected"]["verdict"]


def test_a_handover_with_passkeys_is_valid_alone_and_together(
    page: Page, keyed: tuple[Keyed, bytes, bytes]
) -> None:
    told, north, south = keyed
    for files in ([north], [south], [north, south], [south, north]):
        report = agreed(page, files, told.root)
        assert report.verdict is Verdict.VALID
        assert report.matters[0].responsible == told.nodes[1].id
    assert report.counts["assertions"] > 0


def test_a_case_that_comes_back_and_one_that_is_open_and_one_erased(page: Page, tmp_path: Path) -> None:
    with story(tmp_path, "gr/athens", "de/hamburg") as s:
        athens, hamburg = s.nodes
        first = s.matter(athens).id
        taken = s.hand_over(athens, hamburg, first)
        s.hand_over(hamburg, athens, taken)
        report = agreed(page, [s.export(athens, first), s.export(hamburg, taken)], s.root)
        assert report.verdict is Verdict.VALID
        assert [link.epoch for link in report.matters[0].chain] == [1, 2]
        assert report.matters[0].responsible == athens.id
        _open_and_erased(page, s)


def _open_and_erased(page: Page, s: Story) -> None:
    athens, hamburg = s.nodes
    second = s.matter(athens).id
    sent = s.offer(athens, hamburg, second, fields=cases.NEEDED)
    assert agreed(page, [s.export(athens, second)], s.root).verdict is Verdict.INCOMPLETE
    athens.offers.withdraw(sent.id, actor=s.first(athens))
    s.fed.settle()
    received = s.at(hamburg, sent, athens).matter
    report = agreed(page, [s.export(athens, second), s.export(hamburg, received)], s.root)
    assert report.verdict is Verdict.VALID
    assert "erased" in {line.what for line in report.matters[0].timeline}


def test_every_one_of_200_changed_bytes_is_seen(page: Page, keyed: tuple[Keyed, bytes, bytes]) -> None:
    told, north, _ = keyed
    chance = random.Random(20261128)
    for _ in range(FLIPS):
        changed = bytearray(north)
        place = chance.randrange(len(north))
        changed[place] ^= 1 << chance.randrange(8)
        found = judged(page, [bytes(changed)], told.root)["verdict"]
        assert found == "invalid", place


def test_what_the_exporter_itself_changes_and_signs_again_is_judged_as_the_program_does(
    page: Page, keyed: tuple[Keyed, bytes, bytes]
) -> None:
    told, north, _ = keyed
    chance = random.Random(2026)
    for word in (*Word, *Word):

        def change(lines: dict[Word, list[bytes]], word: Word = word) -> None:
            if lines[word]:
                place = chance.randrange(len(lines[word]))
                text = bytearray(lines[word][place])
                text[chance.randrange(len(text))] ^= 1
                lines[word][place] = bytes(text).replace(b"\n", b" ")

        forged = forge(north, told.nodes[0], change)
        assert agreed(page, [forged], told.root).verdict is not Verdict.VALID or forged == north


def test_a_file_that_was_cut_is_never_valid(page: Page, stage: Stage) -> None:
    data = bundle(stage.a, stage.tale().whole())
    ends = [place + 1 for place, byte in enumerate(data) if byte == 0x0A]
    for end in (*ends[:-1:3], *(each - 1 for each in ends[::3]), *range(0, len(data), 4001)):
        assert judged(page, [data[:end]], stage.world.root)["verdict"] == "invalid"


def test_lines_in_another_order_or_twice_are_seen(page: Page, stage: Stage) -> None:
    data = bundle(stage.a, stage.tale().whole())
    written = data.split(b"\n")
    for place in range(2, len(written) - 2, 2):
        swapped = [*written[:place], written[place + 1], written[place], *written[place + 2 :]]
        twice = [*written[:place], written[place], *written[place:]]
        for lines in (swapped, twice):
            report = agreed(page, [b"\n".join(lines)], stage.world.root)
            assert Rule.MANIFEST in rules(report)


@pytest.mark.parametrize("word", list(Word))
def test_a_part_that_the_exporter_leaves_out_is_named(
    page: Page, keyed: tuple[Keyed, bytes, bytes], word: Word
) -> None:
    told, north, south = keyed

    def cut(lines: dict[Word, list[bytes]]) -> None:
        del lines[word][-1:]

    forged = forge(north, told.nodes[0], cut)
    agreed(page, [forged], told.root)
    agreed(page, [forged, south], told.root)


def test_the_wrong_root_none_and_no_root_at_all(page: Page, stage: Stage, tmp_path: Path) -> None:
    data = bundle(stage.a, stage.tale().whole())
    other = paper(tmp_path, "fr/lyon", "de/hamburg", now=NOW + 7).root
    assert agreed(page, [data], other).verdict is Verdict.INVALID
    assert agreed(page, [data], b"{}").verdict is Verdict.INVALID
    assert agreed(page, [data], None).verdict is Verdict.INCOMPLETE


def _ground(**changes: Any) -> Callable[[Tale], None]:
    return lambda tale: tale.issue(**changes)


LIES: dict[str, Callable[[Tale], object]] = {
    "recipient": _ground(recipients=("es/barcelona",)),
    "fields": _ground(fields=FIELDS[:1]),
    "expired": _ground(valid_until=NOW - 3600),
    "later": _ground(valid_from=NOW + 3600),
    "basis": _ground(basis=Basis.COURT_ORDER, second_officer="A" * 22, review_at=NOW + DAY),
}


@pytest.mark.parametrize("name", LIES)
def test_the_ground_is_asked(page: Page, stage: Stage, name: str) -> None:
    tale = stage.tale()
    LIES[name](tale)
    report = agreed(page, [bundle(stage.a, tale.whole())], stage.world.root)
    assert (report.verdict is Verdict.VALID) == (name == "basis")


STEPS: dict[str, tuple[Act, dict[str, Any]]] = {
    "number": (Act.OPENED, {"seq": 3, "prev": OTHER}),
    "predecessor": (Act.ACCEPTANCE, {"prev": OTHER}),
    "epoch": (Act.DEED, {"epoch": 2}),
    "far epoch": (Act.OFFER, {"epoch": 40}),
    "answer": (Act.DEED, {"re": OTHER}),
    "addressee": (Act.OFFER, {"aud": "es/barcelona"}),
    "schema": (Act.OFFER, {"schema": "asylum/1"}),
    "spare bit": (Act.OFFER, {"fields": strict.b64(b"\xff" * 8)}),
    "deadline": (Act.OFFER, {"deadline": NOW - 1}),
    "late": (Act.DEED, {"iat": NOW + 40 * DAY}),
    "future": (Act.ACCEPTANCE, {"iat": NOW + DAY}),
    "restored": (Act.DEED, {"incarnation": 2}),
    "record": (Act.OFFER, {"record": OTHER}),
    "token": (Act.DEED, {"consent": OTHER}),
    "no officer": (Act.DEED, {"by": None}),
}


@pytest.mark.parametrize("name", STEPS)
def test_each_step_that_is_told_wrongly_is_judged_as_the_program_does(
    page: Page, stage: Stage, name: str
) -> None:
    wrong, changes = STEPS[name]
    tale = stage.tale()
    for act in (Act.OFFER, Act.OPENED, Act.ACCEPTANCE, Act.DEED, Act.TAKE_UP_RECEIPT):
        who = tale.sender if act in (Act.OFFER, Act.DEED) else tale.receiver
        tale.say(act, who, **(changes if act is wrong else {}))
        tale.now += 3600
    for files in ([bundle(stage.a, tale)], [bundle(stage.a, tale), bundle(stage.b, tale)]):
        report = agreed(page, files, stage.world.root)
        assert (report.verdict is Verdict.VALID) == (name in ("no officer", "restored"))


@pytest.mark.parametrize(
    "acts",
    [
        (Act.OFFER, Act.VOID, Act.VOID_RECEIPT),
        (Act.OFFER, Act.DECLINE, Act.VOID, Act.VOID_RECEIPT),
        (Act.OFFER, Act.ACCEPTANCE, Act.VOID, Act.VOID_RECEIPT),
        (Act.OFFER, Act.ACCEPTANCE),
        (Act.OFFER, Act.ACCEPTANCE, Act.DEED),
        (Act.OFFER, Act.ACCEPTANCE, Act.DEED, Act.VOID),
        (Act.OFFER, Act.OPENED, Act.DECLINE),
        (Act.OFFER, Act.ACCEPTANCE, Act.DEED, Act.TAKE_UP_RECEIPT, Act.ARRIVAL),
        (Act.OFFER, Act.OFFER),
    ],
)
def test_both_state_tables_are_asked(page: Page, stage: Stage, acts: tuple[Act, ...]) -> None:
    tale = stage.tale().tell(*acts)
    for who in (stage.a, stage.b):
        agreed(page, [bundle(who, tale)], stage.world.root)


def test_a_tracing_request_and_a_strangers_signature(page: Page, stage: Stage) -> None:
    tracing = Stage(stage.world).tale(kind=MatterKind.TRACING, fields=("inquirer.names",))
    assert agreed(page, [bundle(tracing.sender, tracing.whole())], stage.world.root).verdict is Verdict.VALID
    tale = stage.tale().tell(Act.OFFER)
    tale.say(Act.ACCEPTANCE, stage.b, signer=Ed25519Signer(seed("stranger")))
    assert Rule.KEY in rules(agreed(page, [bundle(stage.a, tale)], stage.world.root))


def test_two_files_of_two_matters_are_two_matters(page: Page, stage: Stage) -> None:
    one = bundle(stage.a, stage.tale().whole())
    other = Stage(stage.world)
    second = bundle(other.c, Tale(stage.world, other.c, other.b, name="other").whole())
    assert len(agreed(page, [one, second], stage.world.root).matters) == 2


def test_any_bytes_give_a_report_that_is_not_milder_than_the_programs(page: Page) -> None:
    for data in (
        b"",
        b"\n",
        b"handover-evidence/1",
        b"handover-evidence/1\nmanifest ",
        b"\xff" * 99,
        b"x" * 9,
    ):
        found = judged(page, [data], None)
        assert found["verdict"] == "invalid"
        assert not milder(found["verdict"], verify([data]).verdict.value)
    assert judged(page, [], None)["verdict"] == "invalid"
