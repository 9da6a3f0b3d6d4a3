"""The cases of docs/spec/envelope.md: one of each act, and every wrong shape."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from handover.domain.handover import Act
from handover.protocol import act_members, jws, strict
from handover.protocol import envelope as envelopes
from vectors import apart, later, one_round
from vectors.made import OTHER_SIGNER, SIGNER, Case, accepted, refused
from vectors.one_round import NORTH, Said

Claims = dict[str, Any]
KEYS = {SIGNER.kid: SIGNER.public, OTHER_SIGNER.kid: OTHER_SIGNER.public}
NOTES = {
    "offer": "The offer, the first envelope of its side.",
    "opened": "A named officer of the receiver has read the offer.",
    "question": "The receiver asks.",
    "answer": "The sender answers: a disclosure, so it names the ground of the offer.",
    "acceptance": "The receiver binds itself.",
    "question-of-the-sender": "The sender may ask as well.",
    "answer-of-the-receiver": "The receiver's answer rests on no ground.",
    "deed": "Countersigned: whoever released the offer prepared the deed, a second officer released it.",
    "deed-automatic": "A deed that the node gave by itself names no officer.",
    "take-up-receipt": "The receiver is responsible.",
    "arrival": "The child has come.",
    "non-arrival": "The child has not come.",
    "decline": "A bound receiver asks to be released.",
    "void": "The deadline has passed: no officer acted.",
    "void-of-an-officer": "An officer has withdrawn the offer.",
    "void-receipt": "Closed and erased.",
    "follow-up": "The receiver tells how the child is, under a ground of its own.",
    "correction": "The sender sends a later version of the record, under a ground that is in force.",
    "consent-withdrawn": "The person does not want the record to be there any more.",
    "erased": "The receiver has destroyed it.",
    "legal-hold": "The receiver keeps it, for a stated reason and time.",
    "decisions-wanted": "The sender asks what was decided.",
    "decision": "The node answers by itself, because a ground covers it.",
    "access-wanted": "The person wants to know who received what.",
    "access-answer": "Whom this node has shown something.",
    "complaint": "The person complains.",
    "complaint-answer": "What became of it.",
    "override": "Somebody was told what no consent covers, because a life was at stake.",
    "referral": "The case is referred, for advice and for two weeks; responsibility stays.",
    "answer-to-a-referral": "The receiver answers, under a ground of its own.",
    "end": "The receiver is done: what it was shown is destroyed.",
    "end-by-the-clock": "The deadline has passed: no officer acted, and there is nothing to say.",
    "end-receipt": "The sender knows of the end.",
    "hit": "A match, released by a node that does so by itself; no field of anybody.",
    "verdict": "One side is sure.",
    "reissued-offer": "The offer once more, under another sealing key: only what belongs to its bytes differs.",
}


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    said = one_round.said() | later.said() | apart.said()
    found = {name: _whole(note, said[name]) for name, note in NOTES.items()}
    found["context"] = _context()
    offer = json.loads(said["offer"].text)
    spaced = json.dumps(dict(reversed(offer.items())), indent=1, ensure_ascii=False)
    found["other-order-and-white-space"] = accepted(
        "Order and white space are free to a reader: what counts are the bytes that were signed.",
        _input(_signed(spaced.encode())),
        {"kid": SIGNER.kid, "digest": _digest(spaced), "claims": offer},
    )
    for name, note, text in (*_members(said), *_acts(said), *_spellings(said)):
        found[name] = refused(note, _input(_signed(text)), "malformed")
    for name, note, given, error in _signatures(said):
        found[name] = refused(note, given, error)
    return found


def _input(token: bytes, public: bytes = SIGNER.public) -> Case:
    return {"jws": token.decode(), "public_hex": public.hex()}


def _signed(text: bytes) -> bytes:
    return jws.sign(text, typ=envelopes.TYPE, signer=SIGNER)


def _digest(text: str) -> str:
    return str(envelopes.read(_signed(text.encode())).digest)


def claims_of(said: envelopes.Envelope) -> Claims:
    """Give the claims of an envelope as JSON has them."""
    return {"suite": envelopes.SUITE, **asdict(said)}


def _whole(note: str, said: Said) -> Case:
    kid = one_round.SIGNERS[said.envelope.iss].kid
    expected: Case = {"kid": kid, "digest": said.digest, "claims": json.loads(said.text)}
    members = [strict.dumps({name: value}).decode()[1:-1] for name, value in expected["claims"].items()]
    steps = {"payload": said.text, "members": members}
    return accepted(note, _input(said.data, KEYS[kid]), expected, steps)


def _context() -> Case:
    offer = one_round.said()["offer"].envelope
    given = {"iss": offer.iss, "aud": offer.aud, "round": offer.round, "jti": offer.jti, "kid": SIGNER.kid}
    lines = ["HO1", *(str(value) for value in given.values())]
    return accepted(
        "The 32 bytes that bind the payload of the offer to its envelope.",
        {"context": given},
        {"context_hex": one_round.context(NORTH, offer.jti).hex()},
        {"lines": lines, "text": "".join(f"{line}\n" for line in lines)},
    )


def _changed(said: Said, **changes: Any) -> bytes:
    return json.dumps(json.loads(said.text) | changes, separators=(",", ":")).encode()


Refusals = Iterator[tuple[str, str, bytes]]


def _members(said: dict[str, Said]) -> Refusals:
    offer = said["offer"]
    short, spare = one_round.ROUND[:-1], one_round.ROUND[:-1] + "h"
    for name, note, changes in (
        ("suite-other", "Another suite.", {"suite": "HO2"}),
        ("iss-address", "An address is no name.", {"iss": "https://athens.example"}),
        ("iss-capital", "A name is in lower case.", {"iss": "GR/athens"}),
        ("aud-two", "One recipient.", {"aud": ["de/hamburg", "fr/lyon"]}),
        ("jti-version-4", "A UUID of version 4.", {"jti": "019a9b10-7c00-4000-8000-000000000011"}),
        ("jti-capitals", "A UUID in capitals.", {"jti": "019A9B10-7C00-7000-8000-000000000011"}),
        ("iat-text", "A time is a number.", {"iat": "1790003600"}),
        ("iat-negative", "No time before 1970.", {"iat": -1}),
        ("iat-beyond", "No integer beyond 2^53-1.", {"iat": 2**53}),
        ("incarnation-zero", "The first incarnation is 1.", {"incarnation": 0}),
        ("incarnation-too-large", "At most 2^31-1.", {"incarnation": 2**31}),
        ("act-unknown", "No word of the table.", {"act": "approve"}),
        ("matter-short", "A pseudonym has 128 bits.", {"matter": short}),
        ("epoch-zero", "The first epoch is 1.", {"epoch": 0}),
        ("epoch-true", "A boolean is no number.", {"epoch": True}),
        ("round-second-spelling", "Spare bits are zero.", {"round": spare}),
        ("seq-zero", "Counting begins with 1.", {"seq": 0}),
        ("seq-first-with-prev", "Nothing comes before the first.", {"prev": "A" * 43}),
        ("seq-second-without-prev", "Something came before the second.", {"seq": 2}),
        ("purpose-enforcement", "No such purpose can be said.", {"purpose": "immigration-enforcement"}),
        ("schema-address", "A schema is a name.", {"schema": "https://example.org/schema"}),
        ("record-short", "A digest has 32 bytes.", {"record": "A" * 42}),
        ("fields-second-spelling", "Spare bits are zero.", {"fields": "qRAAAf5AAAB"}),
        ("fields-list", "A bitmap, no list of names.", {"fields": ["identity.names"]}),
        ("deadline-fraction", "Whole seconds.", {"deadline": 1790000000.5}),
        ("deadline-year-10000", "No calendar shows the year 10000.", {"deadline": 253402300800}),
        ("iat-year-10000", "No calendar shows the year 10000.", {"iat": 253402300800}),
        ("replaces-number", "A digest is text.", {"replaces": 1}),
        ("payload-one-digest", "Ciphertext and plaintext.", {"payload": {"digest": "A" * 43}}),
        ("payload-more", "No third member.", {"payload": {"digest": "A" * 43, "commit": "A" * 43, "url": ""}}),
        ("by-more", "No names of persons.", {"by": asdict(one_round.by()) | {"name": "E. P."}}),
        ("by-role-words", "A role is a word.", {"by": asdict(one_round.pair_of_eyes()) | {"role": "The head"}}),
        ("by-role-digit", "First a letter.", {"by": asdict(one_round.pair_of_eyes()) | {"role": "2nd-officer"}}),
        ("by-auth-hyphens", "One hyphen at a time.", {"by": asdict(one_round.pair_of_eyes()) | {"auth": "api--key"}}),
        ("by-one-officer", "Four eyes: one officer has only two.", {"by": asdict(one_round.by())}),
        ("log-null", "The log is always stated.", {"log": None}),
        ("log-root-hex", "A root is base64url.", {"log": {"size": 8, "root": "00" * 32}}),
        ("log-size-negative", "A size is no negative number.", {"log": {"size": -1, "root": "A" * 43}}),
        ("member-more", "No member but these.", {"exp": 1790003600}),
    ):  # fmt: skip
        yield name, note, _changed(offer, **changes)
    yield (
        "deed-one-officer",
        "Four eyes at the deed.",
        _changed(said["deed"], by=asdict(one_round.by())),
    )
    for name, note, by in (
        ("nobody", "Two officers resolve a deed.", None),
        ("one-officer", "Four eyes.", one_round.by()),
    ):
        yield (
            f"void-resolved-by-{name}",
            note,
            _changed(said["void"], reason="resolved", by=by and asdict(by)),
        )
    for name in ("decline", "void"):
        yield (
            f"{name}-reason-sentence",
            "A reason is a word; sentences travel sealed.",
            _changed(said[name], reason="The mother is in Lyon."),
        )
        other = "no-capacity" if name == "void" else "expired"
        yield f"{name}-reason-foreign", "A word of the other list.", _changed(said[name], reason=other)


def _acts(said: dict[str, Said]) -> Refusals:
    """One member too few and one too many for each act."""
    spare = {
        "deadline": 1790003600, "by": asdict(one_round.by()), "reason": "expired", "re": "A" * 43, "record": "A" * 43,
        "payload": {"digest": "A" * 43, "commit": "A" * 43},
        "fields": said["offer"].envelope.fields, "consent": "A" * 43,
    }  # fmt: skip
    for act in Act:
        needed = act_members.REQUIRED[act]
        less = sorted(needed)[-1]
        yield f"{act}-without-{less}", f"{act} has {less}.", _changed(said[act.value], **{less: None})
        allowed = needed | act_members.MAY.get(act, frozenset())
        more = next(name for name in spare if name not in allowed)
        changes = {more: spare[more]}
        yield f"{act}-with-{more}", f"{act} has no {more}.", _changed(said[act.value], **changes)


def _spellings(said: dict[str, Said]) -> Refusals:
    text = said["offer"].text
    claims = json.loads(text)
    without = {name: value for name, value in claims.items() if name != "prev"}
    change: dict[str, tuple[str, Callable[[], str]]] = {
        "member-left-out": ("null is written, not left out.", lambda: json.dumps(without)),
        "member-twice": ("A member twice.", lambda: text.replace('"seq":1', '"seq":1,"seq":1')),
        "array": ("Claims are an object.", lambda: f"[{text}]"),
        "cut": ("The document ends too early.", lambda: text[:-1]),
        "number-with-point": (
            "Whole numbers have no point.",
            lambda: text.replace('"epoch":1', '"epoch":1.0'),
        ),
    }
    for name, (note, make) in change.items():
        yield name, note, make().encode()


def _signatures(said: dict[str, Said]) -> Iterator[tuple[str, str, Case, str]]:
    offer = said["offer"]
    token = offer.data
    other = jws.sign(offer.text.encode(), typ=envelopes.TYPE, signer=OTHER_SIGNER)
    lifted = b".".join([*token.split(b".")[:2], said["answer"].data.split(b".")[2]])
    consent = jws.sign(offer.text.encode(), typ="handover-consent+jwt", signer=SIGNER)
    yield "signed-by-another", "The key of another node.", _input(other), "signature"
    yield "signature-lifted", "The signature of another envelope.", _input(lifted), "signature"
    yield "typ-of-a-consent", "Signed as a consent token.", _input(consent), "malformed"
    yield "two-parts", "The signature is missing.", _input(token.rpartition(b".")[0]), "malformed"
