"""Whether what each side said in a round follows one thing from another: numbers, answers, and no second word."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from handover.application import verifier_again
from handover.application.verifier_case import Case, Said
from handover.application.verifier_report import Findings, Rule
from handover.domain.courses import course_of
from handover.domain.handover import Act, Role
from handover.domain.ids import Digest, NodeId, RoundId
from handover.domain.sentences import Sentence, sentence
from handover.domain.sequence import BY_SENDER, MOVES, REPLIES, Speaker, may_say
from handover.protocol.entry import CARRIED
from handover.protocol.envelope import Envelope
from handover.protocol.log_origin import FIRST

_EXCLUDE: Final = ((Act.DEED, Act.VOID), (Act.TAKE_UP_RECEIPT, Act.VOID_RECEIPT))
_ONE_GONE: Final = sentence("envelope %(first)s of %(node)s in the round %(round)s is missing")
_MORE_GONE: Final = sentence("envelope %(first)s to %(last)s of %(node)s in the round %(round)s is missing")
_SUPERSEDES: Final = frozenset({Act.VOID, Act.VOID_RECEIPT, Act.DECLINE, Act.END, Act.END_RECEIPT})


def check(case: Case, findings: Findings) -> None:
    """Check every round; a round in which something is missing is remembered as broken."""
    for round_, said in case.rounds().items():
        _same(round_, said, findings)
        sides: dict[NodeId, list[Said]] = defaultdict(list)
        for each in said:
            sides[each.envelope.iss].append(each)
        for node, spoken in sides.items():
            in_order = sorted(spoken, key=_number)
            _numbers(case, node, in_order, findings)
            case.superseded |= _superseded(in_order)
            _exclusive(case, spoken, findings)
        for each in said:
            _answers(case, each, findings)
            _reissued(case, each, findings)
    _contradictions(case, findings)
    _incarnations(case, findings)


def _number(said: Said) -> tuple[int, int]:
    return (said.envelope.incarnation, said.envelope.seq)


def _same(round_: RoundId, said: Sequence[Said], findings: Findings) -> None:
    """One round is between two nodes, about one matter, one epoch, one purpose and one schema."""
    first = said[0].envelope
    sender, course = opener(said), course_of(each.envelope.act for each in said)
    for each in said:
        found = each.envelope
        same = (
            {found.iss, found.aud} == {first.iss, first.aud}
            and (found.matter, found.epoch) == (first.matter, first.epoch)
            and (found.purpose, found.schema) == (first.purpose, first.schema)
        )
        if not same:
            text = sentence("it does not fit the rest of the round %(round)s", round=round_)
            findings.invalid(Rule.ROUND, each.place, text)
        elif sender and not may_say(course, Role.SENDER if found.iss == sender else Role.RECEIVER, found.act):
            text = sentence("%(act)s is not said by this side of a round", act=found.act)
            findings.invalid(Rule.ROUND, each.place, text)


def opener(said: Sequence[Said]) -> NodeId | None:
    """Give the side that opened a round: it alone says some acts, and of a round never heard of its end is known."""
    for acts in (BY_SENDER, {Act.END}):
        found = next((each.envelope.iss for each in said if each.envelope.act in acts), None)
        if found is not None:
            return found
    return None


def _numbers(case: Case, node: NodeId, spoken: Sequence[Said], findings: Findings) -> None:
    """Numbers run from 1 without a gap, and each envelope names the one before it."""
    named: dict[int, set[Digest]] = {}
    last = 0
    for said in spoken:
        envelope = said.envelope
        if envelope.seq > last + 1:
            case.broken.add(envelope.round)
            gone = _ONE_GONE if envelope.seq == last + 2 else _MORE_GONE
            text = gone.of(first=last + 1, last=envelope.seq - 1, node=node, round=envelope.round)
            _missing(case, said, Rule.SEQUENCE_GAP, text, findings)
        elif not _follows(named, said):
            findings.invalid(Rule.SEQUENCE, said.place, sentence("it does not name the envelope before it"))
        named.setdefault(envelope.seq, set()).add(said.digest)
        last = max(last, envelope.seq)


def _superseded(in_order: Sequence[Said]) -> set[Digest]:
    ends = [place for place, said in enumerate(in_order) if said.envelope.act in _SUPERSEDES]
    return {said.digest for said in in_order[: ends[-1]]} if ends else set()


def _missing(case: Case, said: Said, rule: Rule, text: Sentence, findings: Findings) -> None:
    """Who ends a round or signs an act anew stops saying what was before: that may never have arrived.

    Nothing rests on it then. That it did not arrive is shown by the exporter's log, whose streams have no gap.
    """
    envelope = said.envelope
    ends = envelope.act in _SUPERSEDES or envelope.replaces is not None
    if ends and envelope.iss not in case.exporters:
        findings.note(
            rule,
            said.place,
            sentence("%(text)s; %(act)s took its place before it arrived", text=text, act=envelope.act),
        )
    else:
        findings.incomplete(rule, said.place, text)


def _follows(named: dict[int, set[Digest]], said: Said) -> bool:
    envelope = said.envelope
    before = named.get(envelope.seq - 1)
    if envelope.seq == 1:
        return envelope.prev is None
    return before is None or envelope.prev in before


def _exclusive(case: Case, spoken: Sequence[Said], findings: Findings) -> None:
    """A deed and a void of one round exclude each other, but where two officers resolve it; no act is said twice."""
    for one, other in _EXCLUDE:
        first, second = case.of_act(spoken, one), case.of_act(spoken, other)
        if first and second and not second[0].resolves:
            text = sentence(
                "%(one)s and %(second)s in one round: %(node)s contradicts itself, see %(other)s",
                one=one,
                second=other,
                node=first[0].envelope.iss,
                other=first[0].place,
            )
            findings.invalid(Rule.EQUIVOCATION, second[0].place, text)
    for act in sorted(MOVES):
        counted: Said | None = None
        for each in sorted(case.of_act(spoken, act), key=_number):
            if counted is None or _gives_way(case, counted, each):
                counted = each
                continue
            restored = counted.envelope.incarnation != each.envelope.incarnation
            anew = counted.envelope.replaces or each.envelope.replaces or restored
            if anew and _says_the_same(counted.envelope, each.envelope):
                continue  # what was signed anew in between is not here
            text = sentence(
                "a second %(act)s in one round, and not as the same act signed anew: see %(other)s",
                act=act,
                other=counted.place,
            )
            findings.invalid(Rule.EQUIVOCATION, each.place, text)


def _gives_way(case: Case, first: Said, later: Said) -> bool:
    """Tell whether a node that was restored in between has forgotten the first, which nobody shows to have come.

    Of two voids it counts no more either, though it came: both say that the round is over.
    """
    if first.envelope.incarnation == later.envelope.incarnation:
        return False
    came = first.anchor is not None or first.digest in case.refused
    return first.envelope.act is Act.VOID or not came


def _answers(case: Case, said: Said, findings: Findings) -> None:
    envelope = said.envelope
    if envelope.re is None or envelope.act not in REPLIES:
        return
    reply = REPLIES[envelope.act]
    other = reply.by is Speaker.OTHER
    act = " or ".join(sorted(reply.to))
    found = case.said.get(envelope.re)
    if found is None:
        case.broken.add(envelope.round)
        text = sentence("the %(act)s %(digest)s that it answers is missing", act=act, digest=envelope.re)
        if other and _never_said(case, said):
            findings.invalid(
                Rule.ANSWER, said.place, sentence("%(text)s, and no log has it: it was never said", text=text)
            )
        else:
            _missing(case, said, Rule.ENVELOPE_MISSING, text, findings)
        return
    answered = found.envelope
    fits = (
        answered.act in reply.to
        and answered.round == envelope.round
        and (not other or answered.iss == envelope.aud)
        and answered.matter == envelope.matter
    )
    if not fits:
        findings.invalid(
            Rule.ANSWER,
            said.place,
            sentence(
                "what it answers is no %(act)s of this round: see %(other)s", act=act, other=found.place
            ),
        )


def _never_said(case: Case, said: Said) -> bool:
    """Tell whether an exporter that must have said or heard it has a log without a gap that knows nothing of it."""
    envelope = said.envelope
    sources = [source for source in case.sources if source.node in (envelope.iss, envelope.aud)]
    return any(
        envelope.matter not in source.gaps
        and all(logged.entry.object != envelope.re for logged in source.logged)
        for source in sources
    )


def _says_the_same(old: Envelope, new: Envelope) -> bool:
    commits = [each.payload and each.payload.commit for each in (old, new)]
    return (
        (old.iss, old.round, old.act, old.re) == (new.iss, new.round, new.act, new.re)
        and (old.record, old.fields, old.consent) == (new.record, new.fields, new.consent)
        and (old.deadline, old.reason, old.by) == (new.deadline, new.reason, new.by)
        and commits[0] == commits[1]
    )


def _reissued(case: Case, said: Said, findings: Findings) -> None:
    """The same act in new bytes: the same side, round and commitment."""
    envelope = said.envelope
    if envelope.replaces is None:
        return
    found = case.said.get(envelope.replaces)
    if found is None:
        case.broken.add(envelope.round)
        text = sentence("the envelope %(digest)s that it signs anew is missing", digest=envelope.replaces)
        _missing(case, said, Rule.ENVELOPE_MISSING, text, findings)
        return
    old = found.envelope
    if not _says_the_same(old, envelope) or old.seq >= envelope.seq:
        findings.invalid(
            Rule.REISSUE,
            said.place,
            sentence("it says something else than what it replaces: %(other)s", other=found.place),
        )


def _contradictions(case: Case, findings: Findings) -> None:
    """Two envelopes with one number, or with another predecessor: their signer contradicts itself, provably."""
    numbered: dict[tuple[NodeId, int, RoundId, int], Said] = {}
    shown: dict[tuple[NodeId, RoundId], list[Said]] = defaultdict(list)
    for said in case.everything():
        if not said.believed:
            continue
        found = said.envelope
        shown[found.iss, found.round].append(said)
        earlier = numbered.setdefault((found.iss, found.incarnation, found.round, found.seq), said)
        if earlier.digest != said.digest:
            text = sentence(
                "%(node)s has signed two envelopes with one number: see %(other)s",
                node=found.iss,
                other=earlier.place,
            )
            findings.invalid(Rule.EQUIVOCATION, said.place, text)
    for said in case.refused.values():
        found = said.envelope
        before = numbered.get((found.iss, found.incarnation, found.round, found.seq - 1))
        if said.believed and before is not None and before.digest != found.prev:
            text = sentence(
                "%(node)s names another envelope before this one than the one that came: see %(other)s",
                node=found.iss,
                other=before.place,
            )
            findings.invalid(Rule.EQUIVOCATION, said.place, text)
    for spoken in shown.values():
        if any(said.digest in case.refused for said in spoken):
            _exclusive(case, spoken, findings)


def _incarnations(case: Case, findings: Findings) -> None:
    """A node's incarnation never falls, in the order in which an exporter's log has what was said.

    An exporter that was restored forgot what it and others had said, and logged it once more when it was given it
    back: its log says nothing of the order, and the time in an envelope is what its signer's clock showed.
    """
    for source in case.sources:
        if verifier_again.incarnation(source) > FIRST:
            continue
        highest: dict[NodeId, int] = {}
        for logged in source.logged:
            said = case.said.get(logged.entry.object)
            if said is None or not said.believed or logged.entry.kind not in CARRIED:
                continue
            envelope = said.envelope
            known = highest.get(envelope.iss, FIRST)
            if envelope.incarnation < known:
                text = sentence("it comes from before a restore of its sender that was known already")
                findings.invalid(Rule.INCARNATION, said.place, text)
            highest[envelope.iss] = max(known, envelope.incarnation)
