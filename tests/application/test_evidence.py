"""Exporting evidence: who may, what is in it, and which registry it rests on."""

from dataclasses import replace
from pathlib import Path

import pytest

from federation import START
from handover.application.alarms import raise_alarm
from handover.application.facts import OfficerRole
from handover.application.permissions import ForbiddenError
from handover.application.verifier import verify
from handover.application.verifier_report import Rule, Severity, Verdict
from handover.domain.errors import NotFoundError
from handover.domain.ids import MatterId
from handover.protocol import registry_set, strict
from registrar import Registrar
from stories import checked, rules, story, told

NAMES = ("gr/athens", "de/hamburg", "es/barcelona")


def test_without_a_root_nothing_is_more_than_incomplete(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        s.hand_over(athens, hamburg, matter)
        report = verify([s.export(athens, matter)])
        assert report.verdict is Verdict.INCOMPLETE
        assert rules(report) == {Rule.ROOT}
        assert report.root is None
        assert registry_set.fingerprint(s.root) in told(report)


def test_another_root_makes_it_invalid(tmp_path: Path) -> None:
    other = Registrar(tmp_path / "other", now=START - 1)
    other.found("gr")
    with story(tmp_path, *NAMES[:2]) as s:
        athens, hamburg = s.nodes
        matter = s.matter(athens).id
        s.hand_over(athens, hamburg, matter)
        bundle = s.export(athens, matter)
        report = verify([bundle], root=other.repository.pinned())
        assert report.verdict is Verdict.INVALID
        assert Rule.ROOT in rules(report)
        assert verify([bundle], root=b"{}").verdict is Verdict.INVALID


def test_each_export_is_logged_and_the_next_bundle_shows_it(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, _ = s.nodes
        matter = s.matter(athens).id
        s.export(athens, matter)
        report = checked([s.export(athens, matter)], s)
        assert [line.what for line in report.matters[0].timeline].count("exported") == 1


def test_only_who_may_read_or_audit_exports(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES[:2]) as s:
        athens, _ = s.nodes
        matter = s.matter(athens).id
        auditor = s.fed.officer(athens, "auditor", (OfficerRole.AUDITOR,))
        assert athens.evidence.export(matter, actor=auditor)
        operator = s.fed.officer(athens, "operator", (OfficerRole.OPERATOR,))
        with pytest.raises(ForbiddenError):
            athens.evidence.export(matter, actor=operator)
        with pytest.raises(NotFoundError):
            athens.evidence.export(MatterId("0198c0de-0000-7000-8000-000000000000"), actor=auditor)


def test_a_contradiction_and_damage_do_not_stop_an_export(tmp_path: Path) -> None:
    with story(tmp_path, *NAMES) as s:
        athens, hamburg, barcelona = s.nodes
        second = s.hand_over(athens, hamburg, s.matter(athens).id)
        third = s.hand_over(hamburg, barcelona, second)
        with barcelona.database.begin() as work:
            (round_,) = work.handovers.of_matter(third)
            raise_alarm(work, "split-view", peer=hamburg.id, handover=round_, evidence=(b"a checkpoint",))
            matter = work.matters.get(third)
            lost = strict.digest(b"lost")
            work.matters.change(matter, replace(matter, chain=(lost, *matter.chain)))
        report = checked([s.export(barcelona, third)], s)
        assert report.verdict is Verdict.VALID, told(report)
        for file in (tmp_path / "es-barcelona" / "registry" / "objects").iterdir():
            file.unlink()
        barcelona.registry.current(s.fed.clock.now)
        report = checked([s.export(barcelona, third)], s)
        assert rules(report, Severity.INCOMPLETE) >= {Rule.ROOT}, told(report)
