"""What the registry says of a node, its mandates and whether it was admitted: by each state that counts for an act."""

from collections.abc import Callable
from typing import Final

from handover.application.verifier_case import Said
from handover.application.verifier_report import Findings, Rule
from handover.application.verifier_trust import Trust
from handover.domain.errors import NotFoundError
from handover.domain.ids import NodeId
from handover.domain.sentences import Sentence, sentence
from handover.protocol.node_entry import Mandate, NodeEntry, NodeStatus
from handover.protocol.registry_set import Registry

Question = Callable[[NodeEntry, Registry, int], bool]
"""What is asked of a node in a state of the registry, at a time."""
_BY_ANOTHER: Final = sentence("%(text)s by a registry less than a day old")


def mandated(mandate: Mandate) -> Question:
    """Ask whether a node has a mandate."""

    def holds(entry: NodeEntry, _: Registry, __: int) -> bool:
        return mandate in entry.mandates

    return holds


def admitted(entry: NodeEntry, registry: Registry, at: int) -> bool:
    """Tell whether a node was admitted at a time, and not suspended."""
    return entry.status is not NodeStatus.SUSPENDED and not registry.lapsed(entry.country, at)


def ask(
    said: Said,
    node: NodeId,
    rule: Rule,
    text: Sentence,
    asked: Question,
    *,
    trust: Trust,
    findings: Findings,
) -> None:
    """Note what does not hold of a node when something was said, by how sure that is.

    What a restored recipient has logged once more may have come as early as it was signed.
    """
    begin, end = said.envelope.iat, said.at
    window = trust.window(begin, end)
    answers = [_holds(each, node, asked, end) for each in window]
    if not answers or answers[0]:
        return
    before = said.dated_again and any(_holds(each, node, asked, begin) for each in window)
    if any(answers):
        findings.note(rule, said.place, _BY_ANOTHER.of(text=text))
    elif trust.whole(window, begin) and not before:
        findings.invalid(rule, said.place, text)
    else:
        findings.incomplete(rule, said.place, text)  # a state on which it rested is not shown


def _holds(registry: Registry, node: NodeId, asked: Question, at: int) -> bool:
    """Tell whether it holds of the node in this state of the registry; of nobody it holds of whom it knows nothing."""
    try:
        return asked(registry.entry(node), registry, at)
    except NotFoundError:
        return False
