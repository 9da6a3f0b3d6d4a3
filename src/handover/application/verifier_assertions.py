"""Whether officers' passkeys have signed what the envelopes say that they did (docs/spec/assertion.md, section 5).

Asked of exporters alone: what a node's officers have signed stays with it, and no peer can show it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from handover.application.verifier_case import Case, Said, Source
from handover.application.verifier_report import Findings, Rule
from handover.application.verifier_signatures import believe, compromised
from handover.application.verifier_trust import Trust
from handover.domain.errors import HandoverError
from handover.domain.ids import Digest, Pseudonym
from handover.domain.sentences import sentence
from handover.protocol import assertion, statement, strict
from handover.protocol.assertion import Assertion, UnverifiedAttestation
from handover.protocol.entry import Entry, EntryKind
from handover.protocol.evidence import Word
from handover.protocol.statement import NONCE_LENGTH, TERM, AssertedAct, Statement

AUTH = "passkey"
"""What an envelope says of an officer whose passkey has signed the act."""


_NO_MOMENT: Final[dict[str, Any]] = {"made": 1, "nonce": bytes(NONCE_LENGTH)}


@dataclass(frozen=True, kw_only=True)
class Confirmed:
    """Which acts a passkey has signed: envelopes by digest, entries of the log by that of the assertion."""

    said: Mapping[Digest, Pseudonym]
    logged: Mapping[Digest, Assertion]


def check(case: Case, trust: Trust, findings: Findings) -> Confirmed:
    """Check every assertion and attestation, and that none is missing."""
    said: dict[Digest, Pseudonym] = {}
    logged: dict[Digest, Assertion] = {}
    for source in case.sources:
        desk = _Desk(case, source, trust, findings)
        said |= desk.check()
        logged |= desk.held
    for each in case.said.values():
        by = each.envelope.by
        act = statement.asserted_act(each.envelope.act, each.envelope.reason)
        asks = by is not None and by.auth == AUTH and act is not None
        if asks and each.believed and each.envelope.iss in case.exporters and each.digest not in said:
            text = sentence("it names a passkey, and no signature of one holds for it")
            findings.incomplete(Rule.ASSERTION_MISSING, each.place, text)
    return Confirmed(said=said, logged=logged)


class _Desk:
    """The assertions of one exporter's bundle."""

    def __init__(self, case: Case, source: Source, trust: Trust, findings: Findings) -> None:
        self._case = case
        self._source = source
        self._trust = trust
        self._findings = findings
        self._words: dict[Digest, tuple[str, UnverifiedAttestation]] = {}
        self._entries: dict[tuple[EntryKind, Digest], tuple[int, Entry]] = {
            (each.entry.kind, each.entry.object): (each.index, each.entry)
            for each in source.logged
            if each.entry.kind in (EntryKind.ASSERTED, EntryKind.ATTESTED)
        }
        self._acts: dict[Statement, list[Said]] = {}
        for each in case.said.values():
            stated = statement.of_envelope(each.envelope, **_NO_MOMENT) if each.believed else None
            if stated is not None:
                self._acts.setdefault(stated, []).append(each)
        self.held: dict[Digest, Assertion] = {}

    def check(self) -> dict[Digest, Pseudonym]:
        """Give the officers whose passkeys have signed what was said, by the envelope's digest."""
        used: set[Digest] = set()
        proved: dict[Digest, Pseudonym] = {}
        for place, word, text in self._source.each(
            Word.ATTESTATION, assertion.read_attestation, self._findings
        ):
            self._words[strict.digest(text)] = (place, word)
        for place, found, text in self._source.each(Word.ASSERTION, assertion.decode, self._findings):
            used.add(found.attestation)
            if self._holds(place, found, strict.digest(text)):
                self.held[strict.digest(text)] = found
                proved |= self._said(place, found)
        for digest, (place, _) in self._words.items():
            if digest not in used and (EntryKind.ATTESTED, digest) not in self._entries:
                self._findings.invalid(
                    Rule.SUPERFLUOUS, place, sentence("no assertion rests on it and no entry names it")
                )
        self._missing()
        return proved

    def _missing(self) -> None:
        parts = self._source.bundle.manifest.parts
        for kind, object_ in self._entries:
            word = Word.ASSERTION if kind is EntryKind.ASSERTED else Word.ATTESTATION
            if object_ not in parts[word]:
                text = sentence(
                    "the log of %(node)s has %(kind)s %(digest)s, which is not in the bundle",
                    node=self._source.node,
                    kind=kind,
                    digest=object_,
                )
                self._findings.incomplete(Rule.ASSERTION_MISSING, self._source.node, text)

    def _holds(self, place: str, found: Assertion, digest: Digest) -> bool:
        """Tell whether the attested passkey signed the statement, and the log says so."""
        if found.attestation not in self._words:
            text = sentence("the attestation %(digest)s is missing", digest=found.attestation)
            self._findings.incomplete(Rule.ASSERTION_MISSING, place, text)
            return False
        where, word = self._words[found.attestation]
        if word.claimed.iss != self._source.node:
            self._findings.invalid(
                Rule.ASSERTION, where, sentence("another node than the exporter vouches for it")
            )
            return False
        iat = word.claimed.iat
        key = believe(
            word,
            node=word.claimed.iss,
            kid=word.kid,
            registries=self._trust.window(iat, iat),
            place=where,
            findings=self._findings,
            trust=self._trust,
        )
        try:
            found.verify(word.claimed)
        except HandoverError as error:
            self._findings.invalid(Rule.ASSERTION, place, error.sentence)
            return False
        return key is not None and self._in_log(place, found, digest, where)

    def _in_log(self, place: str, found: Assertion, digest: Digest, where: str) -> bool:
        entry = self._logged(EntryKind.ASSERTED, digest, place)
        word = self._logged(EntryKind.ATTESTED, found.attestation, where)
        if entry is None or word is None:
            return False
        made, matter = found.statement.made, found.statement.matter
        if (entry[1].matter, word[1].matter) != (matter, matter) or word[0] > entry[0]:
            self._findings.invalid(
                Rule.ASSERTION, place, sentence("it stands in the log where it does not belong")
            )
            return False
        if not made <= entry[1].time <= made + TERM:
            self._findings.invalid(
                Rule.ASSERTION, place, sentence("it was not used at the time for which it was made")
            )
            return False
        return True

    def _logged(self, kind: EntryKind, digest: Digest, place: str) -> tuple[int, Entry] | None:
        found = self._entries.get((kind, digest))
        if found is None:
            text = sentence(
                "the log of %(node)s has no entry that it was %(kind)s", node=self._source.node, kind=kind
            )
            self._findings.incomplete(Rule.ENTRY_MISSING, place, text)
        return found

    def _said(self, place: str, found: Assertion) -> dict[Digest, Pseudonym]:
        """Give the envelopes of which the statement is: the act, and the same act signed anew."""
        if found.statement.act is AssertedAct.EXPORT:
            if found.statement.matter != self._source.bundle.manifest.matter:
                self._findings.invalid(
                    Rule.ASSERTION, place, sentence("it is for the evidence of another matter")
                )
            return {}
        said = self._acts.get(replace(found.statement, **_NO_MOMENT), [])
        if not said:
            self._findings.invalid(
                Rule.ASSERTION, place, sentence("it is for another act than any that was said")
            )
        return {each.digest: found.officer for each in said if self._is(each, place, found)}

    def _is(self, said: Said, place: str, found: Assertion) -> bool:
        by = said.envelope.by
        if by is None or (by.released, by.auth) != (found.officer, AUTH):
            text = sentence(
                "it is another officer's, or the envelope does not speak of a passkey: see %(other)s",
                other=said.place,
            )
            self._findings.invalid(Rule.ASSERTION, place, text)
            return False
        where, word = self._words[found.attestation]
        return not compromised(said, word.kid, where, self._trust, self._findings)
