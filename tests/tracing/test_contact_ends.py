"""A contact ends by itself when nothing permits it any more; the other side is told the same for every reason."""

import pytest

from handover.domain.courses import LIVE, EndReason
from handover.domain.traceable import ProtectionReason
from handover.node import Node
from tracing.meeting import Meeting


def withdraw(made: Meeting, node: Node) -> None:
    of = made.child if node is made.holder else made.request
    desk, actor = node.tracing.permissions, made.officer(node)
    [kept] = desk.of_matter(of.id, actor=actor)
    desk.withdraw(of.id, kept.id, actor=actor)


def ended(made: Meeting, by: Node) -> list[str | None]:
    """Let one worker look, and give what both sides then have as the reason of the end."""
    assert by.after.contact_ends.tick() == 1
    made.settle()
    found = [made.contact(node) for node in (made.holder, made.asker)]
    assert not [each for each in found if each.state in LIVE]
    assert by.after.contact_ends.tick() == 0
    return [each.reason for each in found]


@pytest.mark.parametrize("side", ["holder", "asker"])
def test_a_contact_ends_with_the_consent_to_tracing_of_either_side(contact: Meeting, side: str) -> None:
    node = contact.holder if side == "holder" else contact.asker
    assert node.after.contact_ends.tick() == 0
    withdraw(contact, node)
    assert ended(contact, node) == [EndReason.CONSENT_WITHDRAWN] * 2


def test_a_record_that_is_protected_leaves_its_contact_and_nobody_is_told_why(contact: Meeting) -> None:
    athens = contact.holder
    athens.tracing.protections.protect(
        contact.child.id, ProtectionReason.FAMILY_THREAT, "An uncle.", actor=contact.officer(athens)
    )
    assert ended(contact, athens) == [EndReason.CONSENT_WITHDRAWN] * 2
