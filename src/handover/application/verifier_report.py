"""What an auditor gets: verdict, findings, each matter's chain and timeline (docs/spec/evidence.md, section 6)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from handover.domain.ids import Digest, NodeId, RoundId
from handover.domain.sentences import Sentence
from handover.protocol.strict import Json

MOST_FINDINGS: Final = 1000


class Verdict(StrEnum):
    """What the evidence is worth as a whole."""

    VALID = "valid"
    """All that is in the file holds, and nothing that belongs to it is missing."""
    INCOMPLETE = "incomplete"
    """Nothing in the file is false, but something that belongs to it is not there; the findings name it."""
    INVALID = "invalid"
    """Something in the file is false, contradicts something else, or was not allowed."""


class Severity(StrEnum):
    """What one finding does to the verdict; what is proved of a log changes none."""

    PROVED = "proved"
    NOTE = "note"
    INCOMPLETE = "incomplete"
    INVALID = "invalid"


_GRAVITY: Final = {severity: place for place, severity in enumerate(Severity)}


class Rule(StrEnum):
    """The stable names of the rules; docs/spec/evidence.md, section 5, says what each one asks."""

    FORM = "form"
    MANIFEST = "manifest"
    ROOT = "root"
    REGISTRY = "registry"
    REGISTRY_TIME = "registry-time"
    SUPERFLUOUS = "superfluous"
    SIGNATURE = "signature"
    KEY = "key"
    KEY_COMPROMISED = "key-compromised"
    MATTER = "matter"
    CHECKPOINT = "checkpoint"
    RECEIPT = "receipt"
    WITNESS = "witness"
    UNANCHORED = "unanchored"
    TIME = "time"
    ENTRY = "entry"
    ENTRY_GAP = "entry-gap"
    ENTRY_MISSING = "entry-missing"
    ENVELOPE_MISSING = "envelope-missing"
    LOG_SPLIT = "log-split"
    LOG_GROWTH = "log-growth"
    LOG_HEAD = "log-head"
    SEQUENCE = "sequence"
    SEQUENCE_GAP = "sequence-gap"
    INCARNATION = "incarnation"
    ANSWER = "answer"
    REISSUE = "reissue"
    EQUIVOCATION = "equivocation"
    ROUND = "round"
    RECORD = "record"
    GROUND = "ground"
    FIELDS = "fields"
    BEST_INTERESTS = "best-interests"
    MANDATE = "mandate"
    SUSPENDED = "suspended"
    FOUR_EYES = "four-eyes"
    ASSERTION = "assertion"
    ASSERTION_MISSING = "assertion-missing"
    DEADLINE = "deadline"
    ORDER = "order"
    OPEN = "open"
    RESOLVED = "resolved"
    DEMAND = "demand"
    ERASED = "erased"
    CHAIN = "chain"
    CHAIN_GAP = "chain-gap"
    OMITTED = "omitted"
    CONTRADICTION = "contradiction"
    ONE_SIDE = "one-side"
    AS_OF = "as-of"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was noticed: the rule, where in the file, and in a sentence that pages translate."""

    rule: Rule
    place: str
    severity: Severity
    sentence: Sentence

    @property
    def text(self) -> str:
        """Give it in plain words, in English."""
        return str(self.sentence)


@dataclass(kw_only=True)
class Findings:
    """Collects findings, each once."""

    found: dict[Finding, None] = field(default_factory=dict)
    gravest: Severity = Severity.NOTE

    def invalid(self, rule: Rule, place: str, sentence: Sentence) -> None:
        """Note something false."""
        self.add(rule, place, Severity.INVALID, sentence)

    def incomplete(self, rule: Rule, place: str, sentence: Sentence) -> None:
        """Note something missing."""
        self.add(rule, place, Severity.INCOMPLETE, sentence)

    def note(self, rule: Rule, place: str, sentence: Sentence) -> None:
        """Note something worth knowing that changes no verdict."""
        self.add(rule, place, Severity.NOTE, sentence)

    def proved(self, rule: Rule, place: str, sentence: Sentence) -> None:
        """Note what is proved against somebody."""
        self.add(rule, place, Severity.PROVED, sentence)

    def add(self, rule: Rule, place: str, severity: Severity, sentence: Sentence) -> None:
        """Note something of the given severity."""
        finding = Finding(rule=rule, place=place, severity=severity, sentence=sentence)
        graver = _GRAVITY[severity] > _GRAVITY[self.gravest]
        # What decides the verdict always fits: whoever floods the list with small things hides nothing.
        if len(self.found) < MOST_FINDINGS or graver:
            self.found[finding] = None
        if graver:
            self.gravest = severity

    @property
    def verdict(self) -> Verdict:
        """Give what the findings amount to."""
        return Verdict.VALID if self.gravest is Severity.NOTE else Verdict(self.gravest.value)


@dataclass(frozen=True, kw_only=True)
class Cover:
    """The ground of a disclosure as its token states it. Times are seconds since 1970."""

    basis: str
    valid_from: int
    valid_until: int
    onward: str

    def to_json(self) -> Json:
        """Give the ground as it stands in the report."""
        return {
            "basis": self.basis,
            "from": self.valid_from,
            "until": self.valid_until,
            "onward": self.onward,
        }


@dataclass(frozen=True, kw_only=True)
class Line:
    """One step in the timeline: who did what when, anchored by whom, and who is responsible after it.

    `at` is in seconds since 1970, by the clock of `anchor`, or of `who` where nobody else vouches for it. `fields` are
    names, never values; `round` is empty for what belongs to no round.
    """

    at: int
    anchor: NodeId | None
    who: NodeId
    name: str
    what: str
    sentence: Sentence
    responsible: NodeId | None
    to: NodeId | None = None
    round: RoundId | None = None
    digest: Digest | None = None
    officers: Mapping[str, str] | None = None
    ground: Cover | None = None
    fields: tuple[str, ...] = ()
    place: str = ""

    @property
    def text(self) -> str:
        """Give it in plain words, in English."""
        return str(self.sentence)

    def to_json(self) -> Json:
        """Give the step as it stands in the report."""
        return {
            "at": self.at,
            "anchored_by": self.anchor,
            "who": self.who,
            "name": self.name,
            "what": self.what,
            "to": self.to,
            "text": self.text,
            "responsible": self.responsible,
            "round": self.round,
            "digest": self.digest,
            "officers": None if self.officers is None else dict(self.officers),
            "ground": None if self.ground is None else self.ground.to_json(),
            "fields": list(self.fields),
            "place": self.place,
        }


@dataclass(frozen=True, kw_only=True)
class Link:
    """One deed in the chain of responsibility. `taken_up_at` is None while the take-up is not shown."""

    epoch: int
    giver: NodeId
    taker: NodeId
    deed: Digest
    given_at: int
    taken_up_at: int | None

    def to_json(self) -> Json:
        """Give the deed as it stands in the report."""
        return {
            "epoch": self.epoch,
            "from": self.giver,
            "to": self.taker,
            "deed": self.deed,
            "given_at": self.given_at,
            "taken_up_at": self.taken_up_at,
        }


@dataclass(frozen=True, kw_only=True)
class MatterReport:
    """One matter: its names at the exporters, who was and is responsible, and what happened in order."""

    matter: str
    kind: str
    exporters: tuple[NodeId, ...]
    names: Mapping[NodeId, str]
    responsible: NodeId | None
    chain: tuple[Link, ...]
    timeline: tuple[Line, ...]

    def to_json(self) -> Json:
        """Give the matter as it stands in the report."""
        return {
            "matter": self.matter,
            "kind": self.kind,
            "exporters": list(self.exporters),
            "names": {str(node): name for node, name in self.names.items()},
            "responsible": self.responsible,
            "chain": [link.to_json() for link in self.chain],
            "timeline": [line.to_json() for line in self.timeline],
        }


@dataclass(frozen=True, kw_only=True)
class Report:
    """The whole answer. `root` is the fingerprint of the pinned root, or None where none was given."""

    verdict: Verdict
    root: str | None
    matters: tuple[MatterReport, ...]
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]

    def to_json(self) -> dict[str, Json]:
        """Give the report as a JSON object."""
        return {
            "verdict": self.verdict.value,
            "root": self.root,
            "matters": [matter.to_json() for matter in self.matters],
            "findings": [
                {
                    "rule": each.rule.value,
                    "place": each.place,
                    "severity": each.severity.value,
                    "text": each.text,
                }
                for each in self.findings
            ],
            "counts": dict(self.counts),
        }
