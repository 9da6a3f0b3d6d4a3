"""Nodes that lie: each rule of the evidence chapter has a bundle that breaks it, signed as well as its exporter can."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from handover.application.verifier import verify
from handover.application.verifier_report import Report, Rule, Severity, Verdict
from handover.domain.consent import Basis, Purpose
from handover.domain.handover import Act
from handover.domain.ids import Digest, Pseudonym
from handover.domain.record import MatterKind, schema
from handover.protocol import envelope as envelopes
from handover.protocol import evidence_lines as lines
from handover.protocol import jws, strict
from handover.protocol.entry import EntryKind
from handover.protocol.envelope import LogHead, Sealed
from handover.protocol.evidence import Word
from handover.protocol.jws import Ed25519Signer
from paper import DAY, FIELDS, Author, Lines, Paper, Tale, bundle, by, gather, paper, signed, token
from registrar import seed
from stories import rules, told


@dataclass
class Stage:
    """Fresh logs in a registry that all tests share."""

    world: Paper

    def __post_init__(self) -> None:
        self.a, self.b, self.c = (Author(each.node, now=each.now) for each in self.world.authors)

    def tale(self, **options: object) -> Tale:
        return Tale(self.world, self.a, self.b, **options)  # type: ignore[arg-type]

    def judge(self, *files: bytes) -> Report:
        return verify(files, root=self.world.root)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Paper:
    return paper(tmp_path_factory.mktemp("registry"), "gr/athens", "de/hamburg", "es/barcelona")


@pytest.fixture
def stage(world: Paper) -> Stage:
    return Stage(world)


def refuted(report: Report, rule: Rule, severity: Severity = Severity.INVALID) -> None:
    """The report is not valid, and for this reason."""
    assert report.verdict is not Verdict.VALID
    assert rule in rules(report, severity), told(report)


def test_the_paper_tells_the_truth_when_nobody_lies(stage: Stage) -> None:
    tale = stage.tale().whole()
    for who in (stage.a, stage.b):
        report = stage.judge(bundle(who, tale))
        assert report.verdict is Verdict.VALID, told(report)
    report = stage.judge(bundle(stage.a, tale), bundle(stage.b, tale))
    assert report.verdict is Verdict.VALID, told(report)
    assert report.counts["envelopes_anchored"] == 5


# --- the file and its manifest ---------------------------------------------------------------------------------------


def test_a_removed_line_is_named(stage: Stage) -> None:
    data = bundle(stage.a, stage.tale().whole())
    written = data.split(b"\n")
    for place in range(2, len(written) - 1):
        report = stage.judge(b"\n".join(written[:place] + written[place + 1 :]))
        refuted(report, Rule.MANIFEST)
        assert any("named and not there" in each.text for each in report.findings)


def test_reordered_lines_are_seen(stage: Stage) -> None:
    data = bundle(stage.a, stage.tale().whole())
    written = data.split(b"\n")
    for place in range(2, len(written) - 2):
        swapped = [*written[:place], written[place + 1], written[place], *written[place + 2 :]]
        refuted(stage.judge(b"\n".join(swapped)), Rule.MANIFEST)


def test_an_added_line_is_seen(stage: Stage) -> None:
    tale = stage.tale().whole()
    data = bundle(stage.a, tale)
    for line in (
        b"envelope " + tale.parts[tale.said[Act.DEED]],
        b"note hello",
        b"",
        b"receipt x",
        b"node {}",
    ):
        refuted(stage.judge(data + line + b"\n"), Rule.MANIFEST)


def test_a_manifest_of_another_node_is_refused(stage: Stage) -> None:
    tale = stage.tale().whole()
    found = gather(stage.a, tale)
    forged = signed(replace_signer(stage.a, stage.b), found, tale)
    refuted(stage.judge(forged), Rule.KEY)
    stranger = replace_signer(stage.a, stage.a)
    stranger.signer = Ed25519Signer(seed("nobody"))
    refuted(stage.judge(signed(stranger, found, tale)), Rule.KEY)


def replace_signer(author: Author, other: Author) -> Author:
    made = Author(author.node, now=author.now)
    made.signer = other.signer
    return made


def test_a_matter_of_another_kind_is_refused(stage: Stage) -> None:
    refuted(stage.judge(bundle(stage.a, stage.tale().whole(), kind=MatterKind.TRACING)), Rule.MATTER)


def test_a_part_that_nothing_names_is_superfluous(stage: Stage) -> None:
    for name in ("one", "two"):
        stage.a.enter(EntryKind.GROUND, stage.a.matter, strict.digest(name.encode()), stage.a.now)
    tale, other = stage.tale().whole(), Stage(stage.world).tale(name="other", ground_days=3)

    def more(word: Word, text: bytes) -> Callable[[Lines], None]:
        return lambda found: found[word].append(text)

    proof = lines.Consistency(size=1, path=stage.a.tree.consistency(1))
    stray = lines.write_checkpoint(stage.c.signed(1_790_000_000))
    for word, text in (
        (Word.RECORD, other.skeleton),
        (Word.CONSENT, other.token),
        (Word.CONSISTENCY, lines.write_consistency(proof)),
    ):
        refuted(stage.judge(bundle(stage.a, tale, change=more(word, text))), Rule.SUPERFLUOUS)
    report = stage.judge(bundle(stage.a, tale, change=more(Word.CHECKPOINT, stray), also=[stage.c.node]))
    refuted(report, Rule.SUPERFLUOUS)
    some = next(iter(stage.world.sets[0].entries.values()))
    entry = some.replace(b'"active"', b'"suspended"', 1)
    refuted(stage.judge(bundle(stage.a, tale, change=more(Word.NODE, entry))), Rule.SUPERFLUOUS)


@pytest.mark.parametrize("word", list(Word))
def test_a_missing_part_that_the_exporter_hides_is_named(stage: Stage, word: Word) -> None:
    """The exporter signs its manifest anew: what is missing must be told from what is there."""
    tale = stage.tale().whole()
    count = len(gather(stage.a, tale)[word])
    for place in range(count):
        report = stage.judge(bundle(stage.a, tale, change=lambda found, place=place: found[word].pop(place)))  # type: ignore[misc]
        assert report.verdict is not Verdict.VALID, (word, place)


@pytest.mark.parametrize(
    "word", [Word.ENVELOPE, Word.RECEIPT, Word.ENTRY, Word.RECORD, Word.CONSENT, Word.CHECKPOINT]
)
def test_a_part_cannot_be_changed_even_by_the_exporter(stage: Stage, word: Word) -> None:
    tale = stage.tale().whole()
    for place in range(len(gather(stage.a, tale)[word])):

        def change(found: Lines, place: int = place) -> None:
            text = bytearray(found[word][place])
            text[len(text) // 3] ^= 1
            found[word][place] = bytes(text)

        assert stage.judge(bundle(stage.a, tale, change=change)).verdict is not Verdict.VALID


# --- signatures and keys ---------------------------------------------------------------------------------------------


def test_an_envelope_signed_with_another_nodes_key_is_refused(stage: Stage) -> None:
    tale = stage.tale()
    tale.tell(Act.OFFER)
    tale.say(Act.DECLINE, stage.b, signer=stage.a.signer)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.KEY)


def test_an_envelope_between_others_does_not_belong(stage: Stage) -> None:
    tale = Tale(stage.world, stage.b, stage.c).whole()
    foreign = tale.parts[tale.said[Act.OFFER]]
    own = stage.tale().whole()
    report = stage.judge(bundle(stage.a, own, change=lambda found: found[Word.ENVELOPE].append(foreign)))
    refuted(report, Rule.MATTER)


# --- logs and receipts -----------------------------------------------------------------------------------------------


def test_a_swapped_receipt_does_not_anchor(stage: Stage) -> None:
    tale = stage.tale().whole()

    def swap(found: Lines) -> None:
        found[Word.RECEIPT][0] = found[Word.RECEIPT][1]

    report = stage.judge(bundle(stage.a, tale, change=swap))
    refuted(report, Rule.UNANCHORED, Severity.INCOMPLETE)

    def swap_documents(found: Lines) -> None:
        parsed = [lines.read_receipt(text) for text in found[Word.RECEIPT]]
        parsed[0] = replace(parsed[0], document=parsed[3].document)
        found[Word.RECEIPT] = [lines.write_receipt(each) for each in parsed]

    refuted(stage.judge(bundle(stage.a, tale, change=swap_documents)), Rule.RECEIPT)


def test_an_unanchored_act_is_named(stage: Stage) -> None:
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, deliver=False)
    report = stage.judge(bundle(stage.a, tale))
    assert rules(report) == {Rule.UNANCHORED, Rule.OPEN}, told(report)


def test_a_receipt_of_a_third_node_is_refused(stage: Stage) -> None:
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, deliver=False)
    tale.deliver(tale.said[Act.OFFER], stage.c)
    refuted(stage.judge(bundle(stage.a, tale, also=[stage.c.node])), Rule.RECEIPT)


def test_an_envelope_stored_before_it_was_signed_is_refused(stage: Stage) -> None:
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, deliver=False)
    tale.deliver(tale.said[Act.OFFER], stage.b, at=tale.now - 3600)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.TIME)


def test_an_envelope_that_was_not_logged_is_named(stage: Stage) -> None:
    tale = stage.tale().whole()

    def unlog(found: Lines) -> None:
        found[Word.ENTRY] = found[Word.ENTRY][:-1]

    refuted(stage.judge(bundle(stage.a, tale, change=unlog)), Rule.ENTRY_MISSING, Severity.INCOMPLETE)


def test_an_entry_left_out_shows_as_a_gap(stage: Stage) -> None:
    tale = stage.tale().whole()
    report = stage.judge(bundle(stage.a, tale, change=lambda found: found[Word.ENTRY].pop(1)))  # type: ignore[arg-type]
    refuted(report, Rule.ENTRY_GAP, Severity.INCOMPLETE)


def test_an_envelope_left_out_is_named_by_the_log(stage: Stage) -> None:
    tale = stage.tale().whole()
    report = stage.judge(bundle(stage.a, tale, change=lambda found: found[Word.ENVELOPE].pop(2)))  # type: ignore[arg-type]
    refuted(report, Rule.ENVELOPE_MISSING, Severity.INCOMPLETE)
    assert any(tale.said[Act.ACCEPTANCE] in each.text for each in report.findings)


def test_a_log_that_shows_two_trees_is_caught(stage: Stage) -> None:
    tale = stage.tale()
    tale.tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    wrong = LogHead(size=1, root=strict.digest(b"another tree"))
    tale.say(Act.DEED, stage.a, log=wrong)
    tale.tell(Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.LOG_SPLIT)


def test_a_head_that_falls_back_is_caught(stage: Stage) -> None:
    tale = stage.tale()
    tale.tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    old = LogHead(
        size=0,
        root=Digest(
            strict.b64(bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
        ),
    )
    stage.a.enter(EntryKind.GROUND, stage.a.matter, strict.digest(b"x"), tale.now)
    tale.say(Act.QUESTION, stage.a)
    tale.say(Act.DEED, stage.a, log=old)
    tale.tell(Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.LOG_HEAD)


def test_growth_that_is_not_proved_is_named(stage: Stage) -> None:
    tale = stage.tale().whole()
    report = stage.judge(bundle(stage.a, tale, change=lambda found: found[Word.CONSISTENCY].clear()))
    refuted(report, Rule.LOG_GROWTH, Severity.INCOMPLETE)


# --- numbers, answers, contradictions --------------------------------------------------------------------------------


def test_a_gap_in_the_numbers_is_named(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED)
    tale.spoken[stage.b.node] = (3, strict.digest(b"hidden"))
    tale.tell(Act.ACCEPTANCE, Act.DEED, Act.TAKE_UP_RECEIPT)
    report = stage.judge(bundle(stage.a, tale))
    refuted(report, Rule.SEQUENCE_GAP, Severity.INCOMPLETE)
    assert any("envelope 2 to 3 of de/hamburg" in each.text for each in report.findings)


def test_a_false_predecessor_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED)
    tale.spoken[stage.b.node] = (1, strict.digest(b"another"))
    tale.tell(Act.ACCEPTANCE, Act.DEED, Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.SEQUENCE)


def test_two_envelopes_with_one_number_prove_equivocation(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    other = tale.envelope(Act.VOID, stage.a)
    contradiction = envelopes.sign(other, signer=stage.a.signer)
    tale.tell(Act.DEED, Act.TAKE_UP_RECEIPT)
    report = stage.judge(bundle(stage.b, tale, refused=[contradiction]))
    refuted(report, Rule.EQUIVOCATION)


def test_a_deed_and_a_void_of_one_round_prove_equivocation(stage: Stage) -> None:
    tale = stage.tale().whole()
    contradiction = envelopes.sign(tale.envelope(Act.VOID, stage.a), signer=stage.a.signer)
    refuted(stage.judge(bundle(stage.b, tale, refused=[contradiction])), Rule.EQUIVOCATION)


def test_two_deeds_of_one_epoch_prove_equivocation(stage: Stage) -> None:
    tale = stage.tale().whole()
    second = Tale(stage.world, stage.a, stage.c, name="second").whole()
    report = stage.judge(bundle(stage.a, tale, second))
    refuted(report, Rule.EQUIVOCATION)


def test_an_answer_to_something_else_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.say(Act.DEED, stage.a, re=tale.said[Act.OPENED])
    tale.tell(Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.ANSWER)


def test_a_round_of_two_epochs_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.say(Act.DEED, stage.a, epoch=2)
    tale.tell(Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.ROUND)


def test_a_receiver_that_voids_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER)
    tale.say(Act.VOID, stage.b)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.ROUND)


def test_an_incarnation_that_falls_is_refused(stage: Stage) -> None:
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, incarnation=2)
    tale.tell(Act.ACCEPTANCE, Act.DEED, Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.INCARNATION)


def test_a_reissue_that_says_something_else_is_refused(stage: Stage) -> None:
    def reissued(**changes: object) -> Report:
        fresh = Stage(stage.world)
        tale = fresh.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
        deed = tale.say(Act.DEED, fresh.a, deliver=False)
        old = envelopes.read(tale.parts[deed]).claimed
        again = tale.envelope(Act.DEED, fresh.a, **{"replaces": deed, "payload": old.payload, **changes})
        tale.said[Act.DEED] = tale.put(again, envelopes.sign(again, signer=fresh.a.signer), fresh.a)
        tale.tell(Act.TAKE_UP_RECEIPT)
        return fresh.judge(bundle(fresh.a, tale))

    report = reissued()
    assert report.verdict is Verdict.VALID, told(report)
    other = strict.digest(b"other")
    refuted(reissued(payload=Sealed(digest=other, commit=other)), Rule.REISSUE)
    refuted(reissued(replaces=strict.digest(b"nothing")), Rule.ENVELOPE_MISSING, Severity.INCOMPLETE)


# --- grounds, mandates, four eyes ------------------------------------------------------------------------------------


def test_a_missing_or_other_record_is_seen(stage: Stage) -> None:
    tale = stage.tale()
    tale.skeleton = Tale(stage.world, stage.b, stage.a).skeleton
    tale.tell(Act.OFFER)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.RECORD)


@pytest.mark.parametrize(
    "changes",
    [
        {"fields": FIELDS[:-1]},
        {"recipients": ("es/barcelona",)},
        {"purposes": (Purpose.FAMILY_TRACING,)},
        {"issuer": "de/hamburg"},
        {"valid_from": 1_790_000_001},
        {"valid_until": 1_790_000_000},
        {"schema": "tracing/1", "fields": (schema("tracing/1").fields[0].path,)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_ground_that_does_not_cover_the_offer_is_refused(stage: Stage, changes: dict[str, object]) -> None:
    tale = stage.tale()
    tale.issue(**changes)
    tale.tell(Act.OFFER)
    report = stage.judge(bundle(stage.a, tale))
    assert rules(report, Severity.INVALID) & {Rule.GROUND, Rule.KEY, Rule.SIGNATURE}, told(report)


def test_a_ground_for_another_round_is_refused(stage: Stage) -> None:
    tale = stage.tale()
    tale.token = stage.tale(name="other").token
    tale.tell(Act.OFFER)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.GROUND)


def test_a_ground_that_expired_before_the_deed_is_refused(stage: Stage) -> None:
    tale = stage.tale(ground_days=1).tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.now += 2 * DAY
    tale.tell(Act.DEED, Act.TAKE_UP_RECEIPT)
    for who in (stage.a, stage.b):
        refuted(stage.judge(bundle(who, tale)), Rule.GROUND)


@pytest.mark.parametrize(("days", "names_it"), [(0, True), (0, False), (2, True)])
def test_an_answer_of_the_offerer_rests_on_the_ground_of_the_offer(
    stage: Stage, days: int, *, names_it: bool
) -> None:
    tale = stage.tale(ground_days=1).tell(Act.OFFER, Act.OPENED)
    tale.say(Act.QUESTION, stage.b)
    tale.now += days * DAY
    tale.say(Act.ANSWER, stage.a, consent=strict.digest(tale.token) if names_it else None)
    report = stage.judge(bundle(stage.a, tale))
    assert (Rule.GROUND in rules(report, Severity.INVALID)) == (days > 0 or not names_it), told(report)
    tale.say(Act.QUESTION, stage.a)
    tale.said[Act.QUESTION] = list(tale.parts)[-1]
    tale.say(Act.ANSWER, stage.b)
    assert rules(stage.judge(bundle(stage.a, tale))) == rules(report), (
        "the receiver's answer discloses nothing"
    )


def test_a_legal_basis_is_shown_as_what_it_is(stage: Stage) -> None:
    tale = stage.tale()
    basis = {
        "basis": Basis.COURT_ORDER,
        "second_officer": Pseudonym(token("second")),
        "review_at": tale.now + DAY,
    }
    tale.issue(**basis)
    tale.whole()
    report = stage.judge(bundle(stage.a, tale))
    assert report.verdict is Verdict.VALID, told(report)
    grounds = [line.ground for line in report.matters[0].timeline if line.ground is not None]
    assert {ground.basis for ground in grounds} == {"court-order"}


def test_a_deed_over_other_fields_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    bitmap = strict.b64(tale.schema.bitmap((*FIELDS, "health.conditions")))
    tale.say(Act.DEED, stage.a, fields=bitmap)
    tale.tell(Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.GROUND)


def test_a_field_bitmap_that_is_none_is_refused(stage: Stage) -> None:
    tale = stage.tale()
    tale.say(Act.OFFER, stage.a, fields="AA")
    refuted(stage.judge(bundle(stage.a, tale)), Rule.FIELDS)


@pytest.mark.parametrize(
    "left_out", ["best_interests.reasons", "best_interests.non_refoulement", "child_view.wishes"]
)
def test_an_offer_without_best_interests_is_refused(stage: Stage, left_out: str) -> None:
    tale = stage.tale(fields=tuple(path for path in FIELDS if path != left_out)).whole()
    refuted(stage.judge(bundle(stage.a, tale)), Rule.BEST_INTERESTS)


def test_a_deed_after_the_deadline_is_refused(stage: Stage) -> None:
    tale = stage.tale(deadline=1_790_000_000 + 4 * 3600).tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.now += DAY
    tale.tell(Act.DEED, Act.TAKE_UP_RECEIPT)
    report = stage.judge(bundle(stage.a, tale))
    refuted(report, Rule.DEADLINE)
    refuted(report, Rule.ORDER)


def test_an_offer_after_its_own_deadline_is_refused(stage: Stage) -> None:
    refuted(stage.judge(bundle(stage.a, stage.tale(deadline=1_790_000_000).tell(Act.OFFER))), Rule.DEADLINE)


def test_one_officer_cannot_prepare_and_release(stage: Stage) -> None:
    tale = stage.tale()
    made = tale.envelope(Act.OFFER, stage.a)
    data = envelopes.sign(made, signer=stage.a.signer)
    payload = strict.unb64(data.split(b".")[1])
    other = by(stage.a, "ada", "ben")
    forged = payload.replace(other.released.encode(), other.prepared.encode())
    tale.put(made, jws.sign(forged, typ=envelopes.TYPE, signer=stage.a.signer), stage.a)
    with_same = next(iter(tale.parts.values()))
    found = Lines_of(stage.a, tale, with_same)
    refuted(stage.judge(signed(stage.a, found, tale)), Rule.FOUR_EYES)


def Lines_of(author: Author, tale: Tale, data: bytes) -> Lines:  # noqa: N802
    kept, tale.parts = tale.parts, {}
    found = gather(author, tale)
    tale.parts = kept
    found[Word.ENVELOPE] = [data]
    return found


def test_who_released_the_offer_cannot_countersign_the_deed(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.say(Act.DEED, stage.a, by=by(stage.a, "cem", "ben"))
    tale.tell(Act.TAKE_UP_RECEIPT)
    refuted(stage.judge(bundle(stage.a, tale)), Rule.FOUR_EYES)


def test_a_deed_that_the_node_gave_by_itself_is_noted(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER)
    tale.say(Act.ACCEPTANCE, stage.b)
    tale.say(Act.DEED, stage.a, by=None)
    tale.tell(Act.TAKE_UP_RECEIPT)
    report = stage.judge(bundle(stage.a, tale))
    assert report.verdict is Verdict.VALID, told(report)
    assert Rule.FOUR_EYES in rules(report, Severity.NOTE)


# --- the tables and the chain ----------------------------------------------------------------------------------------


def test_a_deed_without_an_acceptance_is_refused(stage: Stage) -> None:
    tale = stage.tale().tell(Act.OFFER, Act.OPENED)
    tale.say(Act.DEED, stage.a, re=strict.digest(b"no acceptance"))
    tale.tell(Act.TAKE_UP_RECEIPT)
    for who in (stage.a, stage.b):
        report = stage.judge(bundle(who, tale))
        refuted(report, Rule.ENVELOPE_MISSING, Severity.INCOMPLETE)
        assert Rule.ORDER in rules(report)


MOVES = [Act.OFFER, Act.ACCEPTANCE, Act.DECLINE, Act.DEED, Act.VOID, Act.TAKE_UP_RECEIPT, Act.VOID_RECEIPT]
HONEST = {
    (Act.OFFER, Act.ACCEPTANCE, Act.DEED, Act.TAKE_UP_RECEIPT),
    (Act.OFFER, Act.DECLINE, Act.VOID, Act.VOID_RECEIPT),
    (Act.OFFER, Act.ACCEPTANCE, Act.VOID, Act.VOID_RECEIPT),
    (Act.OFFER, Act.VOID, Act.VOID_RECEIPT),
}


@pytest.mark.parametrize("length", [2, 3, 4])
def test_only_what_the_tables_have_is_valid(stage: Stage, length: int) -> None:
    """All sequences of up to four different moving acts, from both sides; four of them are whole and true."""
    good = set()
    for acts in itertools.permutations(MOVES, length):
        if acts[0] is not Act.OFFER or (length == 4 and Act.OFFER in acts[1:]):
            continue
        fresh = Stage(stage.world)
        tale = fresh.tale()
        for act in acts:
            who = fresh.a if act in (Act.OFFER, Act.DEED, Act.VOID) else fresh.b
            answered = tale.envelope(act, who).re
            if answered is None and "re" in envelopes.REQUIRED[act]:
                answered = strict.digest(b"never said")
            tale.say(act, who, re=answered)
            tale.now += 60
        if all(fresh.judge(bundle(who, tale)).verdict is Verdict.VALID for who in (fresh.a, fresh.b)):
            good.add(acts)
    assert good == {acts for acts in HONEST if len(acts) == length}


def test_an_offer_by_a_node_that_is_not_responsible_is_refused(stage: Stage) -> None:
    first = stage.tale().whole()
    again = stage.tale(name="second", epoch=2, now=first.now, deadline=first.now + DAY)
    again.tell(Act.OFFER)
    refuted(stage.judge(bundle(stage.a, first, again)), Rule.CHAIN)


def test_a_missing_deed_of_the_chain_is_named(stage: Stage) -> None:
    tale = stage.tale(epoch=2).whole()
    refuted(stage.judge(bundle(stage.a, tale)), Rule.CHAIN_GAP, Severity.INCOMPLETE)


def test_a_deed_from_before_must_lead_to_who_offers(stage: Stage) -> None:
    before = Tale(stage.world, stage.c, stage.a, name="before").whole()
    other = Stage(stage.world)
    wrong = Tale(other.world, other.c, other.b, name="wrong").whole()
    tale = stage.tale(epoch=2, now=before.now, deadline=before.now + DAY).whole()
    good, bad = (each.parts[each.said[Act.DEED]] for each in (before, wrong))
    report = stage.judge(bundle(stage.b, tale, deeds=[good]))
    assert Rule.CHAIN not in rules(report), told(report)
    refuted(stage.judge(bundle(stage.b, tale, deeds=[bad])), Rule.CHAIN)


# --- what one side leaves out ----------------------------------------------------------------------------------------


def test_a_cut_tail_is_found_with_the_other_sides_bundle(stage: Stage) -> None:
    first = stage.tale().tell(Act.OFFER, Act.DECLINE, Act.VOID, Act.VOID_RECEIPT)
    cut = bundle(stage.a, first, at=first.now)
    second = stage.tale(name="second", now=first.now, deadline=first.now + DAY).whole()
    hidden = gather(stage.a, first, second)
    shown = gather(stage.a, first)
    # The log is shown as it is now; the entries, envelopes and receipts of the second round are left out.
    shown[Word.ENTRY] = hidden[Word.ENTRY][: len(shown[Word.ENVELOPE])]
    late = signed(stage.a, shown, second)
    assert stage.judge(late).verdict is Verdict.VALID, told(stage.judge(late))
    other = bundle(stage.b, first, second)
    refuted(stage.judge(late, other), Rule.OMITTED)
    report = stage.judge(cut, other)
    refuted(report, Rule.OMITTED, Severity.INCOMPLETE)
    assert Rule.OMITTED not in rules(report, Severity.INVALID), told(report)
    assert Rule.ONE_SIDE in rules(stage.judge(late), Severity.NOTE)


def test_bundles_of_different_matters_are_judged_apart(stage: Stage) -> None:
    one = stage.tale().whole()
    other = Stage(stage.world)
    other.a.matter = stage.b.matter
    two = other.tale(name="two").whole()
    report = stage.judge(bundle(stage.a, one), bundle(other.a, two))
    assert len(report.matters) == 2
    assert report.verdict is Verdict.VALID, told(report)
