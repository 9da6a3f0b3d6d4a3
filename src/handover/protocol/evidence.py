"""The evidence bundle: all that is known of one matter in one file, without a personal value (docs/spec/evidence.md).

Lines of text. The second line is a manifest, signed by the exporting node, with the digest of every line behind
it, in their order; so no byte can be changed, and no line added, removed or moved, without it being seen. What the
lines say is judged elsewhere (`application.verifier`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from handover.domain.errors import MalformedError
from handover.domain.ids import Digest, MatterId, NodeId
from handover.domain.record import MatterKind
from handover.domain.sentences import Sentence, sentence
from handover.protocol import jws, strict
from handover.protocol.strict import Json

TYPE: Final = "handover-evidence+jwt"
FIRST_LINE: Final = b"handover-evidence/1"
BUNDLE_LIMIT: Final = 64 * 1024 * 1024  # bytes
MANIFEST_LIMIT: Final = 16 * 1024 * 1024
LINES_LIMIT: Final = 200_000
_MANIFEST: Final = b"manifest"
_MEMBERS: Final = ("iss", "iat", "matter", "kind", "log", "parts")


class Word(StrEnum):
    """The first word of a line: what the rest of it is. Lines stand in the order of these words."""

    ROOT = "root"
    """A root page of the registry; together the chain from the first one on."""
    TIMESTAMP = "timestamp"
    """A timestamp page of the registry: one set of metadata, found from here by digests."""
    PAGE = "page"
    """A snapshot, top or country page of the registry."""
    NODE = "node"
    """A node entry."""
    CHECKPOINT = "checkpoint"
    """A log's signed checkpoint, as a JSON string."""
    ENTRY = "entry"
    """An entry of the exporter's log with its place and proof."""
    CONSISTENCY = "consistency"
    """The proof that the exporter's log has grown out of an earlier size."""
    ENVELOPE = "envelope"
    """An envelope of the matter, sent or received."""
    REFUSED = "refused"
    """An envelope that the exporter refused and kept, because it contradicts another."""
    DEED = "deed"
    """A deed between others, from before the exporter's time."""
    RECORD = "record"
    """The signed skeleton of a record, without disclosures."""
    CONSENT = "consent"
    """The token of a ground, without the statement behind it."""
    RECEIPT = "receipt"
    """A receipt for an envelope, given or got."""
    ATTESTATION = "attestation"
    """The exporter's word that a passkey is that of one of its officers in this matter."""
    ASSERTION = "assertion"
    """What an officer's passkey has signed."""


LINE_LIMIT: Final[dict[Word, int]] = {
    Word.ROOT: 512_000,
    Word.TIMESTAMP: 16_384,
    Word.PAGE: 4_194_304,
    Word.NODE: strict.PART_LIMIT,
    Word.CHECKPOINT: 300_000,
    Word.ENTRY: 8192,
    Word.CONSISTENCY: 8192,
    Word.ENVELOPE: strict.PART_LIMIT,
    Word.REFUSED: strict.PART_LIMIT,
    Word.DEED: strict.PART_LIMIT,
    Word.RECORD: strict.PART_LIMIT,
    Word.CONSENT: strict.PART_LIMIT,
    Word.RECEIPT: 8192,
    Word.ATTESTATION: 8192,
    Word.ASSERTION: 8192,
}
"""The longest text of a line behind its word, in bytes."""

_LATER: Final = (Word.ATTESTATION, Word.ASSERTION)  # a manifest names them only where there is one
Lines = Mapping[Word, Sequence[bytes]]
_WORDS: Final = {word.value.encode(): word for word in Word}
_ORDER: Final = {word: place for place, word in enumerate(Word)}


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What the exporter vouches for: when (seconds since 1970), of which matter of its own, and every part's digest.

    `log` is the digest of the part that is the checkpoint against which the entries are proved.
    """

    exporter: NodeId
    exported: int
    matter: MatterId
    kind: MatterKind
    log: Digest
    parts: Mapping[Word, tuple[Digest, ...]]


_BEHIND: Final = sentence("a line of the kind %(word)s behind those of a later kind")
_MISSING: Final = sentence("%(word)s %(digest)s is named and not there")
_STRANGE: Final = sentence("%(word)s %(digest)s is there and not named")
_DISORDER: Final = sentence("parts of the kind %(word)s stand in another order, or twice")
_AGAIN: Final = sentence("%(word)s %(digest)s stands there more than once")


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Where the file is not what its manifest says; `line` counts from 1, and is 0 for what is not there."""

    line: int
    sentence: Sentence

    @property
    def text(self) -> str:
        """Give it in plain words, in English."""
        return str(self.sentence)


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A bundle taken apart; neither the manifest's signature nor any part is verified yet."""

    manifest: Manifest
    kid: str
    signed: jws.Unverified
    lines: Mapping[Word, tuple[bytes, ...]]
    faults: tuple[Fault, ...]

    def line(self, word: Word, place: int) -> int:
        """Give the number of the line, counted from 1, of the part at *place* among those of *word*."""
        before = sum(len(self.lines[other]) for other in Word if _ORDER[other] < _ORDER[word])
        return 3 + before + place


def digests(lines: Lines) -> dict[Word, tuple[Digest, ...]]:
    """Give the digest of each part: SHA-256 of the text behind the word and its space."""
    return {word: tuple(strict.digest(text) for text in lines.get(word, ())) for word in Word}


def write(manifest: Manifest, lines: Lines, *, signer: jws.Signer) -> bytes:
    """Give the file.

    Raises:
        MalformedError: a part is too long or no single line, there are too many, or the manifest names other parts.
    """
    if manifest.parts != digests(lines):
        raise MalformedError("the manifest names other parts")
    signed = jws.sign(strict.dumps(_to_json(manifest)), typ=TYPE, signer=signer)
    written = [FIRST_LINE, _MANIFEST + b" " + signed]
    for word in Word:
        for text in lines.get(word, ()):
            _check_text(word, text)
            written.append(word.value.encode() + b" " + text)
    data = b"\n".join([*written, b""])
    if len(written) > LINES_LIMIT or len(data) > BUNDLE_LIMIT:
        raise MalformedError("the bundle is too long")
    return data


def read(data: bytes) -> Bundle:
    """Give the bundle that *data* claims to be, with every place where it is not what its manifest says.

    Raises:
        MalformedError: too long, or not the outer shape of a bundle, so that its parts cannot be told.
    """
    if len(data) > BUNDLE_LIMIT:
        raise MalformedError("longer than %(limit)s bytes", limit=BUNDLE_LIMIT)
    first, _, rest = data.partition(b"\n")
    second, _, rest = rest.partition(b"\n")
    word, _, compact = second.partition(b" ")
    if first != FIRST_LINE or word != _MANIFEST or (rest and not rest.endswith(b"\n")):
        raise MalformedError("not an evidence bundle")
    if data.count(b"\n") > LINES_LIMIT:
        raise MalformedError("more than %(most)s lines", most=LINES_LIMIT)
    signed = jws.read(compact, typ=TYPE, limit=MANIFEST_LIMIT)
    manifest = _from_json(strict.loads_compact(signed.payload, limit=MANIFEST_LIMIT))
    lines, faults = _lines(rest)
    there = digests(lines)
    faults += [*_compare(manifest.parts, there), *_twice(there)]
    return Bundle(
        manifest=manifest,
        kid=signed.kid,
        signed=signed,
        lines={word: tuple(texts) for word, texts in lines.items()},
        faults=tuple(faults),
    )


def _lines(rest: bytes) -> tuple[dict[Word, list[bytes]], list[Fault]]:
    lines: dict[Word, list[bytes]] = {word: [] for word in Word}
    faults: list[Fault] = []
    last = -1
    for number, line in enumerate(rest.split(b"\n")[:-1], start=3):
        name, _, text = line.partition(b" ")
        word = _WORDS.get(name)
        if word is None:
            faults.append(Fault(line=number, sentence=sentence("a line of an unknown kind")))
            continue
        try:
            _check_text(word, text)
        except MalformedError as error:
            faults.append(Fault(line=number, sentence=error.sentence))
        if _ORDER[word] < last:
            faults.append(Fault(line=number, sentence=_BEHIND.of(word=word)))
        last = _ORDER[word]
        lines[word].append(text)
    return lines, faults


def _check_text(word: Word, text: bytes) -> None:
    if not text or b"\n" in text or len(text) > LINE_LIMIT[word]:
        raise MalformedError("a part of the kind %(word)s is empty, too long or not one line", word=word)


def _compare(
    named: Mapping[Word, tuple[Digest, ...]], found: Mapping[Word, tuple[Digest, ...]]
) -> list[Fault]:
    faults: list[Fault] = []
    for word in Word:
        if named[word] == found[word]:
            continue
        there, wanted = set(found[word]), set(named[word])
        missing = [digest for digest in named[word] if digest not in there]
        strange = [digest for digest in found[word] if digest not in wanted]
        faults += [Fault(line=0, sentence=_MISSING.of(word=word, digest=each)) for each in missing]
        faults += [Fault(line=0, sentence=_STRANGE.of(word=word, digest=each)) for each in strange]
        if not missing and not strange:
            faults.append(Fault(line=0, sentence=_DISORDER.of(word=word)))
    return faults


def _twice(found: Mapping[Word, tuple[Digest, ...]]) -> list[Fault]:
    return [
        Fault(line=0, sentence=_AGAIN.of(word=word, digest=digest))
        for word, each in found.items()
        for digest, times in Counter(each).items()
        if times > 1
    ]


def _to_json(manifest: Manifest) -> Json:
    return {
        "iss": manifest.exporter,
        "iat": manifest.exported,
        "matter": manifest.matter,
        "kind": manifest.kind.value,
        "log": manifest.log,
        "parts": {
            word.value: list(manifest.parts[word])
            for word in Word
            if word not in _LATER or manifest.parts[word]
        },
    }


def _from_json(value: Json) -> Manifest:
    exporter, exported, matter, kind, log, parts = strict.members(value, *_MEMBERS)
    try:
        known = MatterKind(strict.text(kind))
    except ValueError:
        raise MalformedError("unknown word") from None
    words = [word for word in Word if word not in _LATER or (isinstance(parts, dict) and word.value in parts)]
    named = {
        word: tuple(Digest(strict.text(each)) for each in strict.array(list_, LINES_LIMIT))
        for word, list_ in zip(words, strict.members(parts, *(word.value for word in words)), strict=True)
    }
    if any(word in named and not named[word] for word in _LATER):
        raise MalformedError("a manifest names no kind of part of which there is none")
    return Manifest(
        exporter=NodeId(strict.text(exporter)),
        exported=strict.moment(exported),
        matter=MatterId(strict.text(matter)),
        kind=known,
        log=Digest(strict.text(log)),
        parts={word: named.get(word, ()) for word in Word},
    )
