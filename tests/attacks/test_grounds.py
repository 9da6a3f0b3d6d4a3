"""Grounds of disclosure: consents and other bases that do not cover what is sent."""

import json
from typing import Any

import cases
from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import Siege
from handover.domain.consent import LONGEST_GROUND, Purpose
from handover.domain.handover import Act
from handover.domain.ids import NodeId, PairId, RoundId
from handover.domain.record import Absent, schema
from handover.protocol import consent, jws
from handover.protocol import envelope as envelopes
from handover.protocol.delivery import Item
from peer import ANY, DAY, FIELDS, Round, flipped, rewritten, signed_anyhow
from registrar import seed
from two_nodes.test_bad_record import missing

STRANGER = jws.Ed25519Signer(seed("nobody"))


def refused(name: str, attack: str, answer: str, with_: Any) -> Attack:
    return Attack(name, attack, answer, Leaves.REFUSAL, with_=with_)


@against(
    refused(
        "consent-for-another-recipient",
        "A member discloses to this node what the consent allows to be told to another one.",
        "ground-recipient",
        lambda siege: {"recipients": (siege.neighbour.own.id,)},
    ),
    refused(
        "consent-for-another-purpose",
        "A member discloses for child protection what was consented to for tracing.",
        "ground-purpose",
        lambda siege: {"purposes": (Purpose.FAMILY_TRACING,)},
    ),
    refused(
        "consent-one-field-short",
        "A member discloses one field more than the consent covers.",
        "ground-fields",
        lambda siege: {"fields": FIELDS[1:]},
    ),
    refused(
        "consent-over",
        "A member discloses in the second in which the consent is over.",
        "ground-expired",
        lambda siege: {"valid_until": siege.peer.now},
    ),
    refused(
        "consent-over-for-long",
        "A member discloses under a consent of last year.",
        "ground-expired",
        lambda siege: {"valid_from": siege.peer.now - 400 * DAY, "valid_until": siege.peer.now - 365 * DAY},
    ),
    refused(
        "consent-not-begun",
        "A member discloses under a consent that begins tomorrow.",
        "ground-expired",
        lambda siege: {"valid_from": siege.peer.now + DAY},
    ),
)
def test_a_ground_covers_what_is_sent(siege: Siege, case: Attack) -> Strike:
    round_ = siege.peer.round()
    return siege.posts(round_.offer(token=round_.token(round_.ground(**case.with_(siege)))))


def lifted(siege: Siege) -> Item:
    """Offer a child again under the consent of the round before."""
    before = siege.pending()
    return siege.peer.round(pair=before.pair).offer(token=before.token())


def of_another_child(siege: Siege) -> Item:
    other, round_ = siege.pending(), siege.peer.round()
    return round_.offer(token=other.token())


@against(
    refused(
        "consent-of-another-child",
        "A member discloses one child's record under the consent of another child.",
        "mismatch",
        of_another_child,
    ),
    refused(
        "consent-of-another-round",
        "A member uses the consent of an offer that it has made before.",
        "mismatch",
        lifted,
    ),
    refused(
        "consent-of-no-round",
        "A member signs a consent for a round of its choice.",
        "mismatch",
        lambda siege: with_token(siege, round=RoundId("A" * 22)),
    ),
    refused(
        "consent-of-another-matter",
        "A member signs a consent for a matter of its choice.",
        "mismatch",
        lambda siege: with_token(siege, matter=PairId("A" * 22)),
    ),
    refused(
        "consent-without-standing",
        "A member brings a consent that a stranger to the federation has signed.",
        "unknown-sender",
        lambda siege: with_token(siege, signer=STRANGER),
    ),
    refused(
        "consent-of-another-member",
        "A member brings a consent that another member has signed.",
        "unknown-sender",
        lambda siege: with_token(siege, signer=siege.neighbour.signer),
    ),
    refused(
        "consent-in-another-members-name",
        "A member signs a consent in the name of another one.",
        "mismatch",
        lambda siege: with_ground(siege, issuer=NodeId("es/barcelona")),
    ),
    refused(
        "consent-in-the-nodes-own-name",
        "A member signs a consent in the name of the node that it discloses to.",
        "mismatch",
        lambda siege: with_ground(siege, issuer=siege.node.id),
    ),
    refused(
        "consent-of-another-schema",
        "A member brings a consent for the fields of another kind of record.",
        "mismatch",
        lambda siege: with_ground(
            siege, schema="tracing/1", fields=tuple(each.path for each in schema("tracing/1").fields)
        ),
    ),
    refused(
        "consent-not-the-one-named",
        "A member names another consent in the envelope than it seals.",
        "mismatch",
        lambda siege: siege.peer.round().offer(consent=ANY),
    ),
    refused(
        "consent-widened",
        "A member widens a signed consent to onward disclosure.",
        "signature",
        lambda siege: changed(siege, 1),
    ),
    refused(
        "consent-signature-changed",
        "A member changes one bit of a consent's signature.",
        "signature",
        lambda siege: changed(siege, 2),
    ),
)
def test_a_ground_belongs_to_its_child_round_and_issuer(siege: Siege, case: Attack) -> Strike:
    return siege.posts(case.with_(siege))


def with_token(siege: Siege, **changes: Any) -> Item:
    round_ = siege.peer.round()
    return round_.offer(token=round_.token(**changes))


def with_ground(siege: Siege, **terms: Any) -> Item:
    round_ = siege.peer.round()
    return round_.offer(token=round_.token(round_.ground(**terms)))


def changed(siege: Siege, part: int) -> Item:
    round_ = siege.peer.round()
    if part == 1:
        wider = rewritten(
            round_.token(), 1, lambda text: text.replace(b'"onward":"none"', b'"onward":"new-ground"')
        )
        return round_.offer(token=wider)
    return round_.offer(token=rewritten(round_.token(), 2, lambda signature: flipped(signature, 3)))


@against(
    refused(
        "enforcement-as-purpose",
        "A member signs a consent for the enforcement of immigration law.",
        "malformed",
        {"purpose": "immigration-enforcement"},
    ),
    refused(
        "return-as-purpose",
        "A member signs a consent for the return of the child.",
        "malformed",
        {"purpose": "return"},
    ),
    refused(
        "security-as-purpose",
        "A member signs a consent for public security.",
        "malformed",
        {"purpose": "public-security"},
    ),
    refused(
        "legitimate-interest-as-basis",
        "A member signs a basis that any authority could claim for anything.",
        "malformed",
        {"basis": "legitimate-interest"},
    ),
    refused(
        "onward-to-anyone",
        "A member signs a consent that lets the recipient pass everything on.",
        "malformed",
        {"onward": "any"},
    ),
    refused(
        "recipients-all",
        "A member signs a consent for several recipients at once.",
        "malformed",
        {"to": ["de/hamburg", "es/barcelona"]},
    ),
    refused(
        "vital-interests-of-one-officer",
        "A member claims vital interests on one officer's word.",
        "ground-missing",
        {"basis": "vital-interests", "review": 1_900_000_000},
    ),
    refused(
        "court-order-of-one-officer",
        "A member claims a court order on one officer's word.",
        "ground-missing",
        {"basis": "court-order", "review": 1_900_000_000},
    ),
    refused(
        "best-interests-without-review",
        "A member claims best interests without a day on which it is looked at again.",
        "ground-missing",
        {"basis": "best-interests", "second": "A" * 22},
    ),
    refused(
        "consent-to-nothing",
        "A member signs a consent for no field at all.",
        "ground-missing",
        {"fields": "AAAAAAAAAAA"},
    ),
    refused(
        "consent-for-ever",
        "A member signs a consent that never ends.",
        "ground-missing",
        {"from": 1_700_000_000, "until": 1_700_000_001 + LONGEST_GROUND},
    ),
    refused(
        "consent-with-the-statement-in-the-open",
        "A member writes into the consent what the child has said.",
        "malformed",
        {"statement": "I agree."},
    ),
    refused(
        "consent-member-more",
        "A member adds to the consent that a withdrawal does not count.",
        "malformed",
        {"irrevocable": True},
    ),
)
def test_a_ground_is_one_that_the_protocol_has(siege: Siege, case: Attack) -> Strike:
    round_ = siege.peer.round()
    claims = json.loads(jws.read(round_.token(), typ=consent.TYPE).payload) | case.with_
    header = {"alg": "Ed25519", "typ": consent.TYPE, "kid": siege.peer.signer.kid}
    token = signed_anyhow(json.dumps(claims, separators=(",", ":")).encode(), header, siege.peer.signer)
    return siege.posts(round_.offer(token=token))


@against(
    refused(
        "offer-without-best-interests",
        "A member hands a child over without an assessment of the child's best interests.",
        "best-interests-missing",
        "best_interests.kind",
    ),
    refused(
        "offer-without-the-childs-view",
        "A member hands a child over without having heard the child, or having said why not.",
        "child-view-missing",
        "child_view.heard",
    ),
    refused(
        "offer-without-an-answer-on-refoulement",
        "A member hands a child over without an answer to the question of refoulement.",
        "non-refoulement-missing",
        "best_interests.non_refoulement",
    ),
)
def test_no_child_moves_without_what_the_law_asks(siege: Siege, case: Attack) -> Strike:
    return siege.posts(siege.peer.round().offer(fields=missing(case.with_)))


@against(
    refused(
        "risk-of-refoulement",
        "A member hands a child over though it has found a risk of refoulement.",
        "non-refoulement-risk",
        {"answer": "risk_found", "date": "2026-10-01", "by": "Lyon", "reasons": "War."},
    ),
    refused(
        "refoulement-unknown",
        "A member hands a child over and says that the answer is not known.",
        "non-refoulement-missing",
        Absent.UNKNOWN,
    ),
)
def test_no_child_moves_into_danger(siege: Siege, case: Attack) -> Strike:
    round_ = siege.peer.round()
    values = cases.GUARDIANSHIP | {"best_interests.non_refoulement": case.with_}
    return siege.posts(round_.offer(issued=round_.issued(values)))


def asked(siege: Siege, round_: Round) -> Any:
    found = siege.find(round_)
    assert found is not None
    siege.node.handovers.ask(found.id, text="Allergies?", actor=siege.fed.officer(siege.node, "receiving"))
    return siege.said_digest(round_, Act.QUESTION)


@against(
    refused(
        "answer-without-ground",
        "A member discloses in an answer, and names no ground.",
        "mismatch",
        lambda offered: {},
    ),
    refused(
        "answer-under-another-ground",
        "A member discloses in an answer under a ground that nobody has seen.",
        "mismatch",
        lambda offered: {"consent": ANY},
    ),
)
def test_an_answer_discloses_under_the_ground_of_the_offer(siege: Siege, case: Attack) -> Strike:
    round_ = siege.pending()
    offered = envelopes.read(round_.said[Act.OFFER].envelope).claimed.consent
    return siege.posts(round_.say(Act.ANSWER, re=asked(siege, round_), **case.with_(offered)))


@against(
    refused(
        "answer-after-the-ground",
        "A member answers a question after the consent of the offer is over.",
        "ground-expired",
        None,
    ),
)
def test_an_answer_comes_while_the_ground_lasts(siege: Siege, case: Attack) -> Strike:
    round_ = siege.peer.round()
    siege.taken(round_.offer(token=round_.token(round_.ground(valid_until=siege.peer.now + 60))))
    ground = envelopes.read(round_.said[Act.OFFER].envelope).claimed.consent
    item = round_.say(Act.ANSWER, re=asked(siege, round_), consent=ground)
    return siege.posts_at(siege.peer.now + 60, item)
