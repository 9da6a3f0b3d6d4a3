"""A person who was entered twice is no second officer to itself, whatever asks for one."""

from dataclasses import replace
from pathlib import Path

import pytest

import cases
from federation import ALL, federation
from handover.application.access import OPERATOR_HERE
from handover.application.colleagues import are_one, same_name
from handover.application.facts import Actor, Officer
from handover.application.overrides import Told
from handover.application.permissions import SameOfficerError
from handover.application.sealing import new_id
from handover.application.tracing_permissions import Permit
from handover.domain.consent import GroundError
from handover.domain.continuity import OverrideReason
from handover.domain.overrides import OverrideError
from handover.domain.traceable import TracingBasis
from handover.node import Node


def again(node: Node, name: str) -> Actor:
    """Enter somebody under *name*, as an identity provider does, which asks nobody whether there is one."""
    with node.database.begin() as work:
        officer = Officer(id=new_id(work.now), name=name, roles=ALL)
        work.staff.add(officer)
    return Actor(officer=officer.id, roles=ALL, auth="oidc")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Eleni P.", " eleni  p. ", True),
        ("Ά. Παπαδοπούλου", "Α\u0301. ΠΑΠΑΔΟΠΟΎΛΟΥ", True),
        ("Straße", "STRASSE", True),
        ("Eleni P.", "Eleni R.", False),
        ("Eleni P.", "Eleni", False),
    ],
)
def test_names_are_compared_as_they_are_read(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same
    assert same_name(other, one) is same


def test_who_is_not_on_the_list_is_told_apart_by_the_identifier(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens") as (fed, (node,)):
        first = fed.officer(node, "first").officer
        with node.database.reading() as work:
            stranger = new_id(work.now)
            assert are_one(work, first, first)
            assert not are_one(work, first, OPERATOR_HERE.officer)
            assert not are_one(work, stranger, OPERATOR_HERE.officer)
            assert not are_one(work, first, "somebody")


def test_a_second_account_of_ones_own_neither_releases_nor_countersigns(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, (athens, hamburg)):
        first, second = fed.officer(athens, "first"), fed.officer(athens, "second")
        with pytest.raises(SameOfficerError):
            cases.offer(fed, athens, hamburg.id, first, again(athens, "First"))
        made = cases.offer(fed, athens, hamburg.id, first, second)
        with pytest.raises(SameOfficerError):
            athens.offers.countersign(made.id, actor=again(athens, "SECOND"))


def test_a_second_account_of_ones_own_is_named_as_no_second_officer(tmp_path: Path) -> None:
    with federation(tmp_path, "gr/athens") as (fed, (node,)):
        first, second = fed.officer(node, "first"), fed.officer(node, "second")
        matter, alias = cases.begin(fed, node, first).id, again(node, "First")
        told = Told(
            to="Clinic of the city",
            fields=("health",),
            reason=OverrideReason.MEDICAL_EMERGENCY,
            text="An operation that could not wait.",
            second_officer=alias.officer,
        )
        with pytest.raises(GroundError):
            node.after.overrides.tell(matter, told, actor=first)
        permit = Permit(
            basis=TracingBasis.BEST_INTERESTS,
            statement={"reason": "The child cannot be asked."},
            until=fed.clock.now + 86400,
            second_officer=alias.officer,
        )
        with pytest.raises(GroundError):
            node.tracing.permissions.record(matter, permit, actor=first)
        with pytest.raises(GroundError):
            node.tracing.protections.lift(
                matter, "No danger any more.", second_officer=alias.officer, actor=first
            )
        kept = node.after.overrides.tell(matter, replace(told, second_officer=second.officer), actor=first)
        for one_of_both in (alias, again(node, "Second")):
            with pytest.raises(OverrideError):
                node.after.overrides.review(
                    matter, kept.id, text="It was right.", child_told=True, actor=one_of_both
                )
        third = fed.officer(node, "third")
        done = node.after.overrides.review(
            matter, kept.id, text="It was right.", child_told=True, actor=third
        )
        assert done.override.reviewed_by == third.officer
