"""The cases of docs/spec/restore.md, section 6: what a restored node asks, and what it is answered.

Envelopes are abbreviated: each is verified by itself after the answer was.
"""

from typing import Any, Final

from handover.domain.ids import NodeId, RoundId
from handover.protocol import jws, resync, strict
from handover.protocol.delivery import Item
from handover.protocol.resync import Answer, Place, Request, Round
from vectors.made import OTHER_SIGNER, SIGNER, Case, accepted, refused

NOW: Final = 1_790_000_000
ATHENS, HAMBURG = NodeId("gr/athens"), NodeId("de/hamburg")
FIRST, SECOND = RoundId("A" * 22), RoundId("B" * 21 + "A")
NOTE: Final = b"gr/athens/log/2\n7\nmMl/C6MXXNCLAx3QhLncTmSbZNGijm6mlGRlAxc6tYc=\n\n[...]\n"
ENVELOPE, DEED = b"e30.e30.AA", b"e30.e30.AQ"
JWE: Final = b'{"protected":"e30","encrypted_key":"AA","iv":"AA","ciphertext":"AA","tag":"AA"}'
ASKED: Final = Request(
    iss=ATHENS, aud=HAMBURG, iat=NOW, incarnation=2, checkpoint=NOTE, since=NOW - 86400, nonce=bytes(16)
)
GIVEN: Final = Answer(
    iss=HAMBURG,
    aud=ATHENS,
    iat=NOW + 1,
    incarnation=1,
    re=strict.digest(resync.ask(ASKED, signer=SIGNER)),
    rounds=(
        Round(round=FIRST, items=(Item(envelope=ENVELOPE, payload=JWE),), chain=(DEED,)),
        Round(round=SECOND, items=(Item(envelope=ENVELOPE), Item(envelope=DEED))),
    ),
    checkpoint=NOTE,
    after=Place(round=SECOND, items=2),
)


def cases() -> dict[str, Case]:
    """Give the cases by name."""
    return _requests() | _answers()


def _signed(typ: str, token: bytes, changes: dict[str, Any], signer: jws.Signer = SIGNER) -> bytes:
    claims = strict.loads(jws.read(token, typ=typ).payload)
    assert isinstance(claims, dict)
    claims = {name: value for name, value in (claims | changes).items() if value is not ...}
    return jws.sign(strict.dumps(claims), typ=typ, signer=signer)


def _requests() -> dict[str, Case]:
    token = resync.ask(ASKED, signer=SIGNER)

    def given(data: bytes, **other: Any) -> Case:
        asked = {"request": data.decode(), "aud": HAMBURG, "now": NOW, "public_hex": SIGNER.public.hex()}
        return asked | other

    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "foreign-member": ("No other member.", {"more": 1}),
        "no-since": ("A time from which on is always stated.", {"since": ...}),
        "incarnation-zero": ("The first incarnation is 1.", {"incarnation": 0}),
        "nonce-short": ("A nonce has 16 bytes.", {"nonce": "AAAA"}),
        "after-no-item": ("What goes on behind a round has had an item.", {"after": {"round": FIRST, "items": 0}}),
        "after-no-round": ("A round has one spelling.", {"after": {"round": "A", "items": 1}}),
        "checkpoint-object": ("A checkpoint is text.", {"checkpoint": {}}),
        "iss": ("A node has a name.", {"iss": "athens"}),
    }  # fmt: skip
    cases = {
        "request": accepted(
            "Athens, restored, asks Hamburg.",
            given(token),
            {
                "iss": ATHENS,
                "incarnation": 2,
                "since": NOW - 86400,
                "checkpoint": NOTE.decode(),
                "after": None,
            },
        ),
        "request-goes-on": accepted(
            "It goes on behind an item of a round.",
            given(_signed(resync.REQUEST_TYPE, token, {"after": {"round": SECOND, "items": 2}})),
            {"iss": ATHENS, "incarnation": 2, "after": {"round": SECOND, "items": 2}},
        ),
        "request-to-another": refused("For another node.", given(token, aud="fr/lyon"), "resync-mismatch"),
        "request-late": refused("Caught and sent later.", given(token, now=NOW + 601), "resync-clock"),
        "request-early": refused("Dated ahead.", given(token, now=NOW - 601), "resync-clock"),
        "request-of-another": refused(
            "Signed by somebody else.",
            given(token, public_hex=OTHER_SIGNER.public.hex()),
            "signature",
        ),
        "request-as-answer": refused(
            "An answer is no request.", given(resync.answer(GIVEN, signer=SIGNER)), "malformed"
        ),
    }
    return cases | {
        f"request-{name}": refused(text, given(_signed(resync.REQUEST_TYPE, token, changes)), "malformed")
        for name, (text, changes) in wrong.items()
    }


def _answers() -> dict[str, Case]:
    asked, token = resync.ask(ASKED, signer=SIGNER), resync.answer(GIVEN, signer=OTHER_SIGNER)

    def given(data: bytes, request: bytes = asked) -> Case:
        public = OTHER_SIGNER.public.hex()
        return {"answer": data.decode(), "request": request.decode(), "public_hex": public}

    def changed(**changes: Any) -> Case:
        return given(_signed(resync.ANSWER_TYPE, token, changes, OTHER_SIGNER))

    def items(number: int) -> list[dict[str, Any]]:
        return [{"envelope": ENVELOPE.decode(), "payload": None}] * number

    def round_(name: str = FIRST, number: int = 1, **other: Any) -> dict[str, Any]:
        return {"round": name, "chain": [], "items": items(number), **other}

    later = resync.ask(Request(**{**vars(ASKED), "after": Place(round=SECOND, items=2)}), signer=SIGNER)
    onwards = {"re": strict.digest(later), "after": None}
    wrong: dict[str, tuple[str, dict[str, Any]]] = {
        "foreign-member": ("No other member.", {"more": 1}),
        "twice-a-round": ("Each round once.", {"rounds": [round_(), round_()], "after": None}),
        "other-order": ("Rounds in the order of their names.", {"rounds": [round_(SECOND), round_()], "after": None}),
        "empty-round": ("A round of which nothing was said.", {"rounds": [round_(number=0)], "after": None}),
        "many-items": ("More items than an answer holds.", {"rounds": [round_(FIRST, 300), round_(SECOND, 300)]}),
        "payload-object": ("A payload is text.", {"rounds": [round_(items=[{"envelope": "a", "payload": {}}])]}),
        "ends-elsewhere": ("It names the place at which it ends.", {"after": {"round": SECOND, "items": 3}}),
        "goes-nowhere": ("Without an item there is nothing to go on from.", {"rounds": []}),
        "long-chain": ("A chain has at most 64 parts.", {"rounds": [round_(chain=["e30.e30.AQ"] * 65)], "after": None}),
    }  # fmt: skip
    cases = {
        "answer": accepted(
            "Two rounds, and there are more.",
            given(token),
            {
                "rounds": [[FIRST, [DEED.decode()], 1], [SECOND, [], 2]],
                "checkpoint": NOTE.decode(),
                "after": {"round": SECOND, "items": 2},
            },
        ),
        "answer-nothing": accepted(
            "Nothing was said between the two.",
            changed(rounds=[], after=None, checkpoint=None),
            {"rounds": [], "checkpoint": None, "after": None},
        ),
        "answer-to-another-request": refused("To another request.", given(token, later), "resync-mismatch"),
        "answer-of-another-node": refused("Another node's.", changed(iss="fr/lyon"), "resync-mismatch"),
        "answer-to-another-node": refused("For another node.", changed(aud="fr/lyon"), "resync-mismatch"),
        "answer-of-another-key": refused(
            "Signed by somebody else.", given(resync.answer(GIVEN, signer=SIGNER)), "signature"
        ),
        "answer-came-already": refused(
            "What came already does not come again.",
            given(_signed(resync.ANSWER_TYPE, token, onwards, OTHER_SIGNER), later),
            "malformed",
        ),
    }
    return cases | {
        f"answer-{name}": refused(text, changed(**value), "malformed")
        for name, (text, value) in wrong.items()
    }
