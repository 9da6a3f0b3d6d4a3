"""What happened, in an order in which it can have happened, in sentences that name no person."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush
from typing import Final

from handover.application.verifier_assertions import Confirmed
from handover.application.verifier_case import Case, Logged, Said, Source
from handover.application.verifier_chain import Chain
from handover.application.verifier_report import Line
from handover.application.verifier_shown import Shown
from handover.application.verifier_trust import Trust
from handover.domain.handover import Act, VoidReason
from handover.domain.ids import Digest
from handover.domain.record import MatterKind
from handover.domain.sentences import Sentence, sentence
from handover.protocol.act_members import REASONS
from handover.protocol.entry import CARRIED, EntryKind
from handover.protocol.envelope import Envelope
from handover.protocol.statement import AssertedAct

_LATEST: Final = 253_402_300_799  # the last second of the year 9999
_MATTER: Final = {
    MatterKind.GUARDIANSHIP: sentence("the responsibility for a child"),
    MatterKind.TRACING: sentence("a tracing request"),
}
_CASE: Final = {**_MATTER, MatterKind.GUARDIANSHIP: sentence("the case of a child")}
_ACTS: Final[Mapping[Act, Sentence]] = {
    Act.OFFER: sentence("%(who)s offers %(to)s %(matter)s, to be answered by %(deadline)s"),
    Act.ACCEPTANCE: sentence(
        "%(who)s accepts, and binds itself until %(to)s gives the deed or ends the round"
    ),
    Act.DECLINE: sentence("%(who)s declines: %(reason)s"),
    Act.DEED: sentence("%(who)s gives the deed to %(to)s, and still acts until the take-up is confirmed"),
    Act.VOID: sentence("%(who)s ends the round without a take-up: %(reason)s"),
    Act.TAKE_UP_RECEIPT: sentence("%(who)s has taken up %(matter)s"),
    Act.VOID_RECEIPT: sentence("%(who)s has closed the round and destroyed what it had received"),
    Act.OPENED: sentence("a named officer of %(who)s has read the offer"),
    Act.QUESTION: sentence("%(who)s asks %(to)s a question"),
    Act.ANSWER: sentence("%(who)s answers"),
    Act.ARRIVAL: sentence("%(who)s confirms that the child has arrived"),
    Act.NON_ARRIVAL: sentence("%(who)s reports that the child has not arrived"),
    Act.FOLLOW_UP: sentence("%(who)s tells %(to)s how the child is"),
    Act.CORRECTION: sentence("%(who)s sends %(to)s a later version of the record"),
    Act.CONSENT_WITHDRAWN: sentence(
        "%(who)s tells %(to)s that the consent behind what was shown is withdrawn"
    ),
    Act.ERASED: sentence("%(who)s destroyed values"),
    Act.LEGAL_HOLD: sentence("%(who)s keeps what was shown until %(deadline)s: %(reason)s"),
    Act.DECISIONS_WANTED: sentence("%(who)s asks %(to)s what was decided for the child"),
    Act.DECISION: sentence("%(who)s tells %(to)s what was decided or recommended for the child"),
    Act.ACCESS_WANTED: sentence("%(who)s asks %(to)s for the person: who received what"),
    Act.ACCESS_ANSWER: sentence("%(who)s tells whom it has shown something"),
    Act.COMPLAINT: sentence("%(who)s passes a complaint on to %(to)s"),
    Act.COMPLAINT_ANSWER: sentence("%(who)s answers the complaint: %(reason)s"),
    Act.OVERRIDE: sentence(
        "%(who)s tells %(to)s that it told somebody without consent, for a life was at stake: %(reason)s"
    ),
    Act.REFERRAL: sentence("%(who)s refers %(case)s to %(to)s until %(deadline)s, and stays responsible"),
    Act.HIT: sentence("%(who)s tells %(to)s of a possible match"),
    Act.VERDICT: sentence("%(who)s says of the match: %(reason)s"),
    Act.END: sentence("%(who)s ends a referral or contact: %(reason)s"),
    Act.END_RECEIPT: sentence("%(who)s knows of the end, and keeps nothing that it was shown"),
}
_ANSWERS: Final[Mapping[tuple[Act, Act], Sentence]] = {
    (Act.OPENED, Act.REFERRAL): sentence("a named officer of %(who)s has read the referral"),
    (Act.OPENED, Act.HIT): sentence("a named officer of %(who)s has read of the possible match"),
    (Act.END, Act.REFERRAL): sentence("%(who)s ends the referral: %(reason)s"),
    (Act.END, Act.HIT): sentence("%(who)s ends the contact: %(reason)s"),
}
"""What an act says in answer to another one, where it differs."""
_ENTRIES: Final[Mapping[EntryKind, Sentence]] = {
    EntryKind.DISCLOSED: sentence("%(who)s showed values to an officer"),
    EntryKind.DECIDED: sentence(
        "an officer of %(who)s took or recorded a decision; the log holds its digest alone"
    ),
    EntryKind.GROUND: sentence("%(who)s recorded or changed a ground"),
    EntryKind.WITHDRAWN: sentence("%(who)s recorded that a consent was withdrawn"),
    EntryKind.ERASED: sentence("%(who)s destroyed values"),
    EntryKind.EQUIVOCATION: sentence("%(who)s kept a contradiction as evidence"),
    EntryKind.RESOLVED: sentence(
        "two officers of %(who)s resolved a deed that nobody took up: it counts no more"
    ),
    EntryKind.EXPORTED: sentence("%(who)s made a bundle of evidence"),
}
_DONE: Final[Mapping[Act, Sentence]] = {
    Act.OFFER: sentence("%(text)s; released by officer %(officer)s with a passkey, checked"),
    Act.REFERRAL: sentence("%(text)s; released by officer %(officer)s with a passkey, checked"),
    Act.ACCEPTANCE: sentence("%(text)s; decided by officer %(officer)s with a passkey, checked"),
    Act.VOID: sentence("%(text)s; confirmed by officer %(officer)s with a passkey, checked"),
    Act.DEED: sentence("%(text)s; countersigned by officer %(officer)s with a passkey, checked"),
}
_ASKED: Final = sentence("an officer of %(who)s asked for the evidence, with a passkey, checked: %(officer)s")


@dataclass(frozen=True, kw_only=True)
class _Event:
    """Something that happened, with what must have been before it."""

    key: str
    at: int
    line: Line
    after: tuple[str, ...] = ()


def utc(seconds: int) -> str:
    """Give a time as people read it, in UTC."""
    return datetime.fromtimestamp(min(seconds, _LATEST), tz=UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def timeline(
    case: Case, chain: Chain, shown: Mapping[Digest, Shown], confirmed: Confirmed, trust: Trust
) -> tuple[Line, ...]:
    """Give all that happened, each step with who is responsible after it."""
    writer = _Writer(case, chain, shown, confirmed, trust)
    events = [*writer.foreign(), *writer.said(), *writer.entries(), *writer.exports()]
    responsible = chain.origin
    lines: list[Line] = []
    for event in _ordered(events, case.sources):
        digest = event.line.digest
        if digest is not None and digest in chain.taken:
            responsible = chain.taken[digest].taker
        elif digest in case.deeds and digest not in case.said:
            responsible = case.deeds[digest].envelope.aud
        lines.append(replace(event.line, responsible=responsible))
    return tuple(lines)


class _Writer:
    """Puts events into words."""

    def __init__(
        self, case: Case, chain: Chain, shown: Mapping[Digest, Shown], confirmed: Confirmed, trust: Trust
    ) -> None:
        self._case = case
        self._confirmed = confirmed
        self._chain = chain
        self._shown = shown
        self._trust = trust
        kind = case.sources[0].bundle.manifest.kind
        self._matter, self._about = _MATTER[kind], _CASE[kind]

    def foreign(self) -> Iterable[_Event]:
        """Give the deeds from before, in the order of the chain."""
        before: tuple[str, ...] = ()
        for said in sorted(self._case.deeds.values(), key=lambda each: each.envelope.epoch):
            if said.believed and said.digest not in self._case.said:
                yield _Event(key=said.digest, at=said.at, line=self._line(said), after=before)
                before = (said.digest,)

    def said(self) -> Iterable[_Event]:
        """Give what was said and is believed."""
        foreign = {said.envelope.epoch: digest for digest, said in self._case.deeds.items()}
        declines = {
            said.envelope.round: digest
            for digest, said in self._case.said.items()
            if said.envelope.act is Act.DECLINE and said.envelope.replaces is None
        }
        for said in self._case.said.values():
            if not said.believed:
                continue
            found = said.envelope
            before = [found.prev, found.re, found.replaces, foreign.get(found.epoch - 1)]
            if found.act is Act.VOID and found.reason == VoidReason.DECLINED:
                before.append(declines.get(found.round))
            after = tuple(each for each in before if each is not None)
            yield _Event(key=said.digest, at=said.at, line=self._line(said), after=after)

    def entries(self) -> Iterable[_Event]:
        """Give what an exporter's log says beside the envelopes."""
        for source in self._case.sources:
            for logged in source.logged:
                words = _ENTRIES.get(logged.entry.kind)
                if words is not None:
                    line = self._entry(source, logged, words)
                    yield _Event(key=logged.digest, at=logged.entry.time, line=line)

    def _line(self, said: Said) -> Line:
        envelope = said.envelope
        shown = self._shown.get(said.digest, Shown())
        by = envelope.by
        officers = None
        if by is not None:
            officers = {"prepared": by.prepared, "released": by.released, "role": by.role, "auth": by.auth}
        return Line(
            at=said.at,
            anchor=said.dated_by,
            who=envelope.iss,
            name=self._trust.name(envelope.iss),
            what=envelope.act.value,
            sentence=self._sentence(said, envelope),
            responsible=None,
            to=envelope.aud,
            round=envelope.round,
            digest=said.digest,
            officers=officers,
            ground=shown.cover,
            fields=shown.fields,
            place=said.place,
        )

    def _sentence(self, said: Said, envelope: Envelope) -> Sentence:
        answered = None if envelope.re is None else self._case.said.get(envelope.re)
        words = _ACTS[envelope.act]
        if answered is not None:
            words = _ANSWERS.get((envelope.act, answered.envelope.act), words)
        text = words.of(
            who=self._trust.name(envelope.iss),
            to=self._trust.name(envelope.aud),
            matter=self._matter,
            case=self._about,
            deadline=utc(envelope.deadline or 0),
            reason=_reason(envelope),
        )
        link = self._chain.taken.get(said.digest)
        if link is not None and link.taken_up_at is not None:
            since = utc(link.taken_up_at)
            text = sentence("%(text)s, and is responsible since %(time)s", text=text, time=since)
        if envelope.replaces is not None:
            text = sentence("%(text)s (the same act, signed anew)", text=text)
        officer = self._confirmed.said.get(said.digest)
        return text if officer is None else _DONE[envelope.act].of(text=text, officer=officer)

    def exports(self) -> Iterable[_Event]:
        """Give the demands for evidence that an officer's passkey has signed."""
        for source in self._case.sources:
            for logged in source.logged:
                found = self._confirmed.logged.get(logged.entry.object)
                if found is not None and found.statement.act is AssertedAct.EXPORT:
                    line = self._entry(source, logged, _ASKED, found.officer)
                    yield _Event(key=logged.digest, at=logged.entry.time, line=line)

    def _entry(self, source: Source, logged: Logged, words: Sentence, officer: str = "") -> Line:
        name = self._trust.name(source.node)
        return Line(
            at=logged.entry.time,
            anchor=None,
            who=source.node,
            name=name,
            what=logged.entry.kind.value,
            sentence=words.of(who=name, officer=officer),
            responsible=None,
            digest=logged.entry.object,
            place=logged.place,
        )


def _reason(envelope: Envelope) -> str:
    """Give the reason as the word of its list, so that pages can say it in plain words."""
    return next((each for each in REASONS.get(envelope.act, ()) if each == envelope.reason), "")


def _ordered(events: Iterable[_Event], sources: Sequence[Source]) -> list[_Event]:
    """Order by what must have been before what (answers, numbers, each exporter's log), and then by time."""
    known = {event.key: event for event in events}
    waits: dict[str, set[str]] = {
        key: {each for each in event.after if each in known} for key, event in known.items()
    }
    for source in sources:
        _follow(source, waits)
    followers: dict[str, list[str]] = defaultdict(list)
    for key, before in waits.items():
        for each in before:
            followers[each].append(key)
    ready = [(known[key].at, key) for key, before in waits.items() if not before]
    heapify(ready)
    ordered: list[_Event] = []
    while ready:
        _, key = heappop(ready)
        ordered.append(known.pop(key))
        for each in followers[key]:
            waits[each].discard(key)
            if not waits[each] and each in known:
                heappush(ready, (known[each].at, each))
    # What waits for itself cannot have happened so; it is shown all the same.
    return [*ordered, *sorted(known.values(), key=lambda event: (event.at, event.key))]


def _follow(source: Source, waits: dict[str, set[str]]) -> None:
    """What a node did came after all that its log has before it; what it heard may have been said long before."""
    before: set[str] = set()
    for logged in source.logged:
        key = _key(logged)
        if key not in waits:
            continue
        if logged.entry.kind is EntryKind.RECEIVED:
            before.add(key)
        else:
            waits[key] |= before - {key}
            before = {key}


def _key(logged: Logged) -> str:
    carried = logged.entry.kind in CARRIED
    return logged.entry.object if carried else logged.digest
