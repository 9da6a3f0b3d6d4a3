"""Records and consents as they travel: disclosures, skeleton, types of signed parts."""

import json
from collections.abc import Callable
from typing import Any

from attacks.attack import Attack, Leaves, Strike, against
from attacks.siege import Siege
from handover.domain.handover import Act
from handover.domain.ids import NodeId, PairId
from handover.domain.record import schema
from handover.protocol import consent, jws, sdjwt, strict
from handover.protocol import envelope as envelopes
from handover.protocol.delivery import Item
from handover.protocol.message import Message
from handover.protocol.sdjwt import Issued
from peer import ANY, BODIES, FIELDS, Round, flipped, signed_anyhow
from two_nodes.test_bad_record import SALT, forged, presented, sorted_in, withheld

BITMAP = schema("guardianship/1").bitmap(FIELDS)


@against(
    Attack(
        "disclosure-twice",
        "A member shows one disclosure twice, for readers that take the first or the last.",
        "disclosure",
        Leaves.REFUSAL,
        with_=lambda issued, shown: [shown[0], *shown],
    ),
    Attack(
        "disclosure-unreferenced",
        "A member shows a disclosure that no digest of the signed skeleton names.",
        "disclosure",
        Leaves.REFUSAL,
        with_=lambda issued, shown: [*shown, strict.b64_ascii(b'["%s","x"]' % SALT.encode())],
    ),
    Attack(
        "disclosure-with-a-name",
        "A member shows a disclosure of an object's member, with a name that it has chosen.",
        "disclosure",
        Leaves.REFUSAL,
        with_=lambda issued, shown: [*shown, strict.b64_ascii(b'["%s","iss","de/hamburg"]' % SALT.encode())],
    ),
    Attack(
        "disclosures-reordered",
        "A stranger puts the disclosures in another order: one record, two digests.",
        "disclosure",
        Leaves.REFUSAL,
        with_=lambda issued, shown: shown[::-1],
    ),
    Attack(
        "disclosure-changed",
        "A member changes a value that was signed.",
        "disclosure",
        Leaves.REFUSAL,
        with_=lambda issued, shown: [strict.b64_ascii(flipped(strict.unb64(shown[0]), 40)), *shown[1:]],
    ),
    Attack(
        "disclosure-respelled",
        "A member spells a disclosure in a second way.",
        "disclosure",
        Leaves.REFUSAL,
        with_=lambda issued, shown: [shown[0] + b"=", *shown[1:]],
    ),
    Attack(
        "disclosure-beyond-the-ground",
        "A member shows one field more than the envelope names and the ground covers.",
        "mismatch",
        Leaves.REFUSAL,
        with_=lambda issued, shown: sorted_in([*shown, withheld(issued)], issued),
    ),
    Attack(
        "disclosure-kept-back",
        "A member names a field in the envelope and keeps its value back.",
        "mismatch",
        Leaves.REFUSAL,
        with_=lambda issued, shown: shown[1:],
    ),
)
def test_each_value_is_shown_once_and_in_its_place(siege: Siege, case: Attack) -> Strike:
    round_ = siege.peer.round()
    issued = round_.issued()
    presentation = presented(issued, lambda shown: case.with_(issued, shown))
    return siege.posts(round_.offer(issued=issued, presentation=presentation))


@against(
    Attack(
        "key-binding",
        "A member adds a key binding, which some readers would verify instead of the envelope.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda siege, text: text + key_binding(siege, text),
    ),
    Attack(
        "key-binding-unsigned",
        "A member adds a key binding with the algorithm `none`.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda siege, text: text + b"eyJhbGciOiJub25lIiwidHlwIjoia2Irand0In0.e30.",
    ),
    Attack(
        "presentation-without-end",
        "A stranger cuts the tilde that ends the disclosures.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda siege, text: text[:-1],
    ),
    Attack(
        "presentation-disclosures-first",
        "A member puts a disclosure before the record.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda siege, text: b"WyJBIiwieCJd~" + text,
    ),
    Attack(
        "presentation-too-long",
        "A member shows a record of more than 64 KiB.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda siege, text: text + b"A" * strict.PART_LIMIT + b"~",
    ),
)
def test_a_presentation_has_one_form(siege: Siege, case: Attack) -> Strike:
    round_ = siege.peer.round()
    issued = round_.issued()
    presentation = case.with_(siege, sdjwt.present(issued, FIELDS))
    return siege.posts(round_.offer(issued=issued, presentation=presentation))


def key_binding(siege: Siege, presentation: bytes) -> bytes:
    claims = {"iat": siege.peer.now, "aud": str(siege.node.id), "sd_hash": strict.digest(presentation)}
    header = {"alg": "Ed25519", "typ": "kb+jwt", "kid": siege.peer.signer.kid}
    return signed_anyhow(json.dumps(claims).encode(), header, siege.peer.signer)


def skeleton(round_: Round, change: Callable[[bytes], bytes], **header: Any) -> Item:
    """Give an offer of a record whose signed skeleton says something else, signed well."""
    issued = round_.issued()
    right = {"alg": "Ed25519", "typ": sdjwt.TYPE, "kid": round_.peer.signer.kid}
    payload = strict.unb64(issued.jwt.split(b".")[1])
    jwt = signed_anyhow(change(payload), right | header, round_.peer.signer)
    return round_.offer(issued=Issued(jwt=jwt, disclosures=issued.disclosures))


@against(
    Attack(
        "skeleton-extra-digests",
        "A member adds a list `_sd` of digests, under which members of any name could be shown later.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda text: text[:-1] + b',"_sd":["' + b"A" * 43 + b'"]}',
    ),
    Attack(
        "skeleton-field-more",
        "A member signs a field that the schema does not have: an offence of entry.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda text: text.replace(
            b'"identity":{', b'"identity":{"entry_offence":[{"...":"' + b"A" * 43 + b'"}],', 1
        ),
    ),
    Attack(
        "skeleton-digest-algorithm",
        "A member names another digest algorithm.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda text: text.replace(b'"sha-256"', b'"md5"'),
    ),
    Attack(
        "skeleton-schema",
        "A member signs the record under a schema that this node does not know.",
        "unknown-schema",
        Leaves.REFUSAL,
        with_=lambda text: text.replace(b'"guardianship/1"', b'"enforcement/1"'),
    ),
    Attack(
        "skeleton-holder-key",
        "A member binds the record to a holder's key (`cnf`).",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda text: text[:-1] + b',"cnf":{"jwk":{"kty":"OKP"}}}',
    ),
    Attack(
        "skeleton-status-list",
        "A member signs an address at which the record's status is to be asked, which tells who reads it.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda text: (
            text[:-1] + b',"status":{"status_list":{"idx":0,"uri":"https://fr-lyon.example"}}}'
        ),
    ),
)
def test_a_skeleton_is_the_one_of_its_schema(siege: Siege, case: Attack) -> Strike:
    return siege.posts(skeleton(siege.peer.round(), case.with_))


@against(
    Attack(
        "value-of-another-kind",
        "A member signs a value that its field does not take.",
        "malformed-record",
        Leaves.REFUSAL,
        with_=b'["x"]',
    ),
    Attack(
        "value-duplicate-member",
        "A member signs a value with one member twice.",
        "malformed",
        Leaves.REFUSAL,
        with_=b'{"absent":"unknown","absent":"not-applicable"}',
    ),
    Attack("value-nan", "A member signs NaN as a value.", "malformed", Leaves.REFUSAL, with_=b"NaN"),
    Attack(
        "value-deep",
        "A member signs a value that is nested deeper than any may be.",
        "malformed",
        Leaves.REFUSAL,
        with_=b"[" * 12 + b"]" * 12,
    ),
    Attack(
        "value-of-markup",
        "A member signs markup where a word of a list belongs.",
        "malformed-record",
        Leaves.REFUSAL,
        with_=b'"<script>alert(1)</script>"',
    ),
    Attack(
        "value-control-character",
        "A member signs an escape sequence for terminals.",
        "malformed",
        Leaves.REFUSAL,
        with_=b'"\\u001b[2J"',
    ),
)
def test_a_signed_value_fits_its_field(siege: Siege, case: Attack) -> Strike:
    issued, presentation = forged(round_ := siege.peer.round(), "identity.sex", case.with_)
    return siege.posts(round_.offer(issued=issued, presentation=presentation))


@against(
    Attack(
        "envelope-as-record",
        "A member shows a signed envelope where the record belongs.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda round_: {"presentation": round_.void(counts=False).envelope + b"~"},
    ),
    Attack(
        "consent-as-record",
        "A member shows a signed consent where the record belongs.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda round_: {"presentation": round_.token() + b"~"},
    ),
    Attack(
        "record-as-consent",
        "A member shows a signed record where the consent belongs.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda round_: {"token": round_.issued().jwt},
    ),
    Attack(
        "envelope-as-consent",
        "A member shows a signed envelope where the consent belongs.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda round_: {"token": round_.void(counts=False).envelope},
    ),
    Attack(
        "consent-under-the-records-type",
        "A member signs a consent under the type of a record.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda round_: {"token": retyped(round_.token(), sdjwt.TYPE, round_)},
    ),
    Attack(
        "consent-under-the-envelopes-type",
        "A member signs a consent under the type of an envelope.",
        "malformed",
        Leaves.REFUSAL,
        with_=lambda round_: {"token": retyped(round_.token(), envelopes.TYPE, round_)},
    ),
    Attack(
        "record-of-another-matter",
        "A member offers the record of another child.",
        "mismatch",
        Leaves.REFUSAL,
        with_=lambda round_: {"issued": round_.issued(matter=PairId("A" * 22))},
    ),
    Attack(
        "record-of-another-issuer",
        "A member signs a record in another member's name.",
        "mismatch",
        Leaves.REFUSAL,
        with_=lambda round_: {"issued": round_.issued(issuer=NodeId("es/barcelona"))},
    ),
    Attack(
        "record-in-the-nodes-own-name",
        "A member signs a record in the name of the node that it is offered to.",
        "mismatch",
        Leaves.REFUSAL,
        with_=lambda round_: {"issued": round_.issued(issuer=round_.peer.to.id)},
    ),
    Attack(
        "envelope-names-another-record",
        "A member names another record in the envelope than it seals.",
        "mismatch",
        Leaves.REFUSAL,
        with_=lambda round_: {"record": ANY},
    ),
    Attack(
        "bitmap-names-fewer",
        "A member names fewer fields in the envelope than it shows.",
        "mismatch",
        Leaves.REFUSAL,
        with_=lambda round_: {"bitmap": strict.b64(schema("guardianship/1").bitmap(FIELDS[1:]))},
    ),
    Attack(
        "bitmap-spare-bit",
        "A member sets a bit of the bitmap that no field has.",
        "malformed-record",
        Leaves.REFUSAL,
        with_=lambda round_: {"bitmap": strict.b64(BITMAP[:-1] + bytes([BITMAP[-1] | 1]))},
    ),
)
def test_a_signed_part_is_what_its_type_says(siege: Siege, case: Attack) -> Strike:
    round_ = siege.peer.round()
    return siege.posts(round_.offer(**case.with_(round_)))


def retyped(token: bytes, typ: str, round_: Round) -> bytes:
    payload = jws.read(token, typ=consent.TYPE).payload
    header = {"alg": "Ed25519", "typ": typ, "kid": round_.peer.signer.kid}
    return signed_anyhow(payload, header, round_.peer.signer)


@against(
    Attack(
        "record-as-envelope",
        "A member posts a signed record as an envelope.",
        "untrusted",
        with_=lambda round_: round_.issued().jwt,
    ),
    Attack(
        "consent-as-envelope",
        "A member posts a signed consent as an envelope.",
        "untrusted",
        with_=lambda round_: round_.token(),
    ),
)
def test_no_other_signed_part_is_an_envelope(siege: Siege, case: Attack) -> Strike:
    return siege.posts(Item(envelope=case.with_(siege.peer.round())))


@against(
    Attack(
        "record-in-a-question",
        "A member discloses a record inside a question, where no ground is asked for.",
        "mismatch",
        Leaves.REFUSAL,
        with_=lambda round_: {"record": sdjwt.present(round_.issued(), FIELDS)},
    ),
    Attack(
        "consent-in-a-question",
        "A member hides a consent inside a question.",
        "mismatch",
        Leaves.REFUSAL,
        with_=lambda round_: {"consent": round_.token()},
    ),
    Attack(
        "envelope-in-a-question",
        "A member hides an envelope inside a question.",
        "mismatch",
        Leaves.REFUSAL,
        with_=lambda round_: {"evidence": (round_.said[Act.OFFER].envelope,)},
    ),
)
def test_a_question_discloses_nothing(siege: Siege, case: Attack) -> Strike:
    round_ = siege.pending()
    content = Message(nonce=bytes(32), body=BODIES[Act.QUESTION], **case.with_(round_))
    return siege.posts(round_.say(Act.QUESTION, re=round_.digest(Act.OFFER), content=content))
