"""One matter as its bundles show it: the parts taken apart, each with its place, nothing believed yet."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from handover.application.verifier_report import Findings, Rule
from handover.domain.errors import HandoverError, MalformedError
from handover.domain.handover import Act, VoidReason
from handover.domain.ids import Digest, NodeId, RoundId
from handover.domain.record import MatterKind, UnknownSchemaError, schema
from handover.domain.sentences import sentence
from handover.protocol import consent, sdjwt, strict
from handover.protocol import entry as entries
from handover.protocol import envelope as envelopes
from handover.protocol.checkpoint import Checkpoint, LogKey
from handover.protocol.entry import Entry
from handover.protocol.envelope import Envelope
from handover.protocol.evidence import Bundle, Word
from handover.protocol.log_origin import FIRST, LogOrigin

_T = TypeVar("_T")


@dataclass(kw_only=True)
class Said:
    """An envelope in a bundle. Times are seconds since 1970.

    `believed`: its signature is that of a key that the registry names. `anchor` is who else vouches for its time, by
    which entry of its log and stream, and which of its logs; `witness` is who has seen the sender's log with it;
    `replaced` says that the same act was signed anew later.
    """

    envelope: Envelope
    unverified: envelopes.Unverified
    place: str
    believed: bool = False
    anchor: NodeId | None = None
    anchored_at: int = 0
    anchored_n: int = 0
    anchored_index: int = 0
    anchored_incarnation: int = FIRST
    witness: NodeId | None = None
    witnessed_at: int = 0
    replaced: bool = False

    @property
    def digest(self) -> Digest:
        """The digest of its bytes."""
        return self.unverified.digest

    @property
    def resolves(self) -> bool:
        """Whether it is a void by which two officers resolve a deed."""
        return self.envelope.act is Act.VOID and self.envelope.reason == VoidReason.RESOLVED

    @property
    def at(self) -> int:
        """When it was said: as somebody else has logged or witnessed it or, failing that, as its sender claims."""
        if self.anchor is not None:
            return self.anchored_at
        return self.envelope.iat if self.witness is None else self.witnessed_at

    @property
    def dated_again(self) -> bool:
        """Whether its time is that of a log of a restored node, which may have had it before."""
        return self.anchored_incarnation > FIRST

    @property
    def dated_by(self) -> NodeId | None:
        """Who but its sender vouches for that time."""
        return self.anchor or self.witness


@dataclass(frozen=True, kw_only=True)
class Logged:
    """An entry of an exporter's log whose proof holds."""

    index: int
    entry: Entry
    digest: Digest
    place: str


@dataclass(frozen=True, kw_only=True)
class Head:
    """A signed checkpoint that was verified: whose, when its log says to have signed it, with which keys."""

    node: NodeId
    note: bytes
    checkpoint: Checkpoint
    time: int
    key: LogKey
    place: str

    @property
    def log(self) -> LogOrigin:
        """Which of its node's logs it is of: each incarnation has its own."""
        return LogOrigin.parse(self.checkpoint.origin)


@dataclass(kw_only=True)
class Source:
    """One bundle of the matter, and its log as far as it was proved; `gaps` are streams that lack an entry."""

    bundle: Bundle
    head: Head | None = None
    logged: list[Logged] = field(default_factory=list)
    gaps: set[str] = field(default_factory=set)

    @property
    def node(self) -> NodeId:
        """The exporter."""
        return self.bundle.manifest.exporter

    def each(
        self, word: Word, read: Callable[[bytes], _T], findings: Findings
    ) -> Iterator[tuple[str, _T, bytes]]:
        """Give place, value and text of every part of a kind that can be read."""
        first = self.bundle.line(word, 0)
        for number, text in enumerate(self.bundle.lines[word], start=first):
            place = f"{self.node} line {number}: {word}"
            try:
                yield place, read(text), text
            except HandoverError as error:
                rule = Rule.FOUR_EYES if str(error).startswith("four eyes") else Rule.FORM
                findings.invalid(rule, place, error.sentence)


@dataclass(kw_only=True)
class Case:
    """One matter: everything that all its bundles say.

    `broken` are rounds in which something is missing; `superseded` is what was said before its speaker ended the round:
    it need not have arrived. `resolved` are the rounds whose deed counts no more, each with the void that says so.
    """

    sources: list[Source]
    said: dict[Digest, Said] = field(default_factory=dict)
    refused: dict[Digest, Said] = field(default_factory=dict)
    deeds: dict[Digest, Said] = field(default_factory=dict)
    records: dict[Digest, tuple[str, sdjwt.UnverifiedRecord]] = field(default_factory=dict)
    consents: dict[Digest, tuple[str, consent.Unverified]] = field(default_factory=dict)
    heads: dict[Digest, Head] = field(default_factory=dict)
    broken: set[RoundId] = field(default_factory=set)
    superseded: set[Digest] = field(default_factory=set)
    resolved: dict[RoundId, Said] = field(default_factory=dict)
    documents: dict[bytes, Entry] = field(default_factory=dict)

    @property
    def exporters(self) -> dict[NodeId, Source]:
        """The nodes whose own bundles are here, each with its newest."""
        return {
            source.node: source
            for source in sorted(self.sources, key=lambda each: each.bundle.manifest.exported)
        }

    def entry(self, document: bytes) -> Entry:
        """Give the entry of a document; raises MalformedError. The same documents stand in receipts and entries."""
        found = self.documents.get(document)
        if found is None:
            found = self.documents[document] = entries.decode(document)
        return found

    def rounds(self) -> dict[RoundId, list[Said]]:
        """Give what was said and is believed, by round."""
        found: dict[RoundId, list[Said]] = {}
        for said in self.said.values():
            if said.believed:
                found.setdefault(said.envelope.round, []).append(said)
        return found

    def everything(self) -> list[Said]:
        """Give what was said, and what was refused and is not among it: what one side refuses the other may show."""
        return [
            *self.said.values(),
            *(each for each in self.refused.values() if each.digest not in self.said),
        ]

    def of_act(self, said: Sequence[Said], act: Act) -> list[Said]:
        """Give those of *said* that say *act*, without what was signed anew later."""
        return [each for each in said if each.envelope.act is act and not each.replaced]


def gather(bundles: Sequence[Bundle], findings: Findings) -> Case:
    """Give the matter of *bundles*; parts that cannot be read are among the findings."""
    case = Case(sources=[Source(bundle=bundle) for bundle in bundles])
    for source in case.sources:
        _gather_envelopes(case, source, findings)
        for place, record, text in source.each(Word.RECORD, _skeleton, findings):
            case.records.setdefault(strict.digest(text), (place, record))
        for place, token, text in source.each(Word.CONSENT, consent.read, findings):
            case.consents.setdefault(strict.digest(text), (place, token))
    for said in case.said.values():
        old = said.envelope.replaces
        if old in case.said:
            case.said[old].replaced = True
    return case


def _skeleton(data: bytes) -> sdjwt.UnverifiedRecord:
    if b"~" in data:
        raise MalformedError("a skeleton stands without disclosures")
    return sdjwt.read(data + b"~")


def _gather_envelopes(case: Case, source: Source, findings: Findings) -> None:
    """In a contact both sides speak in the fields of a request, whatever the matter of either is."""
    kind, contacts = source.bundle.manifest.kind, set[RoundId]()
    for word, shelf in ((Word.ENVELOPE, case.said), (Word.REFUSED, case.refused), (Word.DEED, case.deeds)):
        found = [
            Said(envelope=read.claimed, unverified=read, place=f"{place} ({read.claimed.act})")
            for place, read, _ in source.each(word, envelopes.read, findings)
        ]
        contacts |= {each.envelope.round for each in found if each.envelope.act is Act.HIT}
        for said in found:
            fits = _kind(said.envelope.schema) is kind or said.envelope.round in contacts
            if not fits or not _belongs(said, source, word):
                findings.invalid(
                    Rule.MATTER, said.place, sentence("it does not belong to the exporter's matter")
                )
            else:
                shelf.setdefault(said.digest, said)


def _kind(name: str) -> MatterKind | None:
    try:
        return schema(name).kind
    except UnknownSchemaError:
        return None


def _belongs(said: Said, source: Source, word: Word) -> bool:
    envelope = said.envelope
    if envelope.iss == envelope.aud:
        return False
    if word is Word.DEED:
        return envelope.act is Act.DEED
    return source.node in (envelope.iss, envelope.aud)
