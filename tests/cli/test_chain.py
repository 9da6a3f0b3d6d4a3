"""Who has been responsible for a child, and what they asked one another: merged evidence of three nodes, by command."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import cases
from cli.stage import Call
from continuing import Case, handed_over
from federation import federation
from handover.application.decided import Decided
from handover.domain.continuity import DecisionKind
from handover.node import Node

PATH = ("gr/athens", "it/rome", "de/hamburg")


def exported(case: Case, node: Node, folder: Path) -> Path:
    """Give the file of a node's evidence."""
    file = folder / f"{node.id.replace('/', '-')}.handover"
    file.write_bytes(node.evidence.export(case.matter(node), actor=case.officer(node)))
    return file


@pytest.fixture
def bundles(tmp_path: Path) -> Iterator[tuple[Path, ...]]:
    """The root, and the evidence of three nodes: Hamburg was told by itself, Athens that nothing is told."""
    with federation(tmp_path, *PATH) as (fed, [athens, rome, hamburg]):
        case = handed_over(fed, athens, rome)
        order = Decided(
            kind=DecisionKind.GUARDIANSHIP,
            date="2026-09-14",
            authority="Family court of Rome",
            reference="R.G. 77/2026",
            outcome=f"{cases.MARK} is guardian.",
            reasons="",
        )
        rome.after.decisions.record(case.matter(rome), order, actor=case.officer(rome))
        case.hand_over(hamburg)
        for node in (hamburg, athens):
            round_ = case.round(node, rome).id
            node.after.decisions.ask(round_, (), text=f"About {cases.MARK}.", actor=case.officer(node))
            fed.settle()
        [asked] = [each for each in case.demands(rome) if each.open]
        rome.after.decisions.answer(asked.envelope, [], text="No consent.", actor=case.officer(rome))
        fed.settle()
        root = tmp_path / "root.json"
        root.write_bytes(fed.repository.pinned())
        yield root, *(exported(case, node, tmp_path) for node in (athens, rome, hamburg))


def test_three_bundles_prove_who_has_been_responsible_and_what_was_asked_and_told(
    bundles: tuple[Path, ...], call: Call
) -> None:
    root, *files = bundles
    report = json.loads(call("verify", *files, "--root", root, "--json").out)
    [matter] = report["matters"]
    chain = [(each["from"], each["to"]) for each in matter["chain"]]
    assert chain == [("gr/athens", "it/rome"), ("it/rome", "de/hamburg")]
    assert matter["responsible"] == PATH[2]
    said = [
        (each["who"], each["to"], each["what"]) for each in matter["timeline"] if "decision" in each["what"]
    ]
    assert said == [
        ("de/hamburg", "it/rome", "decisions-wanted"),
        ("it/rome", "de/hamburg", "decision"),
        ("gr/athens", "it/rome", "decisions-wanted"),
        ("it/rome", "gr/athens", "decision"),
    ]
    assert report["verdict"] == "valid"


def test_whoever_reads_the_report_sees_the_chain_and_no_value(bundles: tuple[Path, ...], call: Call) -> None:
    root, *files = bundles
    out = " ".join(call("verify", *files, "--root", root).out.split())
    chain = out.partition("Chain of responsibility")[2].partition("Timeline")[0]
    assert "1. gr/athens to it/rome: deed" in chain
    assert "2. it/rome to de/hamburg: deed" in chain
    assert "take-up not shown" not in chain
    assert "Responsible by this evidence: de/hamburg" in out
    assert "de/hamburg asks it/rome what was decided for the child" in out
    assert "guardianship: appointing_order" in out
    assert cases.MARK not in out


def test_one_bundle_alone_shows_its_own_part_of_the_chain(bundles: tuple[Path, ...], call: Call) -> None:
    root, _, _, hamburg = bundles
    [matter] = json.loads(call("verify", hamburg, "--root", root, "--json", expect=None).out)["matters"]
    assert [each["to"] for each in matter["chain"]] == list(PATH[1:])
