"""The cases of docs/spec/tracing-keys.md: evaluations, requests and answers, epochs, contributions to a ceremony.

Encapsulation is random: the contribution is read from `tracing-keys/contribution.json` where it is there.
"""

import json
from dataclasses import replace
from typing import Any, Final

from handover.domain.ids import Digest, NodeId
from handover.protocol import contribution, epoch, evaluation, jwe, jws, ristretto, strict, threshold
from handover.protocol.epoch import Epoch, Plan
from handover.protocol.evaluation import KEYS, Basis, Kind, Request
from handover.protocol.jws import Ed25519Signer
from handover.protocol.node_key import KeyUse, new_key
from handover.protocol.threshold import PLACES, Batch, Polynomial
from vectors.made import FOLDER, OTHER_SIGNER, SIGNER, Case, accepted, refused

NOW: Final = 1_790_000_000
HOLDERS: Final = tuple(map(NodeId, ("gr/athens", "it/lampedusa", "de/hamburg", "fr/calais", "int/redcross")))
SIGNERS: Final = tuple(Ed25519Signer(bytes([number]) * 32) for number in range(1, 6))
POLYNOMIALS: Final = tuple(
    Polynomial(coefficients=(1000 + number, 2000 + number, 3000 + number)) for number in range(5)
)
PUBLIC: Final = threshold.public_keys([each.commitments() for each in POLYNOMIALS])
SHARES: Final = {place: sum(each.at(place) for each in POLYNOMIALS) % ristretto.ORDER for place in PLACES}
CHOSEN: Final = (1, 3, 4)
INPUTS: Final = [b"given+year|%d" % number for number in range(KEYS[Kind.QUESTION])]
BATCH: Final = Batch.of(INPUTS, blinds=[7919 * (number + 1) for number in range(len(INPUTS) + 1)])
PLAN: Final = Plan(
    number=3,
    begins=NOW,
    ends=NOW + 90 * 86400,
    holders=HOLDERS,
    tables=bytes(range(32)),
    weights=bytes(range(32, 64)),
    nonce=bytes(range(64, 96)),
)
EPOCH: Final = Epoch(
    number=PLAN.number,
    begins=PLAN.begins,
    ends=PLAN.ends,
    holders=HOLDERS,
    tables=PLAN.tables,
    weights=PLAN.weights,
    keys=PUBLIC,
    plan=PLAN.digest,
    contributions=tuple(strict.digest(b"%d" % number) for number in range(5)),
)
REQUEST: Final = Request(
    kind=Kind.QUESTION,
    basis=Basis.CONSENT,
    epoch=3,
    place=3,
    places=CHOSEN,
    records=0,
    issued=NOW,
    reference=bytes(range(16)),
    asker=Digest(SIGNER.kid),
    elements=BATCH.elements,
)
SENT: Final = evaluation.sign(REQUEST, signer=SIGNER)
PARTS: Final = [
    threshold.evaluate(SHARES[place], place, CHOSEN, BATCH.elements, nonce=104729 + place) for place in CHOSEN
]
ANSWER: Final = evaluation.answer(SENT, PARTS[1], signer=SIGNERS[2])


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    return {**_sums(), **_requests(), **_answers(), **_epochs(), **_contributions()}


def _hex(points: Any) -> list[str]:
    return [each.hex() for each in points]


def _sums() -> dict[str, Case]:
    given = {
        "inputs_hex": _hex(INPUTS),
        "blinds_hex": _hex(map(ristretto.to_bytes, BATCH.blinds)),
        "answers_hex": [_hex(part.elements) for part in PARTS],
        "whole_hex": PUBLIC.whole.hex(),
    }
    outputs = BATCH.outputs([part.elements for part in PARTS], PUBLIC.whole)
    found = {
        "sum": accepted(
            "Three holders' answers add up to the outputs.",
            given,
            {"outputs_hex": _hex(outputs)},
            {
                "elements_hex": _hex(BATCH.elements),
                "shares_hex": {str(place): ristretto.to_bytes(SHARES[place]).hex() for place in CHOSEN},
                "places": [*CHOSEN],
            },
        )
    }
    bent = [list(part.elements) for part in PARTS]
    bent[1][5] = ristretto.add(bent[1][5], ristretto.BASE)
    moved = [list(part.elements) for part in PARTS]
    moved[0][0], moved[0][1] = (
        ristretto.add(moved[0][0], ristretto.BASE),
        ristretto.subtract(moved[0][1], ristretto.BASE),
    )
    for name, note, wrong in (
        ("sum-one-element", "One element of one holder is another.", {"answers_hex": [*map(_hex, bent)]}),
        ("sum-cancelling", "Two errors cancel out before unblinding.", {"answers_hex": [*map(_hex, moved)]}),
        ("sum-other-key", "The answers are to another key.", {"whole_hex": ristretto.BASE.hex()}),
        ("sum-two-holders", "Two holders are too few.", {"answers_hex": given["answers_hex"][:2]}),  # type: ignore[index]
    ):
        found[name] = refused(note, given | wrong, "evaluation-sum")
    return found


def _asked(data: bytes) -> Case:
    return {"request_hex": data.hex(), "public_hex": SIGNER.public.hex()}


def _signed(body: bytes) -> bytes:
    return body + SIGNER.sign(body)


def _requests() -> dict[str, Case]:
    expected = {
        "kind": 1,
        "basis": 1,
        "epoch": 3,
        "place": 3,
        "places": [*CHOSEN],
        "records": 0,
        "issued": NOW,
        "reference_hex": REQUEST.reference.hex(),
        "asker": REQUEST.asker,
    }
    found = {"request": accepted("A request for one question.", _asked(SENT), expected)}
    body = SENT[:-64]
    for name, note, data, error in (
        (
            "request-changed",
            "A bit of an element's place is another.",
            SENT[:-1] + bytes([SENT[-1] ^ 1]),
            "signature",
        ),
        (
            "request-identity",
            "An element is the identity.",
            _signed(body[:70] + bytes(32) + body[102:]),
            "element",
        ),
        (
            "request-spelling",
            "An element is not reduced.",
            _signed(body[:70] + b"\xff" * 32 + body[102:]),
            "element",
        ),
        ("request-records", "A question of a record.", _signed(body[:12] + b"\0\1" + body[14:]), "malformed"),
        (
            "request-two-places",
            "Two places are asked.",
            _signed(body[:11] + b"\x0a" + body[12:]),
            "malformed",
        ),
        (
            "request-other-place",
            "The place is not among the three.",
            _signed(body[:10] + b"\2" + body[11:]),
            "malformed",
        ),
        ("request-size", "A byte too few.", SENT[1:], "malformed"),
    ):
        found[name] = refused(note, _asked(data), error)
    return found


def _answers() -> dict[str, Case]:
    given = {
        "request_hex": SENT.hex(),
        "answer_hex": ANSWER.hex(),
        "public_hex": SIGNERS[2].public.hex(),
        "share_public_hex": PUBLIC.shares[2].hex(),
    }
    expected = {"elements_hex": _hex(PARTS[1].elements)}
    found = {"answer": accepted("An answer whose proof holds.", given, expected)}
    wrong = evaluation.answer(SENT, replace(PARTS[1], elements=PARTS[0].elements), signer=SIGNERS[2])
    other = evaluation.sign(replace(REQUEST, issued=NOW + 1), signer=SIGNER)
    found["answer-lie"] = refused(
        "What was signed is not what the share makes: evidence against the holder.",
        given | {"answer_hex": wrong.hex()},
        "evaluation-proof",
    )
    found["answer-other-request"] = refused(
        "The answer is to another request.", given | {"request_hex": other.hex()}, "signature"
    )
    found["answer-size"] = refused("A byte too few.", given | {"answer_hex": ANSWER[1:].hex()}, "malformed")
    return found


def _epochs() -> dict[str, Case]:
    signatures = [epoch.sign(EPOCH, signer=signer) for signer in SIGNERS]
    publics = [signer.public.hex() for signer in SIGNERS]

    def given(data: bytes) -> Case:
        return {"epoch": data.decode(), "publics_hex": publics}

    def joined(each: list[bytes]) -> bytes:
        return strict.dumps({"format": epoch.SIGNED_FORMAT, "signatures": [one.decode() for one in each]})

    bad = replace(EPOCH, keys=replace(PUBLIC, whole=ristretto.BASE))
    other = epoch.sign(replace(EPOCH, number=4), signer=SIGNERS[4])
    found = {
        "epoch": accepted(
            "A document with five signatures.",
            given(joined(signatures)),
            {"digest": EPOCH.digest, "number": 3, "holders": [*HOLDERS]},
        )
    }
    for name, note, data, error in (
        ("epoch-four", "A signature is missing.", joined(signatures[:4]), "epoch-unsigned"),
        (
            "epoch-other",
            "One has signed another document.",
            joined([*signatures[:4], other]),
            "epoch-unsigned",
        ),
        (
            "epoch-twice",
            "One has signed in the place of another.",
            joined([*signatures[:4], signatures[0]]),
            "signature",
        ),
        (
            "epoch-keys",
            "The public keys are not of one polynomial.",
            joined([epoch.sign(bad, signer=signer) for signer in SIGNERS]),
            "key-share",
        ),
    ):
        found[name] = refused(note, given(data), error)
    return found


def _contributions() -> dict[str, Case]:
    kept = FOLDER / "tracing-keys" / "contribution.json"
    seeds = [bytes([number]) * 32 for number in range(5)]
    if kept.exists():
        data = json.loads(kept.read_text("utf-8"))["input"]["contribution"].encode()
    else:
        sealing = [
            new_key(use=KeyUse.SEAL, public=jwe.SealingKey(seed).public, not_before=NOW, expires=NOW + 86400)
            for seed in seeds
        ]
        data = contribution.contribute(PLAN, HOLDERS[0], sealing, signer=SIGNERS[0])
    given = {
        "contribution": data.decode(),
        "public_hex": SIGNERS[0].public.hex(),
        "plan": PLAN.encode().decode(),
        "place": 2,
        "private_hex": seeds[1].hex(),
    }
    read = contribution.read(data).claimed
    share = read.share_for(2, jwe.SealingKey(seeds[1]))
    payload = strict.loads(jws.read(data, typ=contribution.TYPE).payload)
    stolen = jws.sign(
        strict.dumps({**payload, "holder": HOLDERS[1]}),  # type: ignore[dict-item]
        typ=contribution.TYPE,
        signer=SIGNERS[0],
    )
    found = {
        "contribution": accepted(
            "A contribution, and the share of the second holder in it.",
            given,
            {"share_hex": ristretto.to_bytes(share).hex(), "digest": strict.digest(data)},
        )
    }
    for name, note, wrong, error in (
        (
            "contribution-stolen",
            "Under another name the proof of possession fails.",
            {"contribution": stolen.decode()},
            "ceremony-contribution",
        ),
        (
            "contribution-other-place",
            "Another holder's share does not open.",
            {"place": 3},
            "ceremony-contribution",
        ),
        (
            "contribution-other-key",
            "Another holder has signed it.",
            {"public_hex": OTHER_SIGNER.public.hex()},
            "signature",
        ),
    ):
        found[name] = refused(note, given | wrong, error)
    return found
