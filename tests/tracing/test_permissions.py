"""Nobody is traced without a consent or a decision of two officers; protected children are out of everything."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from federation import Federation, federation
from handover.application.consents import StatementError
from handover.application.facts import Matter, OfficerRole
from handover.application.permissions import ForbiddenError
from handover.application.tracing_permissions import Permit, Standing
from handover.domain.consent import GroundError, GroundWithdrawnError
from handover.domain.errors import NotFoundError
from handover.domain.traceable import (
    LimitsError,
    ProtectionReason,
    TracingBasis,
    TracingPermissionError,
)
from handover.node import Node
from tracing.permitted import CHILD, DAY, STATEMENT, UNTOLD, matter, permit, write


@pytest.fixture(scope="module")
def athens(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Federation, Node]]:
    with federation(tmp_path_factory.mktemp("tracing"), "gr/athens") as (fed, [node]):
        yield fed, node


def standing(fed: Federation, node: Node, of: Matter) -> Standing:
    return node.tracing.permissions.standing(of.id, actor=fed.officer(node, "first"))


def decision(fed: Federation, node: Node) -> Permit:
    second = fed.officer(node, "second").officer
    return Permit(
        basis=TracingBasis.BEST_INTERESTS,
        statement={"reason": "The child is too young to be asked."},
        until=fed.clock.now + 90 * DAY,
        second_officer=second,
    )


def test_a_consent_to_trace_is_kept_with_its_words_and_withdrawn_once(
    athens: tuple[Federation, Node],
) -> None:
    fed, node = athens
    actor, of = fed.officer(node, "first"), matter(fed, node, CHILD)
    assert standing(fed, node, of).permission is None
    kept = permit(fed, node, of)
    assert standing(fed, node, of).permission == kept
    assert node.tracing.permissions.open(of.id, kept.id, actor=actor) == (kept, STATEMENT)
    node.tracing.permissions.withdraw(of.id, kept.id, actor=actor)
    assert standing(fed, node, of).permission is None
    with pytest.raises(GroundWithdrawnError):
        node.tracing.permissions.withdraw(of.id, kept.id, actor=actor)
    [found] = node.tracing.permissions.of_matter(of.id, actor=actor)
    assert found.permission.withdrawn_at == fed.clock.now


def test_a_permission_ends_by_itself(athens: tuple[Federation, Node]) -> None:
    fed, node = athens
    of = matter(fed, node, CHILD)
    permit(fed, node, of, days=10)
    fed.clock.pass_(10 * DAY)
    assert standing(fed, node, of).permission is None


def test_a_decision_has_a_reason_and_a_second_officer_who_works_on_cases(
    athens: tuple[Federation, Node],
) -> None:
    fed, node = athens
    actor, of = fed.officer(node, "first"), matter(fed, node, CHILD)
    wanted = decision(fed, node)
    operator = fed.officer(node, "operator", (OfficerRole.OPERATOR,)).officer
    desk = node.tracing.permissions
    for wrong in (replace(wanted, second_officer=None), replace(wanted, second_officer=actor.officer)):
        with pytest.raises(TracingPermissionError):
            desk.record(of.id, wrong, actor=actor)
    with pytest.raises(GroundError):
        desk.record(of.id, replace(wanted, second_officer=operator), actor=actor)
    with pytest.raises(StatementError):
        desk.record(of.id, replace(wanted, statement={"reason": "  "}), actor=actor)
    kept = desk.record(of.id, wanted, actor=actor)
    assert standing(fed, node, of).permission == kept


@pytest.mark.parametrize("missing", sorted(STATEMENT))
def test_a_consent_says_who_gave_it_and_how(athens: tuple[Federation, Node], missing: str) -> None:
    fed, node = athens
    of, until = matter(fed, node, CHILD), fed.clock.now + DAY
    said = {name: text for name, text in STATEMENT.items() if name != missing}
    for statement in (said, {**said, missing: " "}):
        wanted = Permit(basis=TracingBasis.CONSENT, statement=statement, until=until)
        with pytest.raises(StatementError):
            node.tracing.permissions.record(of.id, wanted, actor=fed.officer(node, "first"))


def test_a_consent_has_no_second_officer(athens: tuple[Federation, Node]) -> None:
    fed, node = athens
    of = matter(fed, node, CHILD)
    wanted = replace(decision(fed, node), basis=TracingBasis.CONSENT, statement=STATEMENT)
    with pytest.raises(TracingPermissionError):
        node.tracing.permissions.record(of.id, wanted, actor=fed.officer(node, "first"))


def test_a_permission_belongs_to_its_matter(athens: tuple[Federation, Node]) -> None:
    fed, node = athens
    of, other = matter(fed, node, CHILD), matter(fed, node, CHILD)
    kept = permit(fed, node, of)
    with pytest.raises(NotFoundError):
        node.tracing.permissions.withdraw(other.id, kept.id, actor=fed.officer(node, "first"))


def test_a_record_that_names_persons_who_must_not_be_told_is_protected_until_two_officers_decide(
    athens: tuple[Federation, Node],
) -> None:
    fed, node = athens
    first, second = fed.officer(node, "first"), fed.officer(node, "second")
    of = matter(fed, node, {**CHILD, "protection.not_to_be_told": UNTOLD})
    assert (standing(fed, node, of).protected, standing(fed, node, of).by_default) == (True, True)
    with pytest.raises(LimitsError):
        node.tracing.protections.lift(of.id, "No danger.", second_officer=first.officer, actor=first)
    node.tracing.protections.lift(of.id, "No danger.", second_officer=second.officer, actor=first)
    assert not standing(fed, node, of).protected
    another: list[object] = [{"relation": "aunt", "withhold": "Where the child is."}]
    write(fed, node, of, {**CHILD, "protection.not_to_be_told": another})  # type: ignore[dict-item]
    assert standing(fed, node, of).by_default


def test_one_officer_protects_at_once_and_writes_why(athens: tuple[Federation, Node]) -> None:
    fed, node = athens
    actor, of = fed.officer(node, "first"), matter(fed, node, CHILD)
    desk = node.tracing.protections
    with pytest.raises(LimitsError):
        desk.protect(of.id, ProtectionReason.WITNESS, " ", actor=actor)
    desk.protect(of.id, ProtectionReason.WITNESS, "She has seen it.", actor=actor)
    found = standing(fed, node, of)
    assert (found.protected, found.by_default) == (True, False)
    kept = desk.open(of.id, actor=actor)
    assert (kept.limits.reason, kept.text) == (ProtectionReason.WITNESS, "She has seen it.")


def test_only_those_who_decide_lift_a_protection(athens: tuple[Federation, Node]) -> None:
    fed, node = athens
    of = matter(fed, node, CHILD)
    caseworker = fed.officer(node, "caseworker", (OfficerRole.CASEWORKER,))
    second = fed.officer(node, "second").officer
    with pytest.raises(ForbiddenError):
        node.tracing.protections.lift(of.id, "No danger.", second_officer=second, actor=caseworker)


def test_askers_are_excluded_by_record_and_a_protection_keeps_them(athens: tuple[Federation, Node]) -> None:
    fed, node = athens
    actor, of = fed.officer(node, "first"), matter(fed, node, CHILD)
    desk = node.tracing.protections
    assert desk.exclude(of.id, ["tr", "de/hamburg", "tr"], actor=actor) == ("de/hamburg", "tr")
    desk.protect(of.id, ProtectionReason.OTHER, "For now.", actor=actor)
    assert standing(fed, node, of).excluded == ("de/hamburg", "tr")


def test_nothing_of_the_words_lies_open_and_every_protection_has_one_size(
    athens: tuple[Federation, Node], tmp_path: Path
) -> None:
    fed, node = athens
    actor = fed.officer(node, "first")
    sizes = set()
    for text in ("Zzyzx", "Zzyzx " * 40):
        of = matter(fed, node, CHILD)
        node.tracing.protections.protect(of.id, ProtectionReason.TRAFFICKING, text, actor=actor)
        with node.database.engine.connect() as connection:
            query = "SELECT sealed FROM tracing_limits WHERE matter = ?"
            [row] = connection.exec_driver_sql(query, (of.id,))
        sizes.add(len(row.sealed))
        assert b"Zzyzx" not in row.sealed
        assert b"trafficking" not in row.sealed
    assert len(sizes) == 1
