"""Whether each offer and each deed was allowed: ground, fields, mandates, best interests, four eyes, deadline.

Asked twice, as the nodes themselves ask: when the offer was made and again when the deed was given. Names of fields are
all that is needed; no value is.
"""

from collections.abc import Callable, Sequence
from typing import Final

from handover.application.verifier_case import Case, Said
from handover.application.verifier_mandates import admitted, ask, mandated
from handover.application.verifier_report import Findings, Rule, Severity
from handover.application.verifier_shown import Shown
from handover.application.verifier_signatures import believe, compromised
from handover.application.verifier_trust import FRESH, Trust
from handover.domain.consent import GroundError
from handover.domain.continuity import FOLLOW_UP_FIELDS
from handover.domain.courses import course_of
from handover.domain.errors import HandoverError
from handover.domain.handover import Act
from handover.domain.ids import Digest
from handover.domain.record import MatterKind, gaps, schema
from handover.domain.sentences import Sentence, sentence
from handover.domain.sequence import discloses_anew
from handover.protocol.consent import ConsentToken, fields_of
from handover.protocol.envelope import Envelope
from handover.protocol.node_entry import Mandate

_NOT_REACHED: Final = sentence("the ground was not in force when the offer reached its recipient")
_NOT_ANSWERED: Final = sentence("the ground was not in force when the answer was given")


class Grounds:
    """Judges the disclosures of one matter; each token and skeleton is verified once."""

    def __init__(self, case: Case, trust: Trust, findings: Findings) -> None:
        self._case = case
        self._trust = trust
        self._findings = findings
        self._tokens: dict[Digest, ConsentToken | None] = {}
        self._used: set[Digest] = set()

    def check(self) -> dict[Digest, Shown]:
        """Check every offer and deed, and give what is shown beside each."""
        shown: dict[Digest, Shown] = {}
        for said in self._case.rounds().values():
            for judge, found in self._judges(said):
                shown |= {each.digest: judge(each) for each in found}
        named = (*self._case.records.items(), *self._case.consents.items())
        for digest, (place, _) in named:
            if digest not in self._used:
                self._findings.invalid(Rule.SUPERFLUOUS, place, sentence("no envelope names it"))
        return shown

    def _judges(self, said: Sequence[Said]) -> list[tuple[Callable[[Said], Shown], list[Said]]]:
        """Give what discloses in a round, and what judges it."""
        course = course_of(each.envelope.act for each in said)
        offers = _of(said, Act.OFFER)
        offerers = {offer.envelope.iss for offer in offers}
        answers = [each for each in _of(said, Act.ANSWER) if each.envelope.iss in offerers]
        later = [each for each in said if discloses_anew(course, each.envelope.act) and each.envelope.consent]
        return [
            (self._offer, offers),
            (self._opening, _of(said, Act.REFERRAL)),
            (self._hit, _of(said, Act.HIT)),
            (lambda deed: self._deed(deed, offers), _of(said, Act.DEED)),
            (lambda answer: self._answer(answer, offers), answers),
            (self._later, later),
        ]

    def _offer(self, said: Said) -> Shown:
        shown = self._opening(said)
        of = schema(said.envelope.schema)
        # Only names are known here; any answer in place of the value shows that the field is among them.
        for gap in gaps(of, {path: {"answer": ""} for path in shown.fields}):
            self._findings.invalid(Rule.BEST_INTERESTS, said.place, Sentence(gap.title))
        return shown

    def _opening(self, said: Said) -> Shown:
        """An offer or a referral: in time, of the record that it names, under a ground, between nodes that may."""
        envelope = said.envelope
        decided = self._decided(said)
        if envelope.deadline is not None and decided is not None and envelope.deadline <= decided:
            self._findings.invalid(
                Rule.DEADLINE, said.place, sentence("the deadline had passed when the offer was made")
            )
        shown = self._shown(said)
        self._record(said)
        self._covered(said, shown, decided)
        reached = max(said.at, envelope.iat)  # the recipient's clock may have been behind the sender's
        if shown.token is not None and not shown.token.ground.in_force(reached):
            severity = Severity.INCOMPLETE if said.dated_again else Severity.INVALID
            self._findings.add(Rule.GROUND, said.place, severity, _NOT_REACHED)
        self._fresh(said)
        self._allowed(said, new=True)
        return shown

    def _hit(self, said: Said) -> Shown:
        """A match that is told names nobody: it rests on mandates alone."""
        self._allowed(said, new=True)
        return Shown()

    def _deed(self, said: Said, offers: list[Said]) -> Shown:
        envelope, decided = said.envelope, self._decided(said)
        shown = self._shown(said)
        self._covered(said, shown, decided)
        self._fresh(said)
        self._allowed(said, new=False)
        if offers and not any(_same(offer.envelope, envelope) for offer in offers):
            text = sentence(
                "the deed names other fields or another ground than the offer: see %(other)s",
                other=offers[0].place,
            )
            self._findings.invalid(Rule.GROUND, said.place, text)
        for first in (offer.envelope for offer in offers):
            if first.deadline is not None and decided is not None and decided > first.deadline:
                self._findings.invalid(
                    Rule.DEADLINE, said.place, sentence("the deed was given after the offer's deadline")
                )
            if envelope.by and first.by and envelope.by.released == first.by.released:
                text = sentence("the officer who released the offer countersigned the deed")
                self._findings.invalid(Rule.FOUR_EYES, said.place, text)
        if envelope.by is None and schema(envelope.schema).kind is MatterKind.GUARDIANSHIP:
            self._findings.note(
                Rule.FOUR_EYES,
                said.place,
                sentence("no officer countersigned: the node gives deeds by itself"),
            )
        return shown

    def _later(self, said: Said) -> Shown:
        """What is shown after the deed rests on a ground of its own."""
        envelope, decided = said.envelope, self._decided(said)
        shown = self._shown(said)
        if envelope.record is not None:
            self._record(said)
        self._covered(said, shown, decided)
        needed = set(FOLLOW_UP_FIELDS) if envelope.act is Act.FOLLOW_UP else set()
        if not needed <= set(shown.fields):
            self._findings.invalid(
                Rule.GROUND, said.place, sentence("the ground does not cover what this act shows")
            )
        self._allowed(said, new=True)
        return shown

    def _answer(self, said: Said, offers: list[Said]) -> Shown:
        """What the offerer answers is disclosed under the ground of the offer, which must still be in force."""
        envelope, token = said.envelope, self._token(said)
        if all(offer.envelope.consent != envelope.consent for offer in offers):
            self._findings.invalid(
                Rule.GROUND, said.place, sentence("the answer does not rest on the ground of the offer")
            )
        decided = self._decided(said)
        if token is not None and decided is not None and not token.ground.in_force(decided):
            self._findings.invalid(Rule.GROUND, said.place, _NOT_ANSWERED)
        return Shown(token=token)

    def _decided(self, said: Said) -> int | None:
        """Give when an act was first signed, or None where it was signed anew and its first form never arrived."""
        while said.envelope.replaces in self._case.said:
            said = self._case.said[said.envelope.replaces]
        return said.envelope.iat if said.envelope.replaces is None else None

    def _shown(self, said: Said) -> Shown:
        try:
            fields = fields_of(schema(said.envelope.schema), said.envelope.fields or "")
        except HandoverError as error:
            self._findings.invalid(Rule.FIELDS, said.place, error.sentence)
            fields = ()
        return Shown(fields=fields, token=self._token(said))

    def _token(self, said: Said) -> ConsentToken | None:
        digest = said.envelope.consent
        if digest is None:
            return None
        self._used.add(digest)
        if digest not in self._case.consents:
            text = sentence("the token %(digest)s of its ground is missing", digest=digest)
            self._findings.incomplete(Rule.GROUND, said.place, text)
            return None
        if digest not in self._tokens:
            place, unverified = self._case.consents[digest]
            key = believe(
                unverified,
                node=unverified.claimed.ground.issuer,
                kid=unverified.kid,
                registries=self._trust.window(said.envelope.iat, said.at),
                place=place,
                findings=self._findings,
                trust=self._trust,
            )
            stands = key is not None and not compromised(
                said, unverified.kid, place, self._trust, self._findings
            )
            self._tokens[digest] = unverified.claimed if stands else None
        return self._tokens[digest]

    def _record(self, said: Said) -> None:
        envelope = said.envelope
        if envelope.record is None or envelope.record not in self._case.records:
            text = sentence(
                "the skeleton %(digest)s of the record is missing", digest=envelope.record or "None"
            )
            self._findings.incomplete(Rule.RECORD, said.place, text)
            return
        self._used.add(envelope.record)
        place, unverified = self._case.records[envelope.record]
        claimed = unverified.claimed
        key = believe(
            unverified,
            node=claimed.issuer,
            kid=unverified.kid,
            registries=self._trust.window(envelope.iat, said.at),
            place=place,
            findings=self._findings,
            trust=self._trust,
        )
        if key is not None:
            compromised(said, unverified.kid, place, self._trust, self._findings)
        stated = (claimed.issuer, claimed.matter, claimed.vct)
        if stated != (envelope.iss, envelope.matter, envelope.schema):
            self._findings.invalid(
                Rule.RECORD,
                place,
                sentence("it is not the record that was offered: see %(other)s", other=said.place),
            )

    def _covered(self, said: Said, shown: Shown, decided: int | None) -> None:
        """The ground names this recipient, this purpose and each field, and was in force when it was decided."""
        envelope, token = said.envelope, shown.token
        if token is None:
            return
        fits = (
            token.ground.issuer == envelope.iss
            and token.matter == envelope.matter
            and token.round == envelope.round
            and token.ground.schema == envelope.schema
        )
        if not fits:
            self._findings.invalid(
                Rule.GROUND, said.place, sentence("the ground is for another matter, round or kind of record")
            )
        try:
            token.ground.require(
                recipient=envelope.aud,
                purpose=envelope.purpose,
                fields=shown.fields,
                now=token.ground.valid_from if decided is None else decided,
            )
        except GroundError as error:
            self._findings.invalid(Rule.GROUND, said.place, error.sentence)

    def _fresh(self, said: Said) -> None:
        """An act of weight rests on a registry that has not expired, and better on one of the same day."""
        at = said.envelope.iat
        window = self._trust.window(at, at)
        if window and all(each.expires <= at for each in window):
            text = sentence("the newest registry that is shown had expired when this was done")
            self._findings.incomplete(Rule.REGISTRY_TIME, said.place, text)
        elif window and at - window[0].issued > FRESH:
            self._findings.note(
                Rule.REGISTRY_TIME,
                said.place,
                sentence("the newest registry that is shown was over a day old"),
            )

    def _allowed(self, said: Said, *, new: bool) -> None:
        """Both sides have the mandate; nobody suspended makes an offer, and nobody suspended is given anything."""
        envelope = said.envelope
        for node in (envelope.iss, envelope.aud):
            text = sentence("%(node)s had no mandate for %(purpose)s", node=node, purpose=envelope.purpose)
            asked = mandated(Mandate(envelope.purpose.value))
            ask(said, node, Rule.MANDATE, text, asked, trust=self._trust, findings=self._findings)
            if new or node == envelope.aud:
                text = sentence("%(node)s was suspended", node=node)
                ask(said, node, Rule.SUSPENDED, text, admitted, trust=self._trust, findings=self._findings)


def _of(said: Sequence[Said], act: Act) -> list[Said]:
    return [each for each in said if each.envelope.act is act]


def _same(offer: Envelope, deed: Envelope) -> bool:
    one, other = ((each.record, each.consent, each.fields, each.purpose) for each in (offer, deed))
    return one == other
