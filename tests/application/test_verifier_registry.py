"""Whom an auditor believes, and as of when: roots, states of the registry, keys that got into other hands."""

from dataclasses import replace
from pathlib import Path

import pytest

from handover.application.verifier import verify
from handover.application.verifier_report import Report, Rule, Severity, Verdict
from handover.domain.handover import Act
from handover.domain.ids import NodeId
from handover.protocol.evidence import Word
from handover.protocol.node_entry import Mandate
from handover.protocol.node_key import KeyStatus, KeyUse
from handover.protocol.registry_set import MetadataSet
from paper import DAY, NOW, Author, Paper, Tale, bundle, paper
from registrar import HOLDERS, holder
from stories import rules, told

ATHENS, HAMBURG = NodeId("gr/athens"), NodeId("de/hamburg")
NAMES = (ATHENS, HAMBURG)


@pytest.fixture
def world(tmp_path: Path) -> Paper:
    return paper(tmp_path, *NAMES)


def told_by(world: Paper, **options: object) -> Tale:
    return Tale(world, *world.authors, **options)  # type: ignore[arg-type]


def judge(world: Paper, *files: bytes, registry: MetadataSet | None = None) -> Report:
    return verify(files, root=world.root, registry=registry)


def changed(world: Paper, node: NodeId, **changes: object) -> None:
    """Prepare another entry for the node, as operators who do what they like could."""
    drafts = world.registrar.ceremony._drafts
    page = drafts.country(node.country, NOW)
    drafts.enter(page, replace(drafts.entry(page, node), **changes))  # type: ignore[arg-type]


def compromise(world: Paper, node: NodeId, *, since: int, now: int, use: KeyUse = KeyUse.SIG) -> MetadataSet:
    key = next(each for each in world.authors if each.node == node).public_keys()
    kid = next(each.kid for each in key if each.use is use)
    world.registrar.ceremony.mark_compromised(node, kid, since=since, now=now)
    return world.publish(now)


def test_a_key_compromised_after_the_act_leaves_the_act_valid(world: Paper) -> None:
    tale = told_by(world)
    data = bundle(tale.sender, tale.whole())
    newer = compromise(world, ATHENS, since=tale.now + DAY, now=tale.now + 2 * DAY)
    report = judge(world, bundle(tale.receiver, tale, at=tale.now), registry=newer)
    assert report.verdict is Verdict.VALID, told(report)
    assert Rule.KEY_COMPROMISED in rules(report, Severity.NOTE)
    # Whoever has the key can put a file together in the exporter's name, whatever its parts prove.
    report = judge(world, data, registry=newer)
    assert rules(report) == {Rule.KEY_COMPROMISED}, told(report)
    assert report.verdict is Verdict.INCOMPLETE


def test_a_key_compromised_before_the_act_makes_it_invalid(world: Paper) -> None:
    tale = told_by(world)
    tale.tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    since = tale.now - 60
    tale.tell(Act.DEED, Act.TAKE_UP_RECEIPT)
    data = bundle(tale.receiver, tale)
    assert judge(world, data).verdict is Verdict.VALID
    newer = compromise(world, ATHENS, since=since, now=tale.now)
    report = judge(world, data, registry=newer)
    assert report.verdict is Verdict.INVALID
    found = [each for each in report.findings if each.rule is Rule.KEY_COMPROMISED]
    assert [each.severity for each in found if "(deed)" in each.place] == [Severity.INVALID]


def test_an_act_without_a_receipt_cannot_be_dated_before_the_compromise(world: Paper) -> None:
    tale = told_by(world)
    tale.tell(Act.OFFER)
    tale.say(Act.QUESTION, tale.receiver, deliver=False)
    newer = compromise(world, HAMBURG, since=tale.now + DAY, now=tale.now + 2 * DAY)
    report = judge(world, bundle(tale.receiver, tale, at=tale.now), registry=newer)
    assert Rule.KEY_COMPROMISED in rules(report, Severity.INCOMPLETE), told(report)


def test_a_deed_that_nobody_has_logged_makes_nobody_responsible_once_its_key_was_stolen(world: Paper) -> None:
    tale = told_by(world)
    tale.tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    tale.say(Act.DEED, tale.sender, deliver=False)
    data = bundle(tale.sender, tale, at=tale.now)
    assert len(judge(world, data).matters[0].chain) == 1
    newer = compromise(world, ATHENS, since=tale.now + DAY, now=tale.now + 2 * DAY)
    report = judge(world, data, registry=newer)
    assert report.matters[0].chain == (), told(report)
    assert Rule.KEY_COMPROMISED in rules(report, Severity.INCOMPLETE)


def test_a_log_key_in_other_hands_anchors_nothing(world: Paper) -> None:
    tale = told_by(world)
    data = bundle(tale.sender, tale.whole())
    newer = compromise(world, HAMBURG, since=NOW - 1, now=tale.now, use=KeyUse.LOG)
    report = judge(world, data, registry=newer)
    assert rules(report) == {Rule.KEY_COMPROMISED, Rule.UNANCHORED}, told(report)


def test_a_log_in_other_hands_is_nobodys_word(world: Paper) -> None:
    tale = told_by(world)
    data = bundle(tale.sender, tale.whole())
    newer = compromise(world, ATHENS, since=NOW - 1, now=tale.now, use=KeyUse.LOG_PQ)
    report = judge(world, data, registry=newer)
    found = [each for each in report.findings if each.rule is Rule.KEY_COMPROMISED]
    assert any("log that is shown" in each.text for each in found), told(report)


def test_an_offer_to_a_suspended_node_is_refused(world: Paper) -> None:
    tale = told_by(world, now=NOW + 2 * DAY, deadline=NOW + 9 * DAY)
    world.registrar.ceremony.suspend(HAMBURG, now=NOW + 60)
    world.publish(NOW + 60)
    report = judge(world, bundle(tale.sender, tale.whole()))
    assert Rule.SUSPENDED in rules(report, Severity.INVALID), told(report)


def test_a_suspension_of_the_same_day_may_not_have_been_known(world: Paper) -> None:
    tale = told_by(world)
    tale.now = NOW + 3600
    world.registrar.ceremony.suspend(HAMBURG, now=NOW + 60)
    world.publish(NOW + 60)
    report = judge(world, bundle(tale.sender, tale.whole()))
    assert report.verdict is Verdict.VALID, told(report)
    assert Rule.SUSPENDED in rules(report, Severity.NOTE)


def test_a_version_that_is_shown_old_may_have_been_dated_anew_until_the_next_was_issued(world: Paper) -> None:
    """Seed 412: the giver had the version before the suspension by a date of that day, the bundle by an older one."""
    tale = told_by(world, now=NOW + 2 * DAY + 3600, deadline=NOW + 9 * DAY)
    world.registrar.ceremony.suspend(HAMBURG, now=NOW + 2 * DAY + 60)
    world.publish(NOW + 2 * DAY + 60)
    report = judge(world, bundle(tale.sender, tale.whole()))
    assert Rule.SUSPENDED in rules(report, Severity.NOTE), told(report)
    assert Rule.SUSPENDED not in rules(report, Severity.INVALID)


@pytest.mark.parametrize(("node", "verdict"), [(ATHENS, Verdict.VALID), (HAMBURG, Verdict.INVALID)])
def test_who_was_suspended_meanwhile_may_close_its_rounds_and_is_given_nothing(
    world: Paper, node: NodeId, verdict: Verdict
) -> None:
    tale = told_by(world)
    tale.tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    world.registrar.ceremony.suspend(node, now=tale.now)
    world.publish(tale.now)
    tale.now += DAY + 60
    tale.tell(Act.DEED, Act.TAKE_UP_RECEIPT)
    report = judge(world, bundle(tale.sender, tale))
    assert report.verdict is verdict, told(report)
    assert rules(report) <= {Rule.SUSPENDED}


@pytest.mark.parametrize("node", NAMES)
def test_a_side_without_the_mandate_is_refused(world: Paper, node: NodeId) -> None:
    changed(world, node, mandates=(Mandate.FAMILY_TRACING,))
    world.publish(NOW + 60)
    tale = told_by(world, now=NOW + 2 * DAY)
    report = judge(world, bundle(tale.sender, tale.whole()))
    assert Rule.MANDATE in rules(report, Severity.INVALID), told(report)


def test_an_act_before_every_state_that_is_shown_is_named(world: Paper) -> None:
    tale = told_by(world)
    tale.whole()
    world.publish(tale.now + 60)
    world.sets = world.sets[1:]
    report = judge(world, bundle(tale.sender, tale, at=tale.now + 120))
    assert rules(report) == {Rule.REGISTRY_TIME}, told(report)


def test_an_old_registry_is_noted_and_an_expired_one_is_named(world: Paper) -> None:
    for days, severity in ((2, Severity.NOTE), (400, Severity.INCOMPLETE)):
        a, b = (Author(each.node, now=each.now) for each in world.authors)
        tale = Tale(world, a, b, name=f"{days}", now=NOW + days * DAY, deadline=NOW + (days + 14) * DAY)
        report = judge(world, bundle(tale.sender, tale.whole()))
        assert Rule.REGISTRY_TIME in rules(report, severity), told(report)


def test_a_key_that_is_over_is_refused(world: Paper) -> None:
    tale = told_by(world, now=NOW + 700 * DAY, deadline=NOW + 710 * DAY)
    report = judge(world, bundle(tale.sender, tale.whole()))
    assert Rule.KEY in rules(report, Severity.INVALID), told(report)


def test_a_retired_key_is_noted(world: Paper) -> None:
    entry = world.authors[0].entry()
    keys = tuple(
        replace(key, status=KeyStatus.RETIRED) if key.use is KeyUse.SIG else key for key in entry.keys
    )
    changed(world, ATHENS, keys=keys)
    world.publish(NOW + 60)
    tale = told_by(world, now=NOW + 2 * DAY)
    report = judge(world, bundle(tale.sender, tale.whole()))
    assert Rule.KEY in rules(report, Severity.NOTE), told(report)


def test_a_key_that_the_newest_registry_no_longer_lists_is_named(world: Paper) -> None:
    tale = told_by(world)
    data = bundle(tale.sender, tale.whole())
    entry = world.authors[1].entry()
    changed(world, HAMBURG, keys=tuple(key for key in entry.keys if key.use is not KeyUse.SIG))
    newer = world.publish(tale.now + 60)
    report = judge(world, data, registry=newer)
    assert Rule.KEY in rules(report, Severity.INCOMPLETE), told(report)


def test_another_registry_in_the_bundle_is_refused(world: Paper, tmp_path: Path) -> None:
    tale = told_by(world)
    other = paper(tmp_path / "other", *NAMES, now=NOW - 5)
    tale.whole()
    tale.paper = other
    report = judge(world, bundle(tale.sender, tale))
    assert report.verdict is Verdict.INVALID
    assert Rule.ROOT in rules(report)


def test_a_part_of_another_registry_is_refused(world: Paper, tmp_path: Path) -> None:
    tale = told_by(world)
    others = tuple(map(holder, ("xa", "xb", "xc")))
    found = paper(tmp_path / "other", *NAMES, now=NOW - 5, holders=others).sets[0]

    def change(lines: dict[Word, list[bytes]]) -> None:
        lines[Word.TIMESTAMP].append(found.timestamp)
        lines[Word.PAGE] += [found.snapshot, found.targets, *found.roles.values()]

    report = judge(world, bundle(tale.sender, tale.whole(), change=change))
    assert Rule.REGISTRY in rules(report, Severity.INVALID)


def test_two_bundles_of_two_registries_contradict_each_other(world: Paper, tmp_path: Path) -> None:
    tale = told_by(world)
    one = bundle(tale.sender, tale.whole())
    tale.paper = paper(tmp_path / "other", *NAMES, now=NOW - 5)
    report = judge(world, one, bundle(tale.receiver, tale))
    assert Rule.ROOT in rules(report, Severity.INVALID)


def rotated(world: Paper, now: int) -> bytes:
    """Let another holder take part in the root, and give the new root page."""
    new = holder("dee")
    world.registrar.ceremony.rotate_holders(
        "root", out=[HOLDERS[0].key], into=[new.key], threshold=None, now=now
    )
    world.registrar.sign(*HOLDERS, new)
    world.publish(now)
    return world.sets[-1].root_chain[-1]


def test_a_chain_of_roots_is_followed_from_whichever_link_was_pinned(world: Paper) -> None:
    tale = told_by(world)
    tale.tell(Act.OFFER, Act.OPENED, Act.ACCEPTANCE)
    newer = rotated(world, tale.now)
    tale.tell(Act.DEED, Act.TAKE_UP_RECEIPT)
    data = bundle(tale.sender, tale)
    report = judge(world, data)
    assert report.verdict is Verdict.VALID, told(report)
    # Who trusts only the newer root cannot be shown the older state; the rest still stands.
    report = verify([data], root=newer)
    assert report.verdict is Verdict.INCOMPLETE, told(report)
    assert Rule.REGISTRY in rules(report)


def test_a_root_newer_than_the_bundle_is_named(world: Paper) -> None:
    tale = told_by(world)
    data = bundle(tale.sender, tale.whole())
    newer = rotated(world, tale.now + 60)
    report = verify([data], root=newer)
    assert report.verdict is Verdict.INCOMPLETE
    assert rules(report) == {Rule.ROOT}, told(report)


def test_a_registry_of_others_that_is_given_changes_nothing(world: Paper, tmp_path: Path) -> None:
    tale = told_by(world)
    data = bundle(tale.sender, tale.whole())
    foreign = paper(tmp_path / "third", *NAMES, now=NOW - 7).sets[0]
    report = judge(world, data, registry=foreign)
    assert rules(report) == {Rule.REGISTRY}, told(report)
    assert report.verdict is Verdict.INCOMPLETE


def test_display_names_come_from_the_registry(world: Paper) -> None:
    tale = told_by(world)
    report = judge(world, bundle(tale.sender, tale.whole()))
    assert report.matters[0].names == {ATHENS: "Authority of athens", HAMBURG: "Authority of hamburg"}
    assert "Authority of athens offers Authority of hamburg" in report.matters[0].timeline[0].text
