"""The cases of docs/spec/reconciliation.md: what a node asks another about their messages, and how it is answered."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from handover.domain.handover import Act
from handover.domain.ids import Digest, NodeId, RoundId
from handover.protocol import digest_tree, jws, reconciliation, reconciliation_answer, strict
from handover.protocol.digest_tree import Summary
from handover.protocol.envelope import LogHead
from handover.protocol.reconciliation import Part, Question
from handover.protocol.reconciliation_answer import Answer, Listed, Told
from vectors.made import OTHER_SIGNER, SIGNER, Case, accepted, refused

ATHENS: Final = NodeId("gr/athens")
HAMBURG: Final = NodeId("de/hamburg")
AT: Final = 1_790_812_800
ROUND: Final = RoundId("A" * 21 + "w")


def messages(number: int) -> list[bytes]:
    """Give the digests of so many messages, in order."""
    return sorted(sha256(b"message %d" % each).digest() for each in range(number))


def listed(digests: Sequence[bytes], *, receipted: bool = True) -> tuple[Listed, ...]:
    """Give messages of one round by their digests."""
    return tuple(
        Listed(digest=Digest(strict.b64(each)), round=ROUND, act=Act.OFFER, receipted=receipted)
        for each in digests
    )


def head(size: int) -> LogHead:
    """Give a log of a size."""
    return LogHead(size=size, root=strict.digest(b"root %d" % size))


SAID: Final = messages(40)
HEARD: Final = messages(7)
QUESTION: Final = Question(
    asker=ATHENS,
    asked=HAMBURG,
    issued=AT,
    nonce=bytes(range(16)),
    log=head(700),
    parts=(
        Part(by=HAMBURG, prefix="", summary=digest_tree.summary(HEARD)),
        Part(by=ATHENS, prefix="", summary=digest_tree.summary(SAID)),
    ),
)
ASKED: Final = reconciliation.sign(QUESTION, signer=SIGNER)
LOST: Final = SAID[:17] + SAID[18:]  # what Hamburg has of what Athens has said: one message less
ANSWER: Final = Answer(
    asked=HAMBURG,
    asker=ATHENS,
    issued=AT + 1,
    re=strict.digest(ASKED),
    incarnation=1,
    log=head(900),
    parts=(
        Told(by=HAMBURG, prefix="", summary=digest_tree.summary(HEARD)),
        Told(
            by=ATHENS,
            prefix="",
            summary=digest_tree.summary(LOST),
            branches=tuple(digest_tree.summary(each, depth=1) for each in digest_tree.parted(LOST, depth=0)),
        ),
    ),
)
ANSWERED: Final = reconciliation_answer.sign(ANSWER, signer=OTHER_SIGNER)
DENIED: Final = SAID[17]
NARROW: Final = DENIED.hex()[:1]


def _narrowed() -> tuple[bytes, bytes]:
    """Give the next question, about the branch that differs, and its answer: a list without the lost message."""
    mine = [each for each in SAID if each.hex().startswith(NARROW)]
    question = replace(
        QUESTION, parts=(Part(by=ATHENS, prefix=NARROW, summary=digest_tree.summary(mine, depth=1)),)
    )
    asked = reconciliation.sign(question, signer=SIGNER)
    theirs = [each for each in mine if each != DENIED]
    told = Told(by=ATHENS, prefix=NARROW, summary=digest_tree.summary(theirs, depth=1), listed=listed(theirs))
    answer = replace(ANSWER, re=strict.digest(asked), parts=(told,))
    return asked, reconciliation_answer.sign(answer, signer=OTHER_SIGNER)


NARROWED, NARROW_ANSWER = _narrowed()


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    found = {
        "question": _question("Athens asks about all that the two have said to one another.", ASKED),
        "answer": _answer("Hamburg has one message less: sixteen branches.", ASKED, ANSWERED),
        "question-narrowed": _question("About the one branch that differs.", NARROWED),
        "answer-narrowed": _answer("Which messages Hamburg has there.", NARROWED, NARROW_ANSWER),
        "tree-of-nothing": _tree("No message at all.", []),
        "tree-leaf": _tree("As many as a leaf holds.", messages(digest_tree.LISTED)),
        "tree-of-seventeen": _tree("One more: sixteen branches.", messages(digest_tree.LISTED + 1)),
        "tree-of-a-thousand": _tree("Branches of branches.", messages(1000)),
    }
    for name, note, changes in _questions():
        found[name] = refused(
            note, _input(_changed(ASKED, reconciliation.TYPE, SIGNER, changes)), "malformed"
        )
    for name, note, changes in _answers():
        data = _changed(ANSWERED, reconciliation_answer.TYPE, OTHER_SIGNER, changes)
        found[name] = refused(note, _answer_input(ASKED, data), "malformed")
    for name, note, changes in _lists():
        data = _changed(NARROW_ANSWER, reconciliation_answer.TYPE, OTHER_SIGNER, changes)
        found[name] = refused(note, _answer_input(NARROWED, data), "malformed")
    for name, note, given, error in _whole():
        found[name] = refused(note, given, error)
    return found


def claims(token: bytes) -> Any:
    """Give the claims of a token."""
    return json.loads(strict.unb64(token.split(b".")[1].decode()))


def _input(token: bytes) -> Case:
    return {"jws": token.decode(), "public_hex": SIGNER.public.hex()}


def _answer_input(question: bytes, token: bytes) -> Case:
    return {"question": question.decode(), "jws": token.decode(), "public_hex": OTHER_SIGNER.public.hex()}


def _question(note: str, token: bytes) -> Case:
    return accepted(note, _input(token), {"kid": SIGNER.kid, "claims": claims(token)})


def _answer(note: str, question: bytes, token: bytes) -> Case:
    return accepted(note, _answer_input(question, token), {"kid": OTHER_SIGNER.kid, "claims": claims(token)})


def _tree(note: str, digests: Sequence[bytes]) -> Case:
    made: Summary = digest_tree.summary(digests)
    given = {"digests": [strict.b64(each) for each in digests]}
    return accepted(note, given, {"count": made.count, "digest": made.digest})


def _changed(token: bytes, typ: str, signer: jws.Signer, changes: Case) -> bytes:
    kept = {name: value for name, value in (claims(token) | changes).items() if value != "left out"}
    return jws.sign(json.dumps(kept, separators=(",", ":")).encode(), typ=typ, signer=signer)


def _parts(token: bytes, place: int, **changes: Any) -> Case:
    parts = claims(token)["parts"]
    parts[place] |= changes
    return {"parts": parts}


def _questions() -> Iterator[tuple[str, str, Case]]:
    parts = claims(ASKED)["parts"]
    yield "question-to-itself", "Nobody asks itself.", {"aud": "gr/athens"}
    yield "question-of-others", "Nothing is asked about a third node.", _parts(ASKED, 0, by="fr/paris")
    yield "question-nonce-short", "A nonce is 16 bytes.", {"nonce": strict.b64(bytes(15))}
    yield "question-without-parts", "A question has a part.", {"parts": []}
    yield "question-out-of-order", "Parts are in order.", {"parts": parts[::-1]}
    yield "question-part-twice", "A part comes once.", {"parts": [parts[0], *parts]}
    within = [parts[0], {**parts[0], "prefix": "a"}, parts[1]]
    yield (
        "question-part-within",
        "No part is within another: each message is looked at once.",
        {"parts": within},
    )
    many = [{**parts[0], "prefix": f"{number:02x}"} for number in range(33)]
    yield "question-parts-33", "At most 32 parts.", {"parts": many}
    yield "prefix-capital", "A prefix is lower case.", _parts(ASKED, 0, prefix="A")
    yield "prefix-long", "A prefix has at most 16 digits.", _parts(ASKED, 0, prefix="0" * 17)
    yield "count-negative", "A count is no negative number.", _parts(ASKED, 0, count=-1)
    yield "question-log-left-out", "The asker says how far its log has come.", {"log": "left out"}
    yield "question-more", "No other member.", {"since": 1}


def _answers() -> Iterator[tuple[str, str, Case]]:
    branches = claims(ANSWERED)["parts"][1]["branches"]
    yield "branches-fifteen", "There are sixteen branches.", _parts(ANSWERED, 1, branches=branches[:15])
    swapped = [branches[1], branches[0], *branches[2:]]
    yield "branches-swapped", "Branches are in order.", _parts(ANSWERED, 1, branches=swapped)
    yield "branches-of-less", "Branches count what the whole counts.", _parts(ANSWERED, 1, count=38)
    yield "branches-and-list", "Branches or a list.", _parts(ANSWERED, 1, listed=[])
    yield "incarnation-none", "The first incarnation is 1.", {"incarnation": 0}
    yield "answer-log-left-out", "The answer says how far its log has come.", {"log": "left out"}


def _lists() -> Iterator[tuple[str, str, Case]]:
    told = claims(NARROW_ANSWER)["parts"][0]["listed"]
    yield "list-cut", "A list is whole.", _parts(NARROW_ANSWER, 0, listed=told[:-1])
    yield "list-twice", "A digest is listed once.", _parts(NARROW_ANSWER, 0, listed=[told[0], *told])
    other = {**told[0], "digest": strict.b64(bytes.fromhex("%x" % (15 - int(NARROW, 16)) * 64))}
    yield "list-of-another-part", "A digest is listed in its part.", _parts(NARROW_ANSWER, 0, listed=[other])
    open_ = [{**each, "receipted": False} for each in told]
    nothing = digest_tree.summary([], depth=1)
    yield (
        "list-of-what-is-not-receipted",
        "What came from the asker has a receipt.",
        _parts(NARROW_ANSWER, 0, listed=open_, count=0, digest=nothing.digest),
    )
    act = [{**told[0], "act": "letter"}, *told[1:]]
    yield "list-of-another-act", "An act is one of the protocol.", _parts(NARROW_ANSWER, 0, listed=act)
    word = [{**told[0], "receipted": 1}, *told[1:]]
    yield "list-receipted-number", "Yes or no is no number.", _parts(NARROW_ANSWER, 0, listed=word)


def _whole() -> Iterator[tuple[str, str, Case, str]]:
    mismatch = "reconciliation-mismatch"
    elsewhere = _answer_input(NARROWED, ANSWERED)
    yield "answer-to-another-question", "The answer is bound to its question.", elsewhere, mismatch
    less = replace(ANSWER, parts=ANSWER.parts[:1])
    cut = reconciliation_answer.sign(less, signer=OTHER_SIGNER)
    yield "answer-in-part", "Each part is answered.", _answer_input(ASKED, cut), mismatch
    same = replace(ANSWER, parts=(ANSWER.parts[0], replace(ANSWER.parts[1], branches=None)))
    bare = reconciliation_answer.sign(same, signer=OTHER_SIGNER)
    stops = _answer_input(ASKED, bare)
    yield "answer-that-differs-and-stops", "Who holds something else says what.", stops, mismatch
    other = {**_answer_input(ASKED, ANSWERED), "public_hex": SIGNER.public.hex()}
    yield "answer-signed-by-another", "Another key.", other, "signature"
    foreign = {**_input(ASKED), "public_hex": OTHER_SIGNER.public.hex()}
    yield "question-signed-by-another", "Another key.", foreign, "signature"
    yield "question-as-an-answer", "The types are two.", _answer_input(ASKED, ASKED), "malformed"
    yield (
        "prefix-of-nothing",
        "The tree is of digests in order.",
        {"digests": ["A" * 43, "A" * 42]},
        "malformed",
    )
