"""Who is responsible: the chain of deeds, what is missing in it, and what one side left out that the other shows."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from handover.application import verifier_again
from handover.application.verifier_case import Case, Said, Source
from handover.application.verifier_report import Findings, Link, Rule
from handover.domain.handover import Act
from handover.domain.ids import Digest, NodeId
from handover.domain.sentences import sentence
from handover.domain.sequence import MOVES, SHOWS, TALK
from handover.protocol.evidence import Word

_RESPONSIBLE: Final = (Act.OFFER, Act.REFERRAL)  # the opening acts of whoever the chain leads to
_ONE_GONE: Final = sentence("the deed number %(first)s of the chain is missing")
_MORE_GONE: Final = sentence("the deeds number %(first)s to %(last)s of the chain are missing")


@dataclass(frozen=True, kw_only=True)
class Chain:
    """The deeds in order; `taken` gives for each take-up receipt the deed that it confirms."""

    origin: NodeId
    links: tuple[Link, ...]
    taken: dict[Digest, Link]

    @property
    def responsible(self) -> NodeId:
        """The node that is responsible by what is shown; who has given a deed still acts until the take-up."""
        holder = self.origin
        for link in self.links:
            holder = link.giver if link.taken_up_at is None and link is self.links[-1] else link.taker
        return holder


def check(case: Case, findings: Findings) -> Chain:
    """Give the chain of deeds, and check that each leads to the next and the last one to whoever offers."""
    deeds = _deeds(case, findings)
    taken: dict[Digest, Link] = {}
    rounds = case.rounds()
    links = [
        _link(case, deed, rounds.get(deed.envelope.round, []), taken) for _, deed in sorted(deeds.items())
    ]
    offers = [each for said in rounds.values() for act in _RESPONSIBLE for each in case.of_act(said, act)]
    offers.sort(key=lambda each: (each.envelope.epoch, each.at))
    by_epoch = {link.epoch: link for link in links}
    for first, last in _gaps([*by_epoch, _last(offers, links) + 1]):
        text = (_ONE_GONE if first == last else _MORE_GONE).of(first=first, last=last)
        findings.incomplete(Rule.CHAIN_GAP, _place(case), text)
    for said in (*deeds.values(), *offers):
        before = by_epoch.get(said.envelope.epoch - 1)
        if before is not None and before.taker != said.envelope.iss:
            text = sentence(
                "%(node)s was not responsible: the deed before it went to %(taker)s",
                node=said.envelope.iss,
                taker=before.taker,
            )
            findings.invalid(Rule.CHAIN, said.place, text)
    for link in links[:-1]:
        if link.taken_up_at is None and link.deed in case.said:
            text = sentence("the take-up of the deed number %(number)s is missing", number=link.epoch)
            findings.incomplete(Rule.CHAIN_GAP, case.said[link.deed].place, text)
    origin = links[0].giver if links else offers[0].envelope.iss if offers else case.sources[0].node
    return Chain(origin=origin, links=tuple(links), taken=taken)


def _deeds(case: Case, findings: Findings) -> dict[int, Said]:
    """Give one deed for each epoch; a second one proves that its giver has given the matter away twice."""
    found: dict[int, Said] = {}
    every = [*case.said.values(), *case.deeds.values()]
    for said in every:
        if said.envelope.act is not Act.DEED or not said.believed or said.replaced:
            continue
        if said.envelope.round in case.resolved:
            continue  # it counts no more, and its number is given again
        earlier = found.setdefault(said.envelope.epoch, said)
        if earlier.digest != said.digest:
            text = sentence(
                "a second deed number %(number)s: see %(other)s",
                number=said.envelope.epoch,
                other=earlier.place,
            )
            findings.invalid(Rule.EQUIVOCATION, said.place, text)
    for said in case.refused.values():
        rival = found.get(said.envelope.epoch) if said.envelope.round not in case.resolved else None
        if said.envelope.act is Act.DEED and said.believed and rival is not None:
            text = sentence(
                "a second deed number %(number)s, which was refused: see %(other)s",
                number=said.envelope.epoch,
                other=rival.place,
            )
            findings.invalid(Rule.EQUIVOCATION, said.place, text)
    return found


def _link(case: Case, deed: Said, said: Sequence[Said], taken: dict[Digest, Link]) -> Link:
    envelope = deed.envelope
    forms = {each.digest for each in said if each.envelope.act is Act.DEED}
    receipts = [
        each
        for each in case.of_act(said, Act.TAKE_UP_RECEIPT)
        if each.envelope.iss == envelope.aud and each.envelope.re in forms
    ]
    confirmed = receipts[0] if receipts and deed.digest in forms else None
    at = None
    if confirmed is not None:
        heard = case.said[confirmed.envelope.re or deed.digest]
        at = heard.anchored_at if heard.anchor == envelope.aud else confirmed.at
    link = Link(
        epoch=envelope.epoch,
        giver=envelope.iss,
        taker=envelope.aud,
        deed=deed.digest,
        given_at=envelope.iat,
        taken_up_at=at,
    )
    taken |= {receipt.digest: link for receipt in receipts}
    return link


def _last(offers: Sequence[Said], links: Sequence[Link]) -> int:
    return max([*(each.envelope.epoch - 1 for each in offers), *(link.epoch for link in links)], default=0)


def _gaps(epochs: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Give the first and last of all numbers that are left out between 0 and each of *epochs*, which rise."""
    for before, after in pairwise([0, *epochs]):
        if after > before + 1:
            yield before + 1, after - 1


def _place(case: Case) -> str:
    return ", ".join(dict.fromkeys(f"{source.node}" for source in case.sources))


def anchors(case: Case, findings: Findings) -> None:
    """Name every act for whose time nobody but its sender vouches."""
    for said in case.said.values():
        if not said.believed or said.anchor is not None or said.replaced:
            continue
        text = sentence("no receipt of %(node)s shows that it arrived, and when", node=said.envelope.aud)
        awaited = said.digest not in case.superseded and said.envelope.round not in case.resolved
        if said.envelope.act in MOVES and awaited:
            findings.incomplete(Rule.UNANCHORED, said.place, text)
        else:
            findings.note(Rule.UNANCHORED, said.place, text)


def sides(case: Case, findings: Findings) -> None:
    """Say what only the other side's bundle can show and, where it is here, what was left out."""
    exporters = case.exporters
    between: dict[tuple[NodeId, NodeId], list[Said]] = defaultdict(list)
    for said in case.said.values():
        one, other = sorted((said.envelope.iss, said.envelope.aud))
        between[one, other].append(said)
    for pair, both in between.items():
        missing = [node for node in pair if node not in exporters]
        for node in missing:
            text = sentence(
                "only a bundle of %(node)s can show whether something at the end was left out", node=node
            )
            findings.note(Rule.ONE_SIDE, _place(case), text)
        if not missing:
            for node in pair:
                _omitted(case, exporters[node], both, findings)


def _omitted(case: Case, source: Source, between: Sequence[Said], findings: Findings) -> None:
    own = set(source.bundle.manifest.parts[Word.ENVELOPE])
    for said in between:
        if said.digest in own or not said.believed:
            continue
        given_up = said.replaced or said.digest in case.superseded
        on_its_way = said.anchor is None and said.envelope.aud == source.node
        if given_up and on_its_way:
            findings.note(
                Rule.OMITTED,
                said.place,
                sentence("it did not reach %(node)s before something took its place", node=source.node),
            )
        elif on_its_way and said.envelope.act in SHOWS | TALK:
            text = sentence(
                "it is not proved to have reached %(node)s: what loses its ground does not leave",
                node=source.node,
            )
            findings.note(Rule.OMITTED, said.place, text)
        elif _had(source, said):
            text = sentence("%(node)s had this when it made its bundle, and left it out", node=source.node)
            findings.invalid(Rule.OMITTED, said.place, text)
        else:
            text = sentence(
                "the bundle of %(node)s does not have it: it may have been made before", node=source.node
            )
            findings.incomplete(Rule.OMITTED, said.place, text)


def _had(source: Source, said: Said) -> bool:
    """Tell whether the exporter's own signatures prove that it knew of the envelope when it made its bundle.

    Of what it has signed, and of what its log had, before it was restored, nothing proves that it knows it still.
    """
    manifest, envelope = source.bundle.manifest, said.envelope
    now = verifier_again.incarnation(source)
    if envelope.iss == source.node:
        return envelope.incarnation >= now and envelope.iat < manifest.exported
    if said.anchor != source.node or source.head is None or said.anchored_incarnation < now:
        return False
    return said.anchored_index < source.head.checkpoint.size
