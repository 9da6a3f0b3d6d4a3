import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from handover import cli
from handover.adapters import holder_keys
from handover.adapters.repository import Repository
from handover.cli.exits import Exit
from handover.domain.ids import NodeId
from handover.protocol import registry_set
from handover.protocol.node_entry import NodeStatus
from handover.protocol.node_key import KeyStatus, KeyUse
from registrar import TestNode

PASSPHRASE = "correct horse battery"
Run = Callable[..., Exit]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs one registry command in a fresh folder with six holders' keys."""
    monkeypatch.chdir(tmp_path)
    Path("pass").write_text(f"{PASSPHRASE}\n")
    for name in ("ada", "ben", "cem", "dora", "online", "eleni", "nikos"):
        holder_keys.create(Path(), name=name, passphrase=PASSPHRASE.encode(), work=14)

    def run(*words: str) -> Exit:
        return Exit(cli.main(["registry", *words]))

    return run


def sign(run: Run, *names: str) -> None:
    for name in names:
        assert run("sign", "--key", f"{name}.key", "--passphrase-file", "pass", "--yes") is Exit.DONE


def publish(run: Run) -> Exit:
    return run("publish", "--key", "online.key", "--passphrase-file", "pass")


@pytest.fixture
def founded(run: Run) -> Run:
    holders = [word for name in ("ada", "ben", "cem") for word in ("--holder", f"{name}.pub")]
    assert run("init", *holders, "--threshold", "2", "--online", "online.pub") is Exit.DONE
    both = ("--holder", "eleni.pub", "--holder", "nikos.pub", "--threshold", "2")
    assert run("add-country", "gr", *both) is Exit.DONE
    sign(run, "ada", "cem", "eleni", "nikos")
    assert publish(run) is Exit.DONE
    return run


def now() -> int:
    return Repository(Path("registry")).registry().issued


def test_a_ceremony_from_keys_to_a_published_node(founded: Run, capsys: pytest.CaptureFixture[str]) -> None:
    request = TestNode("gr/athens", now=now()).request()
    Path("athens.enrolment").write_bytes(request)
    capsys.readouterr()
    fingerprint = registry_set.fingerprint(request)
    assert founded("admit", "athens.enrolment", "--fingerprint", fingerprint.upper()) is Exit.DONE
    shown = capsys.readouterr().out
    assert "gr/athens" in shown
    assert fingerprint in shown
    sign(founded, "eleni")
    assert publish(founded) is Exit.DONE
    assert "Waiting: gr" in capsys.readouterr().out
    sign(founded, "nikos")
    assert "gr/athens: admitted as Authority of athens" in capsys.readouterr().out
    assert founded("publish", "--key", "online.key", "--passphrase-file", "pass", "--json") is Exit.DONE
    published = json.loads(capsys.readouterr().out)
    assert (published["version"], published["roles"], published["waiting"]) == (2, ["gr"], [])
    assert founded("show") is Exit.DONE
    shown = capsys.readouterr().out
    for word in ("gr/athens", "2 of ada, ben, cem", "child-protection", "Fingerprint of the first root"):
        assert word in shown
    assert founded("show", "--json") is Exit.DONE
    overview: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert overview["nodes"][0]["node"] == "gr/athens"
    assert [role["role"] for role in overview["roles"]] == ["root", "targets", "snapshot", "timestamp", "gr"]


def test_another_fingerprint_stops_the_admission(founded: Run, capsys: pytest.CaptureFixture[str]) -> None:
    Path("athens.enrolment").write_bytes(TestNode("gr/athens", now=now()).request())
    assert founded("admit", "athens.enrolment", "--fingerprint", "00") is Exit.REFUSED
    assert "not the authority's request" in capsys.readouterr().err
    assert Repository(Path("registry")).pending() == ()


def test_without_a_fingerprint_it_is_asked_for_and_no_is_no(
    founded: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("athens.enrolment").write_bytes(TestNode("gr/athens", now=now()).request())
    monkeypatch.setattr("sys.stdin", None)
    assert founded("admit", "athens.enrolment") is not Exit.DONE
    assert Repository(Path("registry")).pending() == ()
    assert founded("admit", "athens.enrolment", "--yes") is Exit.DONE


def admitted(run: Run) -> TestNode:
    node = TestNode("gr/athens", now=now())
    Path("athens.enrolment").write_bytes(node.request())
    assert run("admit", "athens.enrolment", "--yes") is Exit.DONE
    sign(run, "eleni", "nikos")
    assert publish(run) is Exit.DONE
    return node


def test_suspending_lifting_and_marking_a_key(founded: Run) -> None:
    node = admitted(founded)
    athens = NodeId("gr/athens")
    for more, status in (((), NodeStatus.SUSPENDED), (("--lift",), NodeStatus.ACTIVE)):
        assert founded("suspend", "gr/athens", *more) is Exit.DONE
        sign(founded, "eleni", "nikos")
        publish(founded)
        assert Repository(Path("registry")).registry().entry(athens).status is status
    words = ("gr/athens", "--key", node.signer.kid)
    assert founded("suspend", *words, "--since", "yesterday") is Exit.USAGE
    assert founded("suspend", *words, "--since", "2026-11-22T10:00:00") is Exit.USAGE
    assert founded("suspend", *words, "--since", "2026-11-22T10:00:00Z") is Exit.DONE
    sign(founded, "eleni", "nikos")
    publish(founded)
    key = Repository(Path("registry")).registry().entry(athens).key(node.signer.kid, KeyUse.SIG)
    assert (key.status, key.compromised_since) == (KeyStatus.COMPROMISED, 1795341600)


def test_rotating_holders_and_entries(founded: Run) -> None:
    node = admitted(founded)
    assert founded("rotate") is Exit.USAGE
    assert founded("rotate", "--role", "root", "--request", "x") is Exit.USAGE
    words = ("--role", "root", "--out", "cem.pub", "--into", "dora.pub")
    assert founded("rotate", *words) is Exit.DONE
    sign(founded, "ada", "ben", "dora")
    assert publish(founded) is Exit.DONE
    Path("again.enrolment").write_bytes(node.request())
    assert founded("rotate", "--request", "again.enrolment", "--yes") is Exit.DONE
    assert founded("renew", "root") is Exit.DONE
    sign(founded, "dora", "ada", "eleni", "nikos")
    assert publish(founded) is Exit.DONE
    assert Repository(Path("registry")).registry().root == 3


def test_only_the_pages_named_are_signed(founded: Run) -> None:
    for role in ("root", "targets"):
        assert founded("renew", role) is Exit.DONE
    words = ("sign", "--key", "ada.key", "--passphrase-file", "pass", "--yes", "--role")
    assert founded(*words, "targets") is Exit.DONE
    assert founded(*words, "targets") is Exit.REFUSED
    assert founded(*words, "gr") is Exit.REFUSED
    assert founded(*words, "root") is Exit.DONE


def test_a_wrong_passphrase_or_a_foreign_key_signs_nothing(
    founded: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert founded("renew", "gr") is Exit.DONE
    monkeypatch.setenv("HANDOVER_HOLDER_PASSPHRASE", "something else here")
    assert founded("sign", "--key", "eleni.key", "--yes") is Exit.REFUSED
    assert "passphrase" in capsys.readouterr().err
    monkeypatch.setenv("HANDOVER_HOLDER_PASSPHRASE", PASSPHRASE)
    assert founded("sign", "--key", "ada.key", "--yes") is Exit.REFUSED
    assert founded("sign", "--key", "eleni.key", "--yes") is Exit.DONE
    assert founded("sign", "--key", "nobody.key", "--yes") is Exit.REFUSED


def test_a_key_is_made_with_the_passphrase_from_a_file(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("key", "zoe", "--out", "stick", "--passphrase-file", "pass") is Exit.DONE
    assert "zoe.key" in capsys.readouterr().out
    assert {path.name for path in Path("stick").iterdir()} == {"zoe.key", "zoe.pub"}
    assert run("key", "zoe", "--out", "stick", "--passphrase-file", "pass") is Exit.REFUSED


def test_a_folder_without_a_registry_is_refused_in_words(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (("show",), ("renew", "gr"), ("suspend", "gr/athens")):
        assert run(*words) is Exit.REFUSED
        assert "Refused:" in capsys.readouterr().err
    assert publish(run) is Exit.REFUSED
    assert run("suspend", "../x") is Exit.USAGE


@pytest.mark.parametrize(
    "command", ["", *sorted(each.name or "" for each in cli.registry.app.registered_commands)]
)
def test_every_command_explains_itself(run: Run, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*filter(None, [command]), "--help") is Exit.DONE
    assert len(capsys.readouterr().out) > 200


def test_a_new_root_is_not_called_complete_while_former_holders_are_missing(
    founded: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert founded("rotate", "--role", "root", "--out", "cem.pub", "--into", "dora.pub") is Exit.DONE
    sign(founded, "ada", "dora")
    shown = capsys.readouterr().out.splitlines()
    assert "ada, dora; 1 to go, with 2 of ada, ben, cem who held it before" in next(
        line for line in reversed(shown) if line.startswith("root: ")
    )
    sign(founded, "ben")
    assert "root: version 2: ada, ben, dora; complete" in capsys.readouterr().out


def test_a_page_that_changes_no_node_says_so_to_its_holders(
    founded: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert founded("renew", "gr") is Exit.DONE
    sign(founded, "eleni")
    assert "nothing else changes" in capsys.readouterr().out


def test_an_admission_and_a_suspension_on_one_page_are_both_shown(
    founded: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("athens.enrolment").write_bytes(TestNode("gr/athens", now=now()).request())
    assert founded("admit", "athens.enrolment", "--yes") is Exit.DONE
    assert founded("suspend", "gr/athens") is Exit.DONE
    sign(founded, "eleni")
    line = next(line for line in capsys.readouterr().out.splitlines() if "admitted as" in line)
    assert line.endswith(", suspended")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("sign", "--key", "ada.pub", "--passphrase-file", "pass"), "ada.pub is a public key file"),
        (("sign", "--key", "pass", "--passphrase-file", "pass"), "pass is no key file"),
        (("sign", "--key", "none.key", "--passphrase-file", "pass"), "none.key"),
        (("rotate", "--role", "root", "--out", "ada.key"), "ada.key is a private key file"),
        (("admit", "pass", "--yes"), "not an enrolment request"),
        (("admit", "none.enrolment", "--yes"), "none.enrolment"),
        (("show", "--dir", "nowhere"), "no registry in this folder"),
    ],
)
def test_a_wrong_file_is_named_with_what_was_wanted(
    founded: Run, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], sentence: str
) -> None:
    assert founded(*words) is Exit.REFUSED
    assert sentence in capsys.readouterr().err


def test_publishing_too_early_says_that_signatures_are_missing(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--holder", "ada.pub", "--holder", "ben.pub", "--threshold", "2", "--online", "online.pub")
    assert run("init", *words) is Exit.DONE
    sign(run, "ada")
    assert publish(run) is Exit.REFUSED
    said = capsys.readouterr().err
    assert "signatures are missing" in said
    assert "handover registry show" in said
