"""Nodes on paper: they sign, log and receipt whatever a test wants, true or not, and export it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256, shake_256
from pathlib import Path
from typing import Any

from handover.adapters.registry import folder
from handover.application.verifier import verify
from handover.application.verifier_report import Report
from handover.domain.consent import Basis, Ground, Onward, Purpose
from handover.domain.handover import Act
from handover.domain.ids import UUID7, Digest, MatterId, NodeId, PairId, Pseudonym, RoundId
from handover.domain.record import MatterKind, record, schema
from handover.protocol import (
    act_members,
    checkpoint,
    consent,
    evidence,
    evidence_registry,
    jws,
    merkle,
    registry_files,
    sdjwt,
    strict,
)
from handover.protocol import entry as entries
from handover.protocol import envelope as envelopes
from handover.protocol import evidence_lines as lines
from handover.protocol.checkpoint import Checkpoint, LogSigner
from handover.protocol.consent import ConsentToken
from handover.protocol.entry import Entry, EntryKind
from handover.protocol.envelope import By, Envelope, LogHead, Sealed
from handover.protocol.evidence import Manifest, Word
from handover.protocol.evidence_lines import Consistency, LoggedEntry, StatedReceipt
from handover.protocol.registry_set import MetadataSet
from registrar import HOLDERS, Holder, Registrar, TestNode, seed

NOW = 1_790_000_000
Lines = dict[Word, list[bytes]]
DAY = 86_400
REASONS = {Act.VOID: "withdrawn", Act.DECLINE: "no-capacity"}
FIELDS = tuple(
    f"{section}.{name}"
    for section, names in {
        "identity": ["names"],
        "best_interests": ["kind", "date", "body", "outcome", "reasons", "non_refoulement"],
        "child_view": ["heard", "wishes"],
    }.items()
    for name in names
)


def token(name: str) -> str:
    """Give 128 bits that are always the same for the name."""
    return strict.b64(sha256(name.encode()).digest()[:16])


class _Tiles(dict[tuple[int, int], bytes]):
    def get(self, level: int, index: int) -> bytes:  # type: ignore[override]
        return super().get((level, index), b"")


_signed: dict[tuple[Checkpoint, int], bytes] = {}


class Author(TestNode):
    """A node whose log is a list."""

    __test__ = False

    def __init__(self, name: str, *, now: int) -> None:
        super().__init__(name, now=now)
        self.log_signer = LogSigner(
            origin=f"{name}/log", ed25519=seed(f"{name} log"), mldsa44=seed(f"{name} log-pq")
        )
        self.documents: list[bytes] = []
        self.logged: list[Entry] = []
        self.streams: dict[str, tuple[int, Digest | None]] = {}
        self.tiles = _Tiles()
        self.tree = merkle.Tree(self.tiles, 0)
        self.matter = MatterId(f"0198c0de-0000-7000-8000-{sha256(name.encode()).hexdigest()[:12]}")

    def enter(self, kind: EntryKind, stream: str, object_: Digest, now: int) -> int:
        """Log something and give its index."""
        n, prev = self.streams.get(stream, (0, None))
        salt = sha256(f"{self.node} {len(self.documents)}".encode()).digest()[:16]
        made = Entry(kind=kind, time=now, matter=stream, n=n + 1, prev=prev, object=object_, salt=salt)
        document = entries.encode(made)
        self.streams[stream] = (n + 1, strict.digest(document))
        self.documents.append(document)
        self.logged.append(made)
        self.tiles.update(self.tree.append([merkle.leaf_hash(entries.leaf(document))]))
        return len(self.documents) - 1

    def head(self) -> LogHead:
        return LogHead(size=self.tree.size, root=Digest(strict.b64(self.tree.root())))

    def signed(self, now: int) -> bytes:
        head = Checkpoint(origin=f"{self.node}/log", size=self.tree.size, root=self.tree.root())
        if (head, now) not in _signed:  # signatures of logs are random: what is the same is signed once
            _signed[head, now] = checkpoint.sign(head, self.log_signer, now)
        return _signed[head, now]


@dataclass
class Paper:
    """A registry and two or more authors in it."""

    folder: Path
    authors: Sequence[Author]
    registrar: Registrar
    sets: list[MetadataSet] = field(default_factory=list)

    @property
    def root(self) -> bytes:
        return self.registrar.repository.pinned()

    def publish(self, now: int) -> MetadataSet:
        """Publish what the operators prepared, and give the new set; bundles made later hold it too."""
        self.registrar.now = now
        for country in sorted({each.node.country for each in self.authors}):
            if country in self.registrar.repository.pending():
                self.registrar.sign(*self.registrar.of(country))
        self.registrar.publish()
        self.sets.append(self.current())
        return self.sets[-1]

    def current(self) -> MetadataSet:
        read = folder(self.registrar.public)
        return registry_files.collect(
            roots=registry_files.read_roots(read),
            timestamp=read(registry_files.TIMESTAMP, 65536),
            fetch=lambda name, _, length: read(name, length),
        )


def paper(where: Path, *names: str, now: int = NOW, holders: tuple[Holder, ...] = HOLDERS) -> Paper:
    """Give authors who are all admitted, in a registry published at *now*."""
    registrar = Registrar(where, now=now - 60, holders=holders)
    registrar.found(*sorted({NodeId(name).country for name in names}))
    registrar.admit(*names)
    made = Paper(where, [Author(name, now=now - 60) for name in names], registrar)
    made.sets = [made.current()]
    return made


@dataclass
class Tale:
    """One round between two authors, told step by step; every step can be told wrongly."""

    paper: Paper
    sender: Author
    receiver: Author
    name: str = "first"
    now: int = NOW
    epoch: int = 1
    kind: MatterKind = MatterKind.GUARDIANSHIP
    fields: tuple[str, ...] = FIELDS
    ground_days: int = 30
    deadline: int = NOW + 14 * DAY
    parts: dict[Digest, bytes] = field(default_factory=dict)
    said: dict[Act, Digest] = field(default_factory=dict)
    spoken: dict[NodeId, tuple[int, Digest | None]] = field(default_factory=dict)
    receipts: list[tuple[Author, Digest, StatedReceipt, bytes]] = field(default_factory=list)
    skeleton: bytes = b""
    token: bytes = b""

    def __post_init__(self) -> None:
        self.round = RoundId(token(f"round {self.name}"))
        pair = "".join(sorted((self.sender.node, self.receiver.node)))
        self.pair = PairId(token(f"pair {pair}"))
        self.schema = schema(f"{self.kind.value}/1")
        self.purpose = {
            MatterKind.GUARDIANSHIP: Purpose.CHILD_PROTECTION,
            MatterKind.TRACING: Purpose.FAMILY_TRACING,
        }[self.kind]
        self.issue()

    def issue(self, **changes: Any) -> None:
        """Make skeleton and token; *changes* are those of the ground."""
        issued = sdjwt.issue(
            record(self.schema, {}),
            issuer=self.sender.node,
            jti=UUID7("0198c0de-0000-7000-8000-00000000abcd"),
            iat=self.now,
            matter=self.pair,
            signer=self.sender.signer,
            random=lambda length: shake_256(self.round.encode()).digest(length),
        )
        self.skeleton = issued.jwt
        values: dict[str, Any] = {
            "basis": Basis.CONSENT,
            "issuer": self.sender.node,
            "recipients": (self.receiver.node,),
            "purposes": (self.purpose,),
            "schema": self.schema.name,
            "fields": self.fields,
            "onward": Onward.NONE,
            "valid_from": self.now - DAY,
            "valid_until": self.now + self.ground_days * DAY,
        }
        made = ConsentToken(
            jti=UUID7("0198c0de-0000-7000-8000-00000000abce"),
            iat=self.now,
            matter=self.pair,
            round=self.round,
            ground=Ground(**{**values, **changes}),
            statement=strict.digest(b"statement"),
        )
        self.token = consent.sign(made, signer=self.sender.signer)

    def envelope(self, act: Act, who: Author, **changes: Any) -> Envelope:
        """Give what an honest node would say, but for *changes*."""
        seq, prev = self.spoken.get(who.node, (0, None))
        needed = act_members.REQUIRED[act]
        answered = {Act.DEED: Act.ACCEPTANCE, Act.TAKE_UP_RECEIPT: Act.DEED, Act.VOID_RECEIPT: Act.VOID}
        answered |= {Act.ARRIVAL: Act.DEED, Act.ANSWER: Act.QUESTION}
        digest = strict.digest(f"{self.name} {act} {len(self.parts)}".encode())
        values: dict[str, Any] = {
            "iss": who.node,
            "aud": self.receiver.node if who is self.sender else self.sender.node,
            "jti": UUID7(f"0198c0de-0000-7000-8000-{len(self.parts):012x}"),
            "iat": self.now,
            "incarnation": 1,
            "act": act,
            "matter": self.pair,
            "epoch": self.epoch,
            "round": self.round,
            "seq": seq + 1,
            "prev": prev,
            "re": self.said.get(answered.get(act, Act.OFFER)) if "re" in needed else None,
            "purpose": self.purpose,
            "schema": self.schema.name,
            "record": strict.digest(self.skeleton) if "record" in needed else None,
            "fields": strict.b64(self.schema.bitmap(self.fields)) if "fields" in needed else None,
            "consent": strict.digest(self.token) if "consent" in needed else None,
            "deadline": self.deadline if "deadline" in needed else None,
            "reason": REASONS.get(act),
            "payload": Sealed(digest=digest, commit=digest) if "payload" in needed else None,
            "by": None,
            "log": who.head(),
        }
        if "by" in needed or (act is Act.DEED and self.kind is MatterKind.GUARDIANSHIP):
            values["by"] = by(who, *(("ada", "ben") if act is Act.OFFER else ("ben", "cem")))
        return Envelope(**{**values, **changes})

    def say(
        self, act: Act, who: Author, *, signer: jws.Signer | None = None, deliver: bool = True, **changes: Any
    ) -> Digest:
        """Sign something, log it, and deliver it."""
        made = self.envelope(act, who, **changes)
        return self.put(made, envelopes.sign(made, signer=signer or who.signer), who, deliver=deliver)

    def put(self, made: Envelope, data: bytes, who: Author, *, deliver: bool = True) -> Digest:
        """Log signed bytes at who signed them and, if delivered, at the other side, which gives a receipt."""
        digest = strict.digest(data)
        self.parts[digest] = data
        self.said.setdefault(made.act, digest)
        self.spoken[who.node] = (made.seq, digest)
        who.enter(EntryKind.SENT, self.pair, digest, self.now)
        if deliver:
            self.deliver(digest, self.receiver if who is self.sender else self.sender)
        return digest

    def deliver(self, digest: Digest, to: Author, *, at: int | None = None) -> None:
        now = self.now if at is None else at
        index = to.enter(EntryKind.RECEIVED, self.pair, digest, now)
        note = to.signed(now)
        receipt = StatedReceipt(
            checkpoint=strict.digest(lines.write_checkpoint(note)),
            index=index,
            path=to.tree.inclusion(index),
            document=to.documents[index],
        )
        self.receipts.append((to, digest, receipt, note))

    def tell(self, *acts: Act) -> "Tale":
        """Tell several steps honestly, an hour apart."""
        for act in acts:
            self.say(act, self.sender if act in (Act.OFFER, Act.DEED, Act.VOID) else self.receiver)
            self.now += 3600
        return self

    def whole(self) -> "Tale":
        """Tell a handover to its end."""
        if self.kind is MatterKind.TRACING:
            self.tell(Act.OFFER)
            self.say(Act.ACCEPTANCE, self.receiver)
            self.say(Act.DEED, self.sender)
            return self.tell(Act.TAKE_UP_RECEIPT)
        return self.tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE, Act.DEED, Act.TAKE_UP_RECEIPT)


def by(who: Author, prepared: str, released: str) -> By:
    """Give two officers' pseudonyms."""
    names = [Pseudonym(token(f"{who.node} {name}")) for name in (prepared, released)]
    return By(prepared=names[0], released=names[1], role="liaison", auth="api-key")


def bundle(
    author: Author,
    *tales: Tale,
    change: Callable[[Lines], None] | None = None,
    refused: Sequence[bytes] = (),
    deeds: Sequence[bytes] = (),
    also: Sequence[NodeId] = (),
    at: int | None = None,
    **manifest: Any,
) -> bytes:
    """Give what *author* exports of these rounds; *change* may do anything to the lines before they are signed."""
    made = gather(author, *tales, refused=refused, deeds=deeds, also=also, at=at)
    if change is not None:
        change(made)
    return signed(author, made, tales[0], at=at, **manifest)


def gather(
    author: Author,
    *tales: Tale,
    refused: Sequence[bytes] = (),
    deeds: Sequence[bytes] = (),
    also: Sequence[NodeId] = (),
    at: int | None = None,
) -> Lines:
    """Give the lines of an honest bundle."""
    now = tales[-1].now if at is None else at
    found: Lines = {word: [] for word in Word}
    told = {each.node for tale in tales for each in (tale.sender, tale.receiver)}
    nodes = sorted(told | {envelopes.read(each).claimed.iss for each in deeds} | set(also))
    found |= evidence_registry.lines(each.part(nodes) for each in tales[0].paper.sets)
    receipts = [
        each
        for tale in tales
        for each in tale.receipts
        if author.node in (tale.sender.node, tale.receiver.node)
    ]
    notes = dict.fromkeys([author.signed(now), *(note for *_, note in receipts)])
    found[Word.CHECKPOINT] = [lines.write_checkpoint(note) for note in notes]
    size = author.tree.size
    found[Word.ENTRY] = [
        lines.write_entry(LoggedEntry(index=index, path=author.tree.inclusion(index), document=document))
        for index, document in enumerate(author.documents)
    ]
    parts = [each for logged in author.logged for tale in tales if (each := tale.parts.get(logged.object))]
    sizes = {receipt.index + 1 for to, _, receipt, _ in receipts if to is author}
    claims = [envelopes.read(part).claimed for part in parts]
    sizes |= {claim.log.size for claim in claims if claim.iss == author.node}
    found[Word.CONSISTENCY] = [
        lines.write_consistency(Consistency(size=each, path=author.tree.consistency(each)))
        for each in sorted(sizes)
        if 0 < each < size
    ]
    found[Word.ENVELOPE] = list(dict.fromkeys(parts))
    found[Word.REFUSED], found[Word.DEED] = list(refused), list(deeds)
    offered = [tale for tale in tales if Act.OFFER in tale.said]
    found[Word.RECORD] = [tale.skeleton for tale in offered]
    found[Word.CONSENT] = [tale.token for tale in offered]
    found[Word.RECEIPT] = [lines.write_receipt(receipt) for _, _, receipt, _ in receipts]
    return found


def signed(
    author: Author,
    found: Mapping[Word, Sequence[bytes]],
    tale: Tale,
    *,
    at: int | None = None,
    **changes: Any,
) -> bytes:
    """Give the file of these lines, signed by *author*."""
    manifest = Manifest(
        exporter=author.node,
        exported=tale.now if at is None else at,
        matter=author.matter,
        kind=tale.kind,
        log=strict.digest(found[Word.CHECKPOINT][0]),
        parts=evidence.digests(found),
    )
    return evidence.write(replace(manifest, **changes), found, signer=author.signer)


@dataclass
class Stage:
    """Fresh logs in a registry that all tests share."""

    world: Paper

    def __post_init__(self) -> None:
        self.a, self.b, self.c = (Author(each.node, now=each.now) for each in self.world.authors)

    def tale(self, **options: object) -> Tale:
        return Tale(self.world, self.a, self.b, **options)  # type: ignore[arg-type]

    def judge(self, *files: bytes) -> Report:
        return verify(files, root=self.world.root)
