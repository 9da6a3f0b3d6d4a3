"""Makes the vectors of what an offer shows of earlier deeds: `python tests/vectors/make_chain.py` writes them anew.

Keys are made of published seeds. Signatures of logs are random, so they come out different each time.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

ROOT: Final = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]

from handover.domain.handover import Act  # noqa: E402
from handover.domain.ids import Digest, NodeId  # noqa: E402
from handover.protocol import checkpoint, cosignature, node_entry, receipt, strict  # noqa: E402
from handover.protocol import envelope as envelopes  # noqa: E402
from handover.protocol.checkpoint import Checkpoint, LogSigner  # noqa: E402
from handover.protocol.cosignature import WitnessSigner  # noqa: E402
from handover.protocol.entry import EntryKind  # noqa: E402
from handover.protocol.node_key import KeyUse  # noqa: E402
from handover.protocol.receipt import Receipt  # noqa: E402
from paper import NOW, Author, Paper, Tale  # noqa: E402
from registrar import seed  # noqa: E402
from vectors import made  # noqa: E402
from vectors.made import Case  # noqa: E402

NODES: Final = made.FOLDER / "chain-nodes.json"
ATHENS, HAMBURG, LYON = map(NodeId, ("gr/athens", "de/hamburg", "fr/lyon"))
LISTED: Final = (KeyUse.SIG, KeyUse.LOG, KeyUse.LOG_PQ)


@dataclass
class Shown:
    """Athens gave a child to Hamburg, and Hamburg to Lyon: the tales, and what an offer of Lyon shows of them."""

    first: Tale
    second: Tale

    def __post_init__(self) -> None:
        """Take the deeds, and the receipts of their takers."""
        self.deeds = [_deed(self.first), _deed(self.second)]
        self.receipts = [_text(_given(self.first)), _text(_given(self.second))]

    @property
    def logged(self) -> int:
        """When Hamburg logged the deed of Athens."""
        return envelopes.read(self.deeds[0].encode()).claimed.iat


def told() -> Shown:
    """Tell both handovers."""
    a, b, c = (Author(name, now=NOW - 60) for name in (ATHENS, HAMBURG, LYON))
    nowhere = cast(Paper, None)
    first = Tale(nowhere, a, b).whole()
    second = Tale(nowhere, b, c, name="on", epoch=2, now=first.now, deadline=first.now + 86_400).whole()
    return Shown(first, second)


def _deed(tale: Tale) -> str:
    return tale.parts[tale.said[Act.DEED]].decode()


def _given(tale: Tale) -> Receipt:
    deed = tale.said[Act.DEED]
    stated, note = next((each, note) for _, digest, each, note in tale.receipts if digest == deed)
    return Receipt(entry=stated.document, index=stated.index, path=stated.path, checkpoint=note)


def _text(found: Receipt) -> str:
    return strict.b64(receipt.to_proof(found))


def _logged(author: Author, tale: Tale, *, kind: EntryKind = EntryKind.RECEIVED, stream: str = "") -> str:
    """Let *author* log the deed of a tale, and give the proof."""
    at = envelopes.read(_deed(tale).encode()).claimed.iat
    index = author.enter(kind, stream or tale.pair, tale.said[Act.DEED], at)
    path, document = author.tree.inclusion(index), author.documents[index]
    return _text(Receipt(entry=document, index=index, path=path, checkpoint=author.signed(at)))


def _later(found: Receipt) -> str:
    """Give the same proof in the log of the second incarnation."""
    head = Checkpoint.parse(found.checkpoint.partition(b"\n\n")[0].decode() + "\n")
    signer = LogSigner(
        origin=f"{HAMBURG}/log/2", ed25519=seed(f"{HAMBURG} log"), mldsa44=seed(f"{HAMBURG} log-pq")
    )
    new = checkpoint.sign(replace(head, origin=signer.key.origin), signer, NOW)
    return _text(replace(found, checkpoint=new))


def _cosigned(found: Receipt, at: int) -> str:
    """Give the same receipt, whose checkpoint Lyon has cosigned."""
    head = Checkpoint.parse(found.checkpoint.partition(b"\n\n")[0].decode() + "\n")
    lyon = LogSigner(origin=f"{LYON}/log", ed25519=seed(f"{LYON} log"), mldsa44=seed(f"{LYON} log-pq"))
    lines = WitnessSigner(lyon).cosign(head, at)
    return _text(replace(found, checkpoint=cosignature.joined(found.checkpoint, lines)))


Stolen = dict[NodeId, dict[KeyUse, int | None]]


def _input(evidence: Sequence[str], listed: Stolen | None = None, **offer: Any) -> Case:
    usual = {"iss": LYON, "epoch": 3, "purpose": "child-protection", "schema": "guardianship/1"}
    return {"evidence": list(evidence), "offer": usual | offer, "stolen": listed or {}}


def cases() -> dict[str, Case]:
    """Give the cases by name."""
    shown = told()
    digests = [strict.digest(each.encode()) for each in shown.deeds]
    found = {
        name: made.accepted(text, given, {"deeds": digests[: given["offer"]["epoch"] - 1]})
        for name, (text, given) in _true(shown).items()
    }
    every = {**_stolen(shown), **_links(shown), **_receipts(shown)}
    found |= {name: made.refused(text, given, "chain") for name, (text, given) in every.items()}
    return found | {
        name: made.refused(text, given, "chain-unlisted") for name, (text, given) in _unlisted(shown).items()
    }


def _true(shown: Shown) -> dict[str, tuple[str, Case]]:
    deeds, receipts, at = shown.deeds, shown.receipts, shown.logged
    both = [*deeds, *receipts]
    return {
        "first-offer": ("A matter that was never handed over.", _input([], epoch=1, iss=ATHENS)),
        "one-deed": (
            "One deed, and the receipt of its taker.",
            _input([deeds[0], receipts[0]], epoch=2, iss=HAMBURG),
        ),
        "deeds-alone": ("Two deeds without any receipt: their keys are sound.", _input(deeds)),
        "receipted": ("Two deeds, each with the receipt of its taker.", _input(both)),
        "second-receipted": ("The first has none.", _input([*deeds, receipts[1]])),
        "key-stolen-since": (
            "The first deed was logged a second before its key was in other hands.",
            _input(both, {ATHENS: {KeyUse.SIG: at + 1}}),
        ),
        "key-retired": ("The key of the first deed was retired.", _input(both, {ATHENS: {KeyUse.SIG: None}})),
        "log-stolen-since": (
            "The taker's log came into other hands a second after, too.",
            _input(both, {ATHENS: {KeyUse.SIG: at + 1}, HAMBURG: {KeyUse.LOG: at + 1}}),
        ),
        "log-stolen-before": (
            "The taker's log was in other hands, but the key of the deed is sound.",
            _input(both, {HAMBURG: {KeyUse.LOG: at}}),
        ),
        "log-of-a-restored-node": (
            "The receipt is of the taker's second incarnation.",
            _input([*deeds, _later(_given(shown.first))], {ATHENS: {KeyUse.SIG: at + 1}}),
        ),
        "cosigned": (
            "A witness has cosigned the checkpoint of the receipt.",
            _input([*deeds, _cosigned(_given(shown.first), at)], {ATHENS: {KeyUse.SIG: at + 1}}),
        ),
    }


def _stolen(shown: Shown) -> dict[str, tuple[str, Case]]:
    deeds, receipts, at = shown.deeds, shown.receipts, shown.logged
    both = [*deeds, *receipts]
    return {
        "key-stolen-undated": (
            "No receipt shows that the first deed was there before its key was in other hands.",
            _input([*deeds, receipts[1]], {ATHENS: {KeyUse.SIG: at + 1}}),
        ),
        "key-stolen-before": (
            "It was logged in the second from which its key may have been in other hands.",
            _input(both, {ATHENS: {KeyUse.SIG: at}}),
        ),
        **{
            f"{use}-stolen": (
                "The key of the deed is not sound, and its taker's log may have been in other hands, too.",
                _input(both, {ATHENS: {KeyUse.SIG: at + 1}, HAMBURG: {use: at}}),
            )
            for use in (KeyUse.LOG, KeyUse.LOG_PQ)
        },
        "log-stolen-cosigned": (
            "That a witness saw it before does not help.",
            _input(
                [*deeds, _cosigned(_given(shown.first), at)],
                {ATHENS: {KeyUse.SIG: at + 1}, HAMBURG: {KeyUse.LOG: at}},
            ),
        ),
    }


def _links(shown: Shown) -> dict[str, tuple[str, Case]]:
    deeds = shown.deeds
    acceptance = shown.first.parts[shown.first.said[Act.ACCEPTANCE]].decode()
    head, _, signature = deeds[1].rpartition(".")
    bent = f"{head}.{strict.b64(bytes([strict.unb64(signature)[0] ^ 1]) + strict.unb64(signature)[1:])}"
    claimed = envelopes.read(deeds[1].encode()).claimed
    other = shown.first.sender
    by_other = envelopes.sign(replace(claimed, iss=ATHENS, aud=LYON), signer=other.signer).decode()
    return {
        "deed-missing": ("The second deed is not there.", _input(deeds[:1])),
        "deed-too-many": ("The offer has the number of the second deed.", _input(deeds, epoch=2)),
        "deeds-swapped": ("The second deed stands first.", _input(deeds[::-1])),
        "deed-twice": ("The first deed stands there twice.", _input([deeds[0], deeds[0]])),
        "deed-by-another": (
            "Who gave the second was not the taker of the first.",
            _input([deeds[0], by_other]),
        ),
        "offered-by-another": ("Who offers is not the taker of the last.", _input(deeds, iss=HAMBURG)),
        "other-purpose": ("The offer has another purpose.", _input(deeds, purpose="family-tracing")),
        "other-schema": ("The offer has another schema.", _input(deeds, schema="tracing/1")),
        "acceptance": ("An acceptance stands in the place of a deed.", _input([acceptance, deeds[1]])),
        "signature": ("One bit of a deed's signature is another.", _input([deeds[0], bent])),
    }


def _unlisted(shown: Shown) -> dict[str, tuple[str, Case]]:
    """What an old registry may lack: a newer one decides."""
    deeds, lyon, proof = shown.deeds, shown.second.receiver, _given(shown.first)
    claimed = envelopes.read(deeds[1].encode()).claimed
    by_nobody = envelopes.sign(claimed, signer=lyon.signer).decode()
    head = Checkpoint.parse(proof.checkpoint.partition(b"\n\n")[0].decode() + "\n")
    new = LogSigner(origin=f"{HAMBURG}/log", ed25519=seed(f"{LYON} log"), mldsa44=seed(f"{LYON} log-pq"))
    unlisted = _text(replace(proof, checkpoint=checkpoint.sign(head, new, NOW)))
    return {
        "key-of-another": ("A deed is signed with the key of another node.", _input([deeds[0], by_nobody])),
        "receipt-unlisted": (
            "The log of a deed's taker has signed with keys that are not listed.",
            _input([*deeds, unlisted]),
        ),
    }


def _receipts(shown: Shown) -> dict[str, tuple[str, Case]]:
    deeds, (one, two) = shown.deeds, shown.receipts
    first, giver, taker = shown.first, shown.first.sender, shown.first.receiver
    proof = _given(first)
    bent = replace(proof, path=(bytes(32), *proof.path[1:]))
    no_deed: Digest = first.said[Act.ACCEPTANCE]
    other = next((each, note) for _, digest, each, note in first.receipts if digest == no_deed)
    of_none = Receipt(entry=other[0].document, index=other[0].index, path=other[0].path, checkpoint=other[1])
    return {
        "receipts-first": ("The receipts stand before the deeds.", _input([one, two, *deeds])),
        "receipts-between": ("A receipt stands behind its deed.", _input([deeds[0], one, deeds[1]])),
        "receipts-swapped": ("The receipts have another order than the deeds.", _input([*deeds, two, one])),
        "receipt-twice": ("One receipt stands there twice.", _input([*deeds, one, one])),
        "receipt-of-no-deed": ("A receipt is of an acceptance.", _input([*deeds, _text(of_none)])),
        "receipt-of-its-giver": (
            "It is of the log of who gave the deed.",
            _input([*deeds, _logged(giver, first)]),
        ),
        "receipt-of-another-matter": (
            "It files the deed under another matter.",
            _input([*deeds, _logged(taker, first, stream=strict.b64(bytes(16)))]),
        ),
        "receipt-as-sent": (
            "The entry says that the deed was sent.",
            _input([*deeds, _logged(taker, first, kind=EntryKind.SENT)]),
        ),
        "receipt-false": ("Its path leads elsewhere, and no key was stolen.", _input([*deeds, _text(bent)])),
        "receipt-padded": ("It has a second spelling.", _input([*deeds, f"{one}=", two])),
    }


def nodes() -> dict[NodeId, str]:
    """Give the entries of the three nodes, with the keys that are asked for."""
    found = {}
    for name in (ATHENS, HAMBURG, LYON):
        author = Author(name, now=NOW - 60)
        keys = [each for each in author.public_keys() if each.use in LISTED]
        found[name] = node_entry.encode(author.entry(keys=keys)).decode()
    return found


if __name__ == "__main__":
    NODES.write_text(json.dumps(nodes(), ensure_ascii=True, indent=1) + "\n", "utf-8")
    made.write("chain", cases())
