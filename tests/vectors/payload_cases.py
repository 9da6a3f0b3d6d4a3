"""The cases of docs/spec/payload.md: what each act says in its payload, and every wrong shape."""

import json
from collections.abc import Iterator
from typing import Any

from handover.domain.handover import Act
from handover.protocol import message, strict
from handover.protocol.message import STEP, Message
from vectors import apart, later, one_round
from vectors.made import SIGNER, Case, accepted, refused
from vectors.one_round import SEALING


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    found: dict[str, Case] = {"sealed-offer": _sealed()}
    for act in Act:
        if act in one_round.BODIES | later.BODIES | apart.BODIES:
            found[act.value] = _whole(f"What {act} says sealed.", act, _content(act))
    nobody = Message(nonce=one_round.bits("nonce", 32), body=later.BODIES[Act.COMPLAINT] | {"about": None})
    found["complaint-about-nobody"] = _whole("A complaint may name nobody.", Act.COMPLAINT, nobody)
    question = message.encode(one_round.content(Act.QUESTION))
    found["more-padding"] = accepted(
        "More padding than needed hides more.",
        _input(Act.QUESTION, question + b" " * STEP),
        _shown(one_round.content(Act.QUESTION)),
    )
    handed_on = Message(nonce=one_round.bits("nonce", 32), body=later.HANDED_ON)
    found["handed-on"] = _whole("The case was handed on: no ground, no word more.", Act.FOLLOW_UP, handed_on)
    for name, note, plaintext in _shapes(question):
        found[name] = refused(note, _input(Act.QUESTION, plaintext), "malformed")
    for name, note, act, body in _bodies():
        plaintext = message.encode(Message(nonce=one_round.bits("nonce", 32), body=body))
        found[name] = refused(note, _input(act, plaintext), "message-incomplete")
    other = strict.digest(message.encode(one_round.content(Act.ANSWER)))
    given = _input(Act.QUESTION, question) | {"commit": other}
    found["commit-of-another"] = refused("The envelope commits to another plaintext.", given, "commitment")
    more = _input(Act.QUESTION, question + b" " * STEP) | {"commit": strict.digest(question)}
    found["commit-without-padding"] = refused("The padding is committed to as well.", more, "commitment")
    return found


def _content(act: Act) -> Message:
    if act is Act.DEED:
        return one_round.deed_content(one_round.said()["acceptance"].data)
    if act in apart.BODIES:
        return apart.content(act)
    return later.content(act) if act in later.BODIES else one_round.content(act)


def _input(act: Act, plaintext: bytes) -> Case:
    return {"act": act.value, "plaintext": plaintext.decode("utf-8"), "commit": strict.digest(plaintext)}


def _shown(content: Message) -> Case:
    return {
        "record": content.record and content.record.decode(),
        "consent": content.consent and content.consent.decode(),
        "evidence": [part.decode() for part in content.evidence],
        "nonce_hex": content.nonce.hex(),
        "body": content.body,
    }


def _whole(note: str, act: Act, content: Message) -> Case:
    plaintext = message.encode(content)
    text = plaintext.rstrip(b" ")
    steps = {
        "json": text.decode("utf-8"),
        "bytes": len(text),
        "padded": len(plaintext),
        "body": strict.dumps(content.body).decode("utf-8"),
    }
    return accepted(note, _input(act, plaintext), _shown(content), steps)


def _sealed() -> Case:
    offer = one_round.said()["offer"]
    return accepted(
        "The offer of one round, from the bytes on the wire to what was disclosed.",
        {
            "envelope": offer.data.decode(),
            "public_hex": SIGNER.public.hex(),
            "jwe": one_round.sealed_offer().decode(),
            "private_hex": SEALING.private.hex(),
        },
        _shown(one_round.content(Act.OFFER)),
        {
            "digest": strict.digest(one_round.sealed_offer()),
            "context_hex": one_round.context(one_round.NORTH, offer.envelope.jti).hex(),
            "commit": strict.digest(message.encode(one_round.content(Act.OFFER))),
        },
    )


def _padded(text: bytes) -> bytes:
    return text + b" " * (-len(text) % STEP)


def _shapes(question: bytes) -> Iterator[tuple[str, str, bytes]]:
    text = question.rstrip(b" ")
    claims = json.loads(text)
    changes: dict[str, tuple[str, dict[str, Any]]] = {
        "record-number": ("A record is text.", {"record": 1}),
        "record-not-ascii": ("A record is ASCII.", {"record": "ä"}),
        "consent-object": ("A token is text.", {"consent": {}}),
        "evidence-null": ("No evidence is an empty array.", {"evidence": None}),
        "evidence-65": ("At most 64 parts.", {"evidence": ["e30.e30.AA"] * 65}),
        "evidence-number": ("Envelopes are text.", {"evidence": [1]}),
        "nonce-31-bytes": ("The nonce has 32 bytes.", {"nonce": strict.b64(bytes(31))}),
        "nonce-null": ("The nonce is never left out.", {"nonce": None}),
        "body-null": ("A body is an object.", {"body": None}),
        "body-array": ("A body is an object.", {"body": []}),
        "member-more": ("No other member.", {"more": 1}),
    }
    for name, (note, change) in changes.items():
        yield name, note, _padded(json.dumps(claims | change, separators=(",", ":")).encode())
    yield "not-padded", "Padded to whole KiB.", text
    yield "padded-by-one", "Not a whole number of KiB.", question + b" "
    yield "nothing", "Nothing at all.", b""
    yield "spaces-alone", "Nothing but padding.", b" " * STEP
    yield "two-documents", "One document.", _padded(text + text)
    yield "member-twice", "A member twice.", _padded(text.replace(b'"evidence"', b'"record":null,"evidence"'))
    yield "too-long", "Over 192 KiB.", text + b" " * (message.PAYLOAD_LIMIT + STEP - len(text))


def _bodies() -> Iterator[tuple[str, str, Act, dict[str, Any]]]:
    said: dict[str, Any] = one_round.BODIES[Act.ACCEPTANCE]
    who = said["responsible"]
    parcel = {"file": "A" * 43, "sealed": "A" * 43, "size": 100, "key": "A" * 43}
    yield "offer-no-attachments", "An empty array is written.", Act.OFFER, {"note": ""}
    yield "offer-note-too-long", "4001 characters.", Act.OFFER, {"note": "x" * 4001, "attachments": []}
    for name, note, change in (
        ("size-zero", "An attachment has at least one byte.", {"size": 0}),
        ("key-short", "A key has 32 bytes.", {"key": "A" * 42}),
    ):
        yield f"offer-{name}", note, Act.OFFER, {"note": "", "attachments": [parcel | change]}
    for name, note, change in (
        ("nobody", "The guardian has a name.", {"name": " "}),
        ("no-organisation", "And an organisation.", {"organisation": ""}),
        ("as-neighbour", "A guardian, or the responsible officer.", {"as": "neighbour"}),
        ("name-too-long", "201 characters.", {"name": "x" * 201}),
        ("contact-number", "A contact is text.", {"contact": 49}),
    ):
        yield f"acceptance-{name}", note, Act.ACCEPTANCE, said | {"responsible": who | change}
    yield "acceptance-no-plan", "A plan is stated.", Act.ACCEPTANCE, said | {"plan": "\n"}
    yield "acceptance-code", "No member more.", Act.ACCEPTANCE, said | {"code": 1}
    yield "decline-empty", "A decline says why.", Act.DECLINE, {"text": ""}
    yield "deed-text", "A deed says nothing more.", Act.DEED, {"text": "Good luck."}
    yield "question-too-long", "4001 characters.", Act.QUESTION, {"text": "x" * 4001}
    yield "answer-no-text", "An answer is text.", Act.ANSWER, {}
    yield "arrival-not-a-day", "30 February.", Act.ARRIVAL, {"date": "2026-02-30", "text": ""}
    yield (
        "arrival-other-order",
        "A day is written from the year on.",
        Act.ARRIVAL,
        {"date": "28.09.2026", "text": ""},
    )
    yield "arrival-basic-form", "A day has its hyphens.", Act.ARRIVAL, {"date": "20260928", "text": ""}
    yield "non-arrival-no-day", "A day is stated.", Act.NON_ARRIVAL, {"text": "Not on the train."}
    yield from _later()
    yield "void-body", "A void has no body.", Act.VOID, {}
    yield "opened-body", "Nor has the confirmation of receipt.", Act.OPENED, {}


def _later() -> Iterator[tuple[str, str, Act, dict[str, Any]]]:
    said: dict[str, Any] = one_round.BODIES[Act.ACCEPTANCE]
    for name, note, days in (
        ("falling", "Days rise.", [30, 7]),
        ("twice", "A day once.", [7, 7]),
        ("zero", "The first day after the take-up is day 1.", [0]),
        ("too-many", "Twelve at most.", list(range(1, 14))),
    ):
        yield f"acceptance-days-{name}", note, Act.ACCEPTANCE, said | {"follow_ups": days}
    follow_up: dict[str, Any] = later.BODIES[Act.FOLLOW_UP]
    yield "follow-up-no-text", "A follow-up says how the child is.", Act.FOLLOW_UP, follow_up | {"text": ""}
    handed_on = later.HANDED_ON
    yield "handed-on-text", "Nothing more is told.", Act.FOLLOW_UP, handed_on | {"text": "She is well."}
    yield "handed-on-day", "It answers no day.", Act.FOLLOW_UP, handed_on | {"due": 7}
    yield "follow-up-state", "A word of the list.", Act.FOLLOW_UP, follow_up | {"state": "fine"}
    yield "correction-empty", "A correction says why.", Act.CORRECTION, {"text": " "}
    scope = {"scope": "everything", "text": ""}
    yield "consent-withdrawn-scope", "A word of the list.", Act.CONSENT_WITHDRAWN, scope
    yield "legal-hold-empty", "A hold says why.", Act.LEGAL_HOLD, {"text": ""}
    wanted = {"kinds": ["verdict"], "text": "Why?"}
    yield "decisions-wanted-kind", "A word of the list.", Act.DECISIONS_WANTED, wanted
    yield "decision-nothing", "Nothing to tell is said in words.", Act.DECISION, {"decisions": [], "text": ""}
    for name, note, change in (
        ("authority", "Who decided is named.", {"authority": ""}),
        ("day", "When, too.", {"date": "2026-13-01"}),
        ("kind", "A word of the list.", {"kind": "verdict"}),
    ):
        body = {"decisions": [later.DECIDED | change], "text": ""}
        yield f"decision-{name}", note, Act.DECISION, body
    access = later.BODIES[Act.ACCESS_WANTED]
    yield "access-wanted-language", "A language is named.", Act.ACCESS_WANTED, access | {"language": ""}
    yield "access-wanted-request", "A request has an identifier.", Act.ACCESS_WANTED, access | {"request": ""}
    answer: dict[str, Any] = later.BODIES[Act.ACCESS_ANSWER]
    shown = answer["disclosures"][0]
    yield (
        "access-answer-to",
        "The recipient is a node.",
        Act.ACCESS_ANSWER,
        answer | {"disclosures": [shown | {"to": "somebody"}]},
    )
    complaint: dict[str, Any] = later.BODIES[Act.COMPLAINT]
    reply: dict[str, Any] = later.BODIES[Act.COMPLAINT_ANSWER]
    yield "complaint-empty", "A complaint says something.", Act.COMPLAINT, complaint | {"text": ""}
    yield "complaint-about", "About a node, or nobody.", Act.COMPLAINT, complaint | {"about": "them"}
    yield "complaint-answer-empty", "An answer says something.", Act.COMPLAINT_ANSWER, reply | {"text": ""}
    yield "complaint-answer-holder", "A holder answers.", Act.COMPLAINT_ANSWER, reply | {"holder": "us"}
    override: dict[str, Any] = later.BODIES[Act.OVERRIDE]
    yield "override-to", "Who was told is named.", Act.OVERRIDE, override | {"to": ""}
    yield from _apart()


def _apart() -> Iterator[tuple[str, str, Act, dict[str, Any]]]:
    referral, verdict, hit = (apart.BODIES[act] for act in (Act.REFERRAL, Act.VERDICT, Act.HIT))
    yield "referral-task", "A word of the list.", Act.REFERRAL, referral | {"task": "everything"}
    yield "referral-empty", "A referral says what for.", Act.REFERRAL, referral | {"text": ""}
    yield "verdict-why", "A word of the list.", Act.VERDICT, verdict | {"why": "perhaps"}
    yield "verdict-empty", "A verdict weighs the best interests.", Act.VERDICT, verdict | {"text": " "}
    yield "end-empty", "An officer who ends a round says why.", Act.END, {"text": ""}
    yield "hit-band", "Below the bands nothing is told.", Act.HIT, hit | {"band": "none"}
    yield "hit-contact", "An office is named.", Act.HIT, hit | {"contact": " "}
    yield "hit-pair", "The pair is 16 bytes.", Act.HIT, hit | {"pair": "A" * 43}
    yield "hit-name", "No field of anybody.", Act.HIT, hit | {"name": "Olena"}
    opening: Any = hit["opening"]
    yield "hit-path", "A path of hashes.", Act.HIT, hit | {"opening": opening | {"path": ["A" * 22]}}
    statement: Any = hit["statement"]
    yield "hit-root", "A root of 32 bytes.", Act.HIT, hit | {"statement": statement | {"root": "A" * 22}}
