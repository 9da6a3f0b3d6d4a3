"""From nothing to a node that the registry names."""

import stat
import tomllib
from pathlib import Path

import pytest

from cli.stage import Call, Stage
from handover.protocol import enrolment, registry_set


@pytest.fixture
def bare(tmp_path: Path, call: Call) -> Stage:
    return Stage(tmp_path, call)


def test_init_makes_keys_settings_root_and_database(bare: Stage) -> None:
    data = bare.set_up("gr/athens")
    assert {path.name for path in data.iterdir()} >= {
        "vault.json",
        "root.json",
        "handover.toml",
        "handover.db",
    }
    settings = tomllib.loads((data / "handover.toml").read_text())
    assert settings["node"] == "gr/athens"
    assert settings["passphrase_file"] == str(bare.passphrase)
    assert (data / "root.json").read_bytes() == bare.root.read_bytes()
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_init_shows_the_fingerprint_that_the_operators_read_out(bare: Stage) -> None:
    result = bare.call(
        "init", bare.data(), "--node", "gr/athens", "--root", bare.root, "--passphrase-file", bare.passphrase
    )
    assert registry_set.fingerprint(bare.root.read_bytes()) in result.out


def test_keys_are_never_replaced(bare: Stage) -> None:
    data = bare.set_up("gr/athens")
    before = (data / "vault.json").read_bytes()
    result = bare.call(
        "init",
        data,
        "--node",
        "gr/athens",
        "--root",
        bare.root,
        "--passphrase-file",
        bare.passphrase,
        expect=1,
    )
    assert "already" in result.err
    assert (data / "vault.json").read_bytes() == before


def test_a_settings_file_that_lies_in_the_folder_is_kept(bare: Stage) -> None:
    data = bare.data()
    data.mkdir()
    (data / "handover.toml").write_text('hours = "Mon-Fri"\n[names]\nen = "Office"\n')
    bare.call("init", data, "--node", "gr/athens", "--root", bare.root, "--passphrase-file", bare.passphrase)
    settings = tomllib.loads((data / "handover.toml").read_text())
    assert settings["hours"] == "Mon-Fri"
    assert settings["names"] == {"en": "Office"}
    assert settings["node"] == "gr/athens"


@pytest.mark.parametrize(
    ("text", "status", "word"),
    [
        ('node = "de/hamburg"\n', 3, "another node"),
        ("hours = \n", 3, "not TOML"),
        ('hoars = "Mon-Fri"\n', 3, "hoars"),
    ],
)
def test_unusable_settings_leave_nothing_behind(bare: Stage, text: str, status: int, word: str) -> None:
    config = bare.folder / "bad.toml"
    config.write_text(text)
    result = bare.call(
        "init", bare.data(), "--node", "gr/athens", "--root", bare.root, "--passphrase-file", bare.passphrase,
        "--config", config, expect=status,
    )  # fmt: skip
    assert word in result.err
    assert not bare.data().exists()


def test_a_root_that_is_not_signed_by_its_holders_is_not_pinned(bare: Stage) -> None:
    bare.root.write_bytes(bare.root.read_bytes().replace(b'"threshold":2', b'"threshold":1', 1))
    arguments = ("--node", "gr/athens", "--root", bare.root, "--passphrase-file", bare.passphrase)
    bare.call("init", bare.data(), *arguments, expect=1)
    assert not bare.data().exists()


@pytest.mark.parametrize(("text", "status"), [("short", 1), (None, 3)])
def test_a_poor_or_missing_passphrase_makes_no_node(bare: Stage, text: str | None, status: int) -> None:
    path = bare.folder / "another"
    if text is not None:
        path.write_text(text)
    bare.call(
        "init",
        bare.data(),
        "--node",
        "gr/athens",
        "--root",
        bare.root,
        "--passphrase-file",
        path,
        expect=status,
    )
    assert not bare.data().exists()


def test_a_node_is_named_as_the_specification_says(bare: Stage) -> None:
    arguments = ("--root", bare.root, "--passphrase-file", bare.passphrase)
    result = bare.call("init", bare.data(), "--node", "Athens", *arguments, expect=64)
    assert "gr/athens" in result.err


def test_enrol_writes_a_request_that_the_operators_can_admit(bare: Stage) -> None:
    data = bare.set_up("gr/athens")
    result = bare.call("enrol", "--data", data)
    request = (data / "gr-athens.enrolment").read_bytes()
    found = enrolment.read(request)
    assert found.entry.node == "gr/athens"
    assert registry_set.fingerprint(request) in result.out
    assert all(key.kid in result.out for key in found.entry.keys)


def test_enrol_names_the_settings_that_are_missing(bare: Stage) -> None:
    bare.call(
        "init", bare.data(), "--node", "gr/athens", "--root", bare.root, "--passphrase-file", bare.passphrase
    )
    result = bare.call("enrol", "--data", bare.data(), expect=1)
    assert "names, places, languages, hours, address" in result.err


def test_enrol_refuses_a_mandate_that_does_not_exist(bare: Stage) -> None:
    data = bare.set_up("gr/athens")
    settings = data / "handover.toml"
    settings.write_text(settings.read_text().replace("family-tracing", "immigration-enforcement"))
    result = bare.call("enrol", "--data", data, expect=3)
    assert "a mandate is one of: audit, child-protection, family-tracing" in result.err


def test_a_node_that_was_admitted_is_listed_and_fresh(stage: Stage) -> None:
    found = stage.call("refresh", "--data", stage.data(), "--from", stage.public, "--json").json
    assert isinstance(found, dict)
    assert (found["listed"], found["fresh"], found["changed"]) == (True, True, False)


def test_what_a_refresh_accepts_is_logged(stage: Stage) -> None:
    from handover import config, node

    opened = node.open_node(config.load(stage.data()))
    with opened.database.reading() as work:
        kinds = [document for _, document in work.log.entries("")]
        assert work.log.unsigned() == 0
    opened.close()
    assert len(kinds) == 2
    assert all(b"registry-accepted" in document for document in kinds)


def test_a_registry_under_another_root_is_refused(stage: Stage, tmp_path: Path) -> None:
    from registrar import Registrar

    other = Registrar(tmp_path / "others", now=stage.now)
    other.found("gr")
    (other.public / "1.root.json").write_bytes(b"{}")
    result = stage.call("refresh", "--data", stage.data(), "--from", other.public, expect=1)
    assert f"{other.public}: The registry's metadata is older" in result.err
    found = stage.call("refresh", "--data", stage.data(), "--from", stage.public, "--json").json
    assert isinstance(found, dict)
    assert found["listed"]


def test_a_source_of_no_known_kind_is_named(stage: Stage) -> None:
    result = stage.call("refresh", "--data", stage.data(), "--from", "ftp://x", expect=1)
    assert "cannot be had" in result.err


def test_a_settings_file_that_was_broken_later_is_named_by_line(stage: Stage) -> None:
    (stage.data() / "handover.toml").write_text('node = "gr/athens"\nhours = \n')
    assert "line 2" in stage.call("status", "--data", stage.data(), expect=3).err


def test_a_list_in_the_environment_is_written_as_json(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HANDOVER_PLACES", "Athens")
    assert "places" in stage.call("status", "--data", stage.data(), expect=3).err
    monkeypatch.setenv("HANDOVER_PLACES", '["Athens"]')
    stage.call("status", "--data", stage.data())
