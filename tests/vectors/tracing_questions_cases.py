"""The cases of docs/spec/tracing-questions.md: rows, questions, and openings of a committed index."""

from dataclasses import replace
from hashlib import sha512
from typing import Final

from handover.domain.ids import Digest, NodeId
from handover.protocol import question
from handover.protocol.committed_index import Index, Statement, binding
from handover.protocol.question_header import Header, name_of, row
from vectors.made import OTHER_SIGNER, SIGNER, Case, accepted, refused

NOW: Final = 1_790_000_000
HOLDER: Final = NodeId("gr/athens")
OUTPUTS: Final = [sha512(b"output %d" % number).digest() for number in range(5)]
HEADER: Final = Header(
    id=bytes(range(16)),
    epoch=3,
    tables=bytes(range(32)),
    asker=Digest(SIGNER.kid),
    holder=name_of(HOLDER),
    issued=NOW,
    expires=NOW + 86400,
)


class _Fixed:
    """Bytes that are the same in every run."""

    def __init__(self) -> None:
        self._number = 0

    def __call__(self, length: int) -> bytes:
        self._number += 1
        return sha512(b"random %d" % self._number).digest()[:length]


def _question() -> bytes:
    return question.seal(
        OUTPUTS,
        lambda salt: salt + bytes(range(224)),
        header=HEADER,
        holder=HOLDER,
        signer=SIGNER,
        random=_Fixed(),
    )


QUESTION: Final = _question()
LEAVES: Final = [(row(each, holder=HOLDER, epoch=3).address, each) for each in OUTPUTS]
INDEX: Final = Index(
    [(address, binding(output[:16], "record", address)) for address, output in LEAVES], seed=bytes(range(32))
)
STATEMENT: Final = Statement(
    node=HOLDER, epoch=3, tables=bytes(range(32)), depth=INDEX.depth, root=INDEX.root, made_at=NOW
)


def cases() -> dict[str, Case]:
    """Give the chapter's cases by name."""
    return {**_rows(), **_questions(), **_openings()}


def _rows() -> dict[str, Case]:
    found = {}
    for name, holder, epoch in (
        ("row", HOLDER, 3),
        ("row-elsewhere", NodeId("de/hamburg"), 3),
        ("row-later", HOLDER, 4),
    ):
        made = row(OUTPUTS[0], holder=holder, epoch=epoch)
        given = {"output_hex": OUTPUTS[0].hex(), "holder": holder, "epoch": epoch}
        expected = {"address_hex": made.address.hex(), "wrap_hex": made.wrap.hex()}
        found[name] = accepted("The row of one output.", given, expected)
    short = {"output_hex": OUTPUTS[0][:63].hex(), "holder": HOLDER, "epoch": 3}
    found["row-short"] = refused("An output is 64 bytes.", short, "malformed")
    return found


def _given(data: bytes, **changed: object) -> Case:
    return {
        "question_hex": data.hex(),
        "public_hex": SIGNER.public.hex(),
        "holder": HOLDER,
        "epoch": 3,
        "tables_hex": HEADER.tables.hex(),
        "now": NOW,
        "index_hex": [OUTPUTS[2].hex()],
        **changed,
    }


def _signed(body: bytes, signer: object = SIGNER) -> bytes:
    return body + SIGNER.sign(body) if signer is SIGNER else body + OTHER_SIGNER.sign(body)


def _questions() -> dict[str, Case]:
    opened = question.opened(
        question.read(QUESTION).verify(SIGNER.public),
        {made.address: made.wrap for made in [row(OUTPUTS[2], holder=HOLDER, epoch=3)]}.get,
    )
    if opened is None:
        raise AssertionError("an equal key opens")
    expected = {
        "evidence_hex": opened.evidence.hex(),
        "salt_hex": opened.salt.hex(),
        "addresses_hex": [each.hex() for each in opened.addresses],
    }
    steps = {"outputs_hex": [each.hex() for each in OUTPUTS]}
    nothing = {"evidence_hex": None}
    body, at = QUESTION[:-64], question.SIZE - 64 - 256 - 48 * 32
    relabelled = replace(HEADER, asker=Digest(OTHER_SIGNER.kid)).encode()
    found = {
        "question": accepted("An equal key opens the evidence.", _given(QUESTION), expected, steps),
        "question-unknown": accepted("No key is equal.", _given(QUESTION, index_hex=[]), nothing),
        "question-relabelled": accepted(
            "Signed anew as another's, it opens for nobody.",
            _given(
                _signed(relabelled + body[len(relabelled) :], OTHER_SIGNER),
                public_hex=OTHER_SIGNER.public.hex(),
            ),
            nothing,
        ),
    }
    swapped = body[:at] + body[at + 32 : at + 64] + body[at : at + 32] + body[at + 64 :]
    for name, note, given, error in (
        (
            "question-changed",
            "A bit is another.",
            _given(QUESTION[:-65] + bytes([QUESTION[-65] ^ 1]) + QUESTION[-64:]),
            "signature",
        ),
        (
            "question-other-key",
            "Another key has signed.",
            _given(QUESTION, public_hex=OTHER_SIGNER.public.hex()),
            "signature",
        ),
        ("question-order", "Two rows have changed places.", _given(_signed(swapped)), "malformed"),
        (
            "question-twice",
            "A row comes twice.",
            _given(_signed(body[: at + 32] + body[at : at + 32] + body[at + 64 :])),
            "malformed",
        ),
        ("question-size", "A byte too many.", _given(QUESTION + b"\0"), "malformed"),
        ("question-version", "Another version.", _given(_signed(b"HOq2" + body[4:])), "malformed"),
        (
            "question-elsewhere",
            "It is for another holder.",
            _given(QUESTION, holder="de/hamburg"),
            "question-elsewhere",
        ),
        ("question-over", "Its time is over.", _given(QUESTION, now=NOW + 86400), "question-over"),
        ("question-early", "Its time has not begun.", _given(QUESTION, now=NOW - 601), "question-over"),
        ("question-epoch", "Another epoch has come.", _given(QUESTION, epoch=4), "question-epoch"),
        (
            "question-tables",
            "The tables are others: said, never a silent miss.",
            _given(QUESTION, tables_hex=bytes(32).hex()),
            "question-tables",
        ),
    ):
        found[name] = refused(note, given, error)
    return found


def _openings() -> dict[str, Case]:
    address, output = LEAVES[0]
    opening = INDEX.opening(address, binding(output[:16], "record", address))
    given = {"statement": STATEMENT.encode().decode(), "opening_hex": opening.encode().hex()}
    expected = {"address_hex": address.hex(), "digest": STATEMENT.digest}
    found = {
        "opening": accepted(
            "An address that was in the index.",
            given,
            expected,
            {"salt_hex": output[:16].hex(), "record": "record", "binding_hex": opening.binding.hex()},
        )
    }
    for name, note, wrong, error in (
        (
            "opening-other-leaf",
            "Another leaf.",
            replace(opening, binding=bytes(32)).encode(),
            "index-opening",
        ),
        (
            "opening-other-place",
            "Another place.",
            replace(opening, place=opening.place ^ 1).encode(),
            "index-opening",
        ),
        ("opening-cut", "A hash is missing.", opening.encode()[:-32], "malformed"),
    ):
        found[name] = refused(note, given | {"opening_hex": wrong.hex()}, error)
    other = replace(STATEMENT, root=bytes(32)).encode().decode()
    found["opening-other-root"] = refused("Another root.", given | {"statement": other}, "index-opening")
    return found
