"""An auditor sees which acts a passkey has signed, and every signature that is not what it is said to be."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from authenticator import PRESENT, Authenticator
from confirming import Keyed
from federation import federation
from handover.application.verifier import verify
from handover.application.verifier_report import Report, Rule, Severity, Verdict
from handover.domain.handover import Act
from handover.domain.ids import UUID7, NodeId, Pseudonym, RoundId
from handover.protocol import assertion, evidence, statement, strict
from handover.protocol import envelope as envelopes
from handover.protocol.assertion import Assertion, Attestation
from handover.protocol.entry import EntryKind
from handover.protocol.evidence import Word
from handover.protocol.statement import AssertedAct, Statement
from paper import Author, Lines, Paper, Stage, bundle, by, paper, token
from stories import forge, refuted, rules, told

KEY = Authenticator(seed=b"ben", rp_id="pages.example", origin="https://pages.example")
ALONE = (Act.VOID, Act.VOID_RECEIPT)


@pytest.fixture(scope="module")
def handed_over(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Keyed, bytes, bytes]]:
    """Give a handover in which every weighty act was confirmed, and both sides' bundles."""
    with federation(tmp_path_factory.mktemp("keyed"), "gr/athens", "de/hamburg") as (fed, nodes):
        story = Keyed(fed, nodes)
        yield story, *story.bundles(nodes[0], nodes[1])


def test_confirmed_acts_are_checked_and_told(handed_over: tuple[Keyed, bytes, bytes]) -> None:
    story, north, south = handed_over
    report = verify([north, south], root=story.root)
    assert report.verdict is Verdict.VALID, told(report)
    texts = {line.what: line.text for line in report.matters[0].timeline}
    for what, done in (("offer", "released"), ("acceptance", "decided"), ("deed", "countersigned")):
        (officer,) = {
            line.officers["released"]
            for line in report.matters[0].timeline
            if line.what == what and line.officers
        }
        assert texts[what].endswith(f"; {done} by officer {officer} with a passkey, checked")
    assert "asked for the evidence, with a passkey, checked" in texts["asserted"]
    assert report.counts["assertions"] == 5


def test_one_side_shows_what_its_own_officers_signed(handed_over: tuple[Keyed, bytes, bytes]) -> None:
    story, north, south = handed_over
    for data, own, others in (
        (north, {"offer", "deed"}, {"acceptance"}),
        (south, {"acceptance"}, {"offer", "deed"}),
    ):
        report = verify([data], root=story.root)
        assert report.verdict is Verdict.VALID, told(report)
        checked = {line.what for line in report.matters[0].timeline if "passkey, checked" in line.text}
        assert checked == own | {"asserted"}
        assert not checked & others


def test_the_manifest_names_assertions_only_where_there_are_some(
    handed_over: tuple[Keyed, bytes, bytes],
) -> None:
    _, north, _ = handed_over
    assert b'"assertion"' in evidence.read(north).signed.payload


@pytest.mark.parametrize("word", [Word.ASSERTION, Word.ATTESTATION])
def test_what_is_left_out_is_missing(handed_over: tuple[Keyed, bytes, bytes], word: Word) -> None:
    story, north, _ = handed_over
    forged = forge(north, story.nodes[0], lambda lines: lines[word].__delitem__(1))
    report = verify([forged], root=story.root)
    assert Rule.ASSERTION_MISSING in rules(report, Severity.INCOMPLETE), told(report)
    assert report.verdict is Verdict.INCOMPLETE, told(report)


def test_no_changed_byte_of_an_assertion_passes(handed_over: tuple[Keyed, bytes, bytes]) -> None:
    """Not if the file was changed on its way, and not if the exporter signs for the change."""
    story, north, _ = handed_over
    part = evidence.read(north).lines[Word.ASSERTION][1]
    start = north.index(part)
    for place in range(0, len(part), 5):
        changed = bytearray(north)
        changed[start + place] ^= 1
        assert verify([bytes(changed)], root=story.root).verdict is Verdict.INVALID
        mine = bytes(changed[start : start + len(part)])
        if b"\n" in mine or place % 50:
            continue
        forged = forge(north, story.nodes[0], lambda lines, mine=mine: _put(lines, mine))  # type: ignore[misc]
        assert verify([forged], root=story.root).verdict is not Verdict.VALID, place


def _put(lines: Lines, part: bytes) -> None:
    lines[Word.ASSERTION][1] = part


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return paper(tmp_path_factory.mktemp("registry"), "gr/athens", "de/hamburg", "es/barcelona")


@pytest.fixture
def stage(world: Paper) -> Stage:
    return Stage(world)


@dataclass(kw_only=True)
class Lie:
    """How a confirmation of an offer is told wrongly; each member is what an honest node would not have said."""

    stated: dict[str, Any] | None = None
    attested: dict[str, Any] | None = None
    officer: str = "ben"
    key: Authenticator = field(default_factory=lambda: KEY)
    flags: int = 5
    signed: dict[str, Any] | None = None
    auth: str = "passkey"
    signer: Author | None = None
    late: int = 0
    stream: str | None = None
    last: bool = False


def offered(stage: Stage, lie: Lie, *, again: bool = False) -> Report:
    """Tell an offer that a passkey has signed, its withdrawal, and give the verdict over the sender's bundle."""
    tale, author = stage.tale(), stage.a
    officers = replace(by(author, "ada", "ben"), auth=lie.auth)
    envelope = tale.envelope(Act.OFFER, author, by=officers)
    stated = statement.of_envelope(envelope, made=tale.now, nonce=bytes(16))
    assert stated is not None
    stated = replace(stated, **(lie.stated or {}))
    officer = Pseudonym(token(f"{author.node} {lie.officer}"))
    word, document = confirmation(lie, author, stated, officer, tale.now)
    stream = lie.stream or stated.matter
    if lie.last:
        author.enter(EntryKind.ASSERTED, stream, strict.digest(document), tale.now)
    author.enter(EntryKind.ATTESTED, stream, strict.digest(word), tale.now)
    if not lie.last:
        author.enter(EntryKind.ASSERTED, stream, strict.digest(document), tale.now + lie.late)
    tale.now += lie.late
    first = tale.say(Act.OFFER, author, by=officers)
    if again:
        payload = envelopes.read(tale.parts[first]).claimed.payload
        tale.say(Act.OFFER, author, by=officers, replaces=first, payload=payload)
    tale.tell(*ALONE)
    return stage.judge(bundle(author, tale, change=lambda lines: _with(lines, word, document)))


def confirmation(
    lie: Lie, author: Author, stated: Statement, officer: Pseudonym, now: int
) -> tuple[bytes, bytes]:
    claims: dict[str, Any] = {
        "iss": author.node, "iat": now, "matter": stated.matter, "officer": officer, "rp_id": KEY.rp_id, "key": KEY.key,
    }  # fmt: skip
    word = assertion.attest(
        Attestation(**(claims | (lie.attested or {}))), signer=(lie.signer or author).signer
    )
    signed = lie.key.sign(stated.challenge, flags=lie.flags, **(lie.signed or {}))
    made = Assertion(attestation=strict.digest(word), officer=officer, statement=stated, signed=signed)
    return word, assertion.encode(made)


def _with(lines: Lines, word: bytes, document: bytes) -> None:
    lines[Word.ATTESTATION], lines[Word.ASSERTION] = [word], [document]


def test_a_confirmation_told_truly_holds(stage: Stage) -> None:
    report = offered(stage, Lie())
    assert report.verdict is Verdict.VALID, told(report)


ACCEPTED = {
    "act": AssertedAct.ACCEPTANCE,
    "fields": None,
    "consent": None,
    "deadline": None,
    "re": strict.digest(b""),
}
LIES = {
    "without-verification": Lie(flags=PRESENT),
    "another-page": Lie(signed={"origin": "https://evil.example"}),
    "another-challenge": Lie(signed={"challenge": strict.b64(bytes(32))}),
    "another-relying-party": Lie(key=replace(KEY, rp_id="evil.example")),
    "another-key": Lie(key=replace(KEY, seed=b"cem")),
    "another-officer": Lie(officer="cem"),
    "attested-for-another": Lie(attested={"officer": Pseudonym(token("somebody"))}),
    "of-another-act": Lie(stated=ACCEPTED),
    "of-another-round": Lie(stated={"round": RoundId(token("another round"))}),
    "for-another-recipient": Lie(stated={"to": NodeId("es/barcelona")}),
    "over-other-fields": Lie(stated={"fields": "_____-AAAAA"}),
    "under-another-ground": Lie(stated={"consent": strict.digest(b"another")}),
    "by-another-node": Lie(stated={"iss": NodeId("de/hamburg")}, attested={"iss": NodeId("de/hamburg")}),
    "used-too-late": Lie(late=301),
    "used-before-it-was-made": Lie(stated={"made": 1_790_000_001}),
    "logged-elsewhere": Lie(stream=token("another stream")),
    "attested-afterwards": Lie(last=True),
    "of-a-key-that-cannot": Lie(auth="api-key"),
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_confirmation_told_wrongly_is_refuted(stage: Stage, name: str) -> None:
    refuted(offered(stage, LIES[name]), Rule.ASSERTION)


def test_what_proves_an_act_proves_the_same_act_signed_anew(stage: Stage) -> None:
    report = offered(stage, Lie(), again=True)
    assert report.verdict is Verdict.VALID, told(report)
    checked = [line.what for line in report.matters[0].timeline if "passkey, checked" in line.text]
    assert checked == ["offer", "offer"]


def test_an_attestation_signed_by_another_node_is_refuted(stage: Stage) -> None:
    refuted(offered(stage, Lie(signer=stage.b)), Rule.KEY)


def test_an_envelope_that_names_a_passkey_needs_its_signature(stage: Stage) -> None:
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, by=replace(by(stage.a, "ada", "ben"), auth="passkey"))
    tale.tell(*ALONE)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.ASSERTION_MISSING, Severity.INCOMPLETE)
    other = stage.judge(bundle(stage.b, tale))
    assert other.verdict is Verdict.VALID, told(other)


def test_what_no_log_names_is_missing_its_entry(stage: Stage) -> None:
    tale = stage.tale()
    officers = replace(by(stage.a, "ada", "ben"), auth="passkey")
    stated = statement.of_envelope(
        tale.envelope(Act.OFFER, stage.a, by=officers), made=tale.now, nonce=bytes(16)
    )
    assert stated is not None
    word, document = confirmation(Lie(), stage.a, stated, officers.released, tale.now)
    tale.say(Act.OFFER, stage.a, by=officers)
    tale.tell(*ALONE)
    report = stage.judge(bundle(stage.a, tale, change=lambda lines: _with(lines, word, document)))
    assert Rule.ENTRY_MISSING in rules(report, Severity.INCOMPLETE), told(report)


def exported(stage: Stage, matter: UUID7) -> Report:
    """Tell a withdrawn offer and an export of *matter* that a passkey has signed."""
    tale = stage.tale().tell(Act.OFFER, *ALONE)
    stated = Statement(
        iss=stage.a.node, act=AssertedAct.EXPORT, matter=matter, made=tale.now, nonce=bytes(16)
    )
    officer = Pseudonym(token("who exports"))
    word, document = confirmation(Lie(), stage.a, stated, officer, tale.now)
    stage.a.enter(EntryKind.ATTESTED, matter, strict.digest(word), tale.now)
    stage.a.enter(EntryKind.ASSERTED, matter, strict.digest(document), tale.now)
    return stage.judge(bundle(stage.a, tale, change=lambda lines: _with(lines, word, document)))


def test_an_export_is_confirmed_for_one_matter(stage: Stage) -> None:
    report = exported(stage, stage.a.matter)
    assert report.verdict is Verdict.VALID, told(report)
    refuted(exported(stage, stage.b.matter), Rule.ASSERTION)


def test_an_attestation_on_which_nothing_rests_is_superfluous(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, *ALONE)
    stated = Statement(
        iss=stage.a.node, act=AssertedAct.EXPORT, matter=stage.a.matter, made=tale.now, nonce=bytes(16)
    )
    word, _ = confirmation(Lie(), stage.a, stated, Pseudonym(token("nobody")), tale.now)
    report = stage.judge(bundle(stage.a, tale, change=lambda lines: lines.update({Word.ATTESTATION: [word]})))
    refuted(report, Rule.SUPERFLUOUS)
