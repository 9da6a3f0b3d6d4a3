"""Deeds that two officers of their giver have resolved: they count no more (docs/spec/evidence.md)."""

from typing import Final

from handover.application.verifier_case import Case, Said
from handover.application.verifier_report import Findings, Rule
from handover.application.verifier_trust import Trust
from handover.domain.errors import NotFoundError
from handover.domain.handover import Act
from handover.domain.ids import NodeId, RoundId
from handover.domain.resolution import overdue
from handover.domain.sentences import sentence
from handover.protocol.entry import EntryKind
from handover.protocol.node_entry import NodeStatus
from handover.protocol.node_key import KeyStatus, KeyUse
from handover.protocol.registry_set import Registry

_EARLY: Final = sentence("the deed was resolved while its receiver had still to be waited for")


def check(case: Case, trust: Trust, findings: Findings) -> None:
    """Find the rounds that were resolved; their deeds are not counted afterwards."""
    rounds = case.rounds()
    for said in case.everything():
        if said.resolves and said.believed and not said.replaced:
            if said.digest in case.said:
                case.resolved.setdefault(said.envelope.round, said)
            deeds = case.of_act(rounds.get(said.envelope.round, []), Act.DEED)
            _timely(said, deeds, trust, findings)
            _alone(case, said, findings)
    _logged(case, findings)


def _timely(said: Said, deeds: list[Said], trust: Trust, findings: Findings) -> None:
    """The receiver was overdue, or the registry of that time shows that it took part no more."""
    at, taker = said.envelope.iat, said.envelope.aud
    if any(overdue(deed.envelope.iat, at) for deed in deeds):
        return
    window = trust.window(at, at)
    if any(_lost(registry, taker, at) for registry in window):
        return
    sure = bool(window and deeds) and trust.whole(window, at)
    (findings.invalid if sure else findings.incomplete)(Rule.RESOLVED, said.place, _EARLY)


def _lost(registry: Registry, node: NodeId, at: int) -> bool:
    try:
        entry = registry.entry(node)
    except NotFoundError:
        return True
    stolen = (
        all(key.status is KeyStatus.COMPROMISED for key in entry.keys if key.use is use)
        for use in (KeyUse.SIG, KeyUse.SEAL)
    )
    return entry.status is NodeStatus.SUSPENDED or registry.lapsed(entry.country, at) or any(stolen)


def _alone(case: Case, said: Said, findings: Findings) -> None:
    """Whoever had taken the deed up holds itself responsible, as its giver does: people decide."""
    envelope = said.envelope
    taken = any(
        each.believed and each.envelope.round == envelope.round and each.envelope.act is Act.TAKE_UP_RECEIPT
        for each in case.everything()
    )
    if taken:
        text = sentence(
            "%(node)s has taken up the deed that %(giver)s resolved: both may hold themselves responsible",
            node=envelope.aud,
            giver=envelope.iss,
        )
        findings.incomplete(Rule.RESOLVED, said.place, text)


def _logged(case: Case, findings: Findings) -> None:
    """The giver's log names the deed that it resolved, and nothing else."""
    named: set[tuple[NodeId, RoundId]] = set()
    for source in case.sources:
        for logged in source.logged:
            if logged.entry.kind is not EntryKind.RESOLVED:
                continue
            deed = case.said.get(logged.entry.object)
            if deed is None or deed.envelope.act is not Act.DEED or deed.envelope.round not in case.resolved:
                text = sentence(
                    "the log has an entry that the deed %(digest)s was resolved, and the deed or its void is missing",
                    digest=logged.entry.object,
                )
                findings.incomplete(Rule.RESOLVED, logged.place, text)
            else:
                named.add((source.node, deed.envelope.round))
    for round_, said in case.resolved.items():
        giver = said.envelope.iss
        if giver in case.exporters and (giver, round_) not in named:
            text = sentence("the log of %(node)s has no entry that the deed was resolved", node=giver)
            findings.incomplete(Rule.RESOLVED, said.place, text)
