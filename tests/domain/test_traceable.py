"""A permission to trace is complete in itself; limits protect by decision, and by default."""

from dataclasses import replace

import pytest

from handover.domain.errors import MalformedError
from handover.domain.ids import NodeId
from handover.domain.traceable import (
    Limits,
    LimitsError,
    Permission,
    TracingBasis,
    TracingPermissionError,
    excluded,
)

DAY = 86400
NOW = 1_790_000_000
CONSENT = Permission(
    basis=TracingBasis.CONSENT, given_by="child", recorded_by="one", since=NOW, until=NOW + 30 * DAY
)
DECISION = replace(CONSENT, basis=TracingBasis.BEST_INTERESTS, given_by="", second_officer="two")


@pytest.mark.parametrize(
    ("permission", "now", "counts"),
    [
        (CONSENT, NOW, True),
        (CONSENT, NOW - 1, False),
        (CONSENT, NOW + 30 * DAY, False),
        (replace(CONSENT, withdrawn_at=NOW), NOW + 1, False),
    ],
)
def test_a_permission_counts_from_its_beginning_to_its_end_unless_it_is_withdrawn(
    permission: Permission, now: int, counts: bool
) -> None:
    assert permission.in_force(now) is counts


@pytest.mark.parametrize("giver", ["child", "caregiver", "guardian", "inquirer"])
def test_consent_to_tracing_is_given_by_those_who_may(giver: str) -> None:
    replace(CONSENT, given_by=giver).check()


@pytest.mark.parametrize(
    "permission",
    [
        replace(CONSENT, given_by="authority"),
        replace(CONSENT, until=NOW),
        replace(CONSENT, until=NOW + 733 * DAY),
        replace(DECISION, second_officer=None),
        replace(DECISION, second_officer="one"),
        replace(DECISION, until=NOW + 184 * DAY),
        replace(DECISION, until=NOW - 1),
    ],
)
def test_what_is_incomplete_permits_nothing(permission: Permission) -> None:
    with pytest.raises(TracingPermissionError):
        permission.check()


def test_a_decision_of_two_officers_counts_until_its_review_is_due() -> None:
    DECISION.check()
    assert not DECISION.in_force(DECISION.until)


@pytest.mark.parametrize(
    ("limits", "untold", "protects"),
    [
        (Limits(), "", False),
        (Limits(), "mark", True),
        (Limits(protected=True), "", True),
        (Limits(protected=True, about="mark"), "mark", True),
        (Limits(protected=False, about="mark"), "mark", False),
        (Limits(protected=False, about="mark"), "another", True),
        (Limits(protected=False, about="mark"), "", False),
        (Limits(protected=False, about=""), "", False),
        (Limits(protected=False, about=""), "mark", True),
    ],
)
def test_persons_who_must_not_be_told_protect_until_it_is_decided_about_these_very_persons(
    limits: Limits, untold: str, protects: bool
) -> None:
    assert limits.protects(untold) is protects


def test_a_node_is_excluded_by_its_name_or_with_its_country() -> None:
    limits = Limits(excluded=excluded(["de", "gr/athens", "de"]))
    assert limits.excluded == ("de", "gr/athens")
    assert limits.excludes(NodeId("gr/athens"))
    assert limits.excludes(NodeId("de/hamburg"))
    assert not limits.excludes(NodeId("gr/patras"))


def test_what_is_excluded_is_a_node_or_a_country_and_not_too_many() -> None:
    with pytest.raises(MalformedError):
        excluded(["Germany"])
    with pytest.raises(LimitsError):
        excluded(f"{first}{second}" for first in "abc" for second in "abcdefghijklmnopqrstuvwxyz")
