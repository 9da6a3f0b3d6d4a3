"""Evidence from the command line: exported at a node, verified without one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import cases
from adapters.test_printing import needs_poppler, text_of
from cli.stage import PASSPHRASE, Call
from federation import Federation, federation
from handover.adapters import registry
from handover.node import Node

RESPONSIBLE = {"name": "Anna Muster", "organisation": "Jugendamt", "contact": "+49 40 000"}


@dataclass
class Shown:
    """Two nodes after one handover, and the evidence of both sides."""

    fed: Federation
    root: Path
    files: tuple[Path, Path]


@pytest.fixture
def shown(tmp_path: Path, call: Call) -> Iterator[Shown]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        first, second = fed.officer(north, "first"), fed.officer(north, "second")
        other = fed.officer(south, "other")
        sent = cases.offer(fed, north, south.id, first, second)
        fed.settle()
        with south.database.reading() as work:
            got = work.handovers.find(north.id, [sent.round])[sent.round]
        south.handovers.open(got.id, actor=other)
        south.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met at the station.", actor=other)
        fed.settle()
        north.offers.countersign(sent.id, actor=first)
        fed.settle()
        root = tmp_path / "root.json"
        root.write_bytes(fed.repository.pinned())
        files = (tmp_path / "north.handover", tmp_path / "south.handover")
        for node, matter, file in ((north, sent.matter, files[0]), (south, got.matter, files[1])):
            _settings(node, tmp_path)
            call("evidence", "export", "--matter", matter, "-o", file, "--data", node.settings.data)
        yield Shown(fed, root, files)


def _settings(node: Node, folder: Path) -> None:
    secret = folder / "passphrase"
    secret.write_text(PASSPHRASE)
    text = f'node = "{node.id}"\npassphrase_file = "{secret}"\n'
    (node.settings.data / "handover.toml").write_text(text)


def _json(text: str) -> dict[str, Any]:
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def test_evidence_of_both_sides_is_valid_for_whoever_has_the_root(shown: Shown, call: Call) -> None:
    report = _json(call("verify", *shown.files, "--root", shown.root, "--json").out)
    assert report["verdict"] == "valid"
    assert report.keys() == {"verdict", "root", "matters", "findings", "counts", "files"}
    assert [each["name"] for each in report["files"]] == [str(file) for file in shown.files]
    assert report["files"][0]["sha256"] == sha256(shown.files[0].read_bytes()).hexdigest()
    (matter,) = report["matters"]
    assert matter.keys() >= {"matter", "kind", "chain", "timeline"}
    assert all(finding.keys() == {"rule", "place", "severity", "text"} for finding in report["findings"])


def test_a_judge_can_read_who_did_what_and_no_value(shown: Shown, call: Call) -> None:
    out = call("verify", *shown.files, "--root", shown.root).out
    for word in ("VERDICT: VALID", "gr/athens", "de/hamburg", "identity: names"):
        assert word in out
    assert cases.MARK not in out
    assert all(cases.MARK.encode() not in file.read_bytes() for file in shown.files)


def test_without_a_pinned_root_evidence_is_at_best_incomplete(shown: Shown, call: Call) -> None:
    report = _json(call("verify", *shown.files, "--json", expect=2).out)
    assert report["verdict"] == "incomplete"
    assert report["root"] is None


def test_a_root_that_lies_beside_the_evidence_is_not_trusted(
    shown: Shown, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shown.root.parent)
    call("verify", *shown.files, expect=2)
    monkeypatch.setenv("HANDOVER_ROOT", str(shown.root))
    call("verify", *shown.files)
    monkeypatch.delenv("HANDOVER_ROOT")
    monkeypatch.setenv("HANDOVER_DATA", str(shown.fed.folder / "gr-athens"))
    call("verify", *shown.files)


def test_what_was_changed_is_invalid(shown: Shown, call: Call) -> None:
    file = shown.files[0]
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :])
    call("verify", file, "--root", shown.root, "--json", expect=1)
    file.write_bytes(b"no evidence")
    assert "INVALID" in call("verify", file, "--root", shown.root, expect=1).out


def test_a_newer_registry_can_be_given(shown: Shown, call: Call, tmp_path: Path) -> None:
    public = shown.fed.repository.public
    call("verify", *shown.files, "--root", shown.root, "--registry", public)
    call("verify", *shown.files, "--root", shown.root, "--registry", public.parent)
    copy = tmp_path / "mirror"
    registry.export(shown.fed.repository.published(), copy)
    call("verify", *shown.files, "--root", shown.root, "--registry", copy)


def test_a_file_that_is_not_there_is_a_wrong_call_and_no_verdict(
    shown: Shown, call: Call, tmp_path: Path
) -> None:
    assert call("verify", tmp_path / "none", expect=64).out == ""


def test_who_may_not_read_evidence_exports_none(shown: Shown, call: Call, tmp_path: Path) -> None:
    data = shown.fed.folder / "gr-athens"
    call("user", "add", "Op", "--role", "operator", "--data", data)
    matter = _json(call("verify", shown.files[0], "--json", "--root", shown.root, expect=None).out)[
        "matters"
    ][0]
    out = tmp_path / "more"
    call(
        "evidence", "export", "--matter", matter["matter"], "-o", out, "--as", "Op", "--data", data, expect=1
    )
    assert not out.exists()


def test_an_unknown_matter_is_not_found(shown: Shown, call: Call, tmp_path: Path) -> None:
    unknown = "0198c0de-0000-7000-8000-000000000000"
    data = shown.fed.folder / "gr-athens"
    call("evidence", "export", "--matter", unknown, "-o", tmp_path / "x", "--data", data, expect=1)
    call("evidence", "export", "--matter", "7", "-o", tmp_path / "x", "--data", data, expect=1)


@needs_poppler
def test_a_paper_says_the_same(shown: Shown, call: Call, tmp_path: Path) -> None:
    paper = tmp_path / "verdict.pdf"
    call("verify", *shown.files, "--root", shown.root, "--pdf", paper)
    text = " ".join(text_of(paper.read_bytes()).split())
    assert "Verdict: Valid" in text
    assert "1: gr/athens to de/hamburg" in text
    assert cases.MARK not in text
    assert "[U+" not in text


def test_a_page_to_print_says_the_same(shown: Shown, call: Call, tmp_path: Path) -> None:
    page = tmp_path / "verdict.html"
    call("verify", *shown.files, "--root", shown.root, "--page", page)
    written = page.read_text("utf-8")
    assert "Verdict: valid" in written
    assert "de/hamburg" in written
