"""The role that is signed beside what an officer did is one that allows it, whatever else the officer may be."""

from itertools import combinations

import pytest

from handover.application.facts import Actor, OfficerRole
from handover.application.permissions import MAY, Right, acts_as
from handover.domain.ids import UUID7

_SETS = [roles for size in range(len(OfficerRole) + 1) for roles in combinations(sorted(OfficerRole), size)]


@pytest.mark.parametrize("roles", _SETS, ids=lambda roles: "-".join(roles) or "none")
def test_the_role_that_is_signed_allows_what_the_officer_may_do(roles: tuple[OfficerRole, ...]) -> None:
    actor = Actor(officer=UUID7("0198c0de-0000-7000-8000-000000000001"), roles=roles, auth="passkey")
    signed = acts_as(actor)
    assert signed in roles or (signed, roles) == ("none", ())
    for right in (Right.RELEASE, Right.DECIDE, Right.PREPARE, Right.WRITE_CASE):
        assert bool(MAY[right] & set(roles)) is (signed in MAY[right])
