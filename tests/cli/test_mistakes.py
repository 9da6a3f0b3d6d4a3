"""What people get wrong first is answered by a sentence that names it and says what to do."""

from pathlib import Path

import pytest

from cli.stage import Call, Stage
from handover.domain.ids import NodeId


@pytest.fixture
def bare(tmp_path: Path, call: Call) -> Stage:
    return Stage(tmp_path, call)


def _init(stage: Stage, expect: int, **changed: Path) -> str:
    named = {"root": stage.root, "passphrase-file": stage.passphrase, **changed}
    words = [word for name, path in named.items() for word in (f"--{name}", path)]
    said = stage.call("init", stage.data(), "--node", "gr/athens", *words, expect=expect).err
    assert not stage.data().exists()
    return said


@pytest.mark.parametrize("name", ["root", "config"])
def test_a_file_that_is_not_there_is_named(bare: Stage, name: str) -> None:
    said = _init(bare, 1, **{name: bare.folder / "nowhere.file"})
    assert "There is no such file." in said
    assert "nowhere.file" in said


def test_a_passphrase_file_that_is_not_there_is_named(bare: Stage) -> None:
    assert "nowhere.pass" in _init(bare, 3, **{"passphrase-file": bare.folder / "nowhere.pass"})


def test_a_file_that_is_no_root_is_said_to_be_none(bare: Stage) -> None:
    said = _init(bare, 1, root=bare.passphrase)
    assert "not the root page of a registry" in said
    assert "1.root.json" in said


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('palces = ["x"]', "palces: there is no such setting; is places meant?"),
        ('colour = "red"', "colour: there is no such setting"),
        ('mandates = ["immigration"]', "a mandate is one of: audit, child-protection, family-tracing"),
        ('address = "http://handover.example"', "the bare origin of an HTTPS server"),
        ('listen = "8700"', "HOST:PORT is needed"),
        ('listen = "127.0.0.1:70000"', "HOST:PORT is needed"),
        ('languages = ["greek!"]', "languages.0: a language is named by its tag"),
        ('names = {Greek = "x"}', "names.Greek: a language is named by its tag"),
        ("poll = 0", "poll: Input should be greater than 0"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_before_anything_is_made(
    bare: Stage, line: str, sentence: str
) -> None:
    settings = bare.folder / "mine.toml"
    settings.write_text(f"{line}\n")
    assert sentence in _init(bare, 3, config=settings)


def test_a_slip_in_the_name_of_a_variable_stops_the_start(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HANDOVER_PASSPHRASE_FIL", "x")
    said = stage.call("status", "--data", stage.data(), expect=3).err
    assert "HANDOVER_PASSPHRASE_FIL: there is no such setting; is passphrase_file meant?" in said


def test_what_init_leaves_to_do_is_said(bare: Stage) -> None:
    named = ("--node", "gr/athens", "--root", bare.root, "--passphrase-file", bare.passphrase)
    said = bare.call("init", bare.data(), *named).out
    assert "fill in names, places, languages, hours, address" in said
    assert f"handover enrol --data {bare.data()} -o FILE" in said


@pytest.mark.parametrize(
    ("url", "sentence", "status"),
    [
        ("nonsense", "it is no URL", 3),
        ("mysql://x/y", "it begins with mysql://", 3),
        ("postgresql://x/y", "it begins with postgresql://", 3),
        ("postgresql+psycopg://x@/y?host=/nowhere", "/nowhere", 4),
    ],
)
def test_a_database_that_cannot_be_used_is_no_mistake_of_ours(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, url: str, sentence: str, status: int
) -> None:
    monkeypatch.setenv("HANDOVER_DATABASE", url)
    assert sentence in stage.call("status", "--data", stage.data(), expect=status).err


def test_a_node_never_begins_again_with_an_empty_database(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = stage.folder / "other.db"
    monkeypatch.setenv("HANDOVER_DATABASE", f"sqlite:///{other}")
    said = stage.call("status", "--data", stage.data(), expect=3).err
    assert "the one that is named now is empty" in said
    monkeypatch.delenv("HANDOVER_DATABASE")
    (stage.data() / "handover.db").rename(other)
    stage.call("status", "--data", stage.data(), expect=3)
    monkeypatch.setenv("HANDOVER_DATABASE", f"sqlite:///{other}")
    assert "2 entries" in stage.call("status", "--data", stage.data()).out


def test_a_node_that_the_registry_names_with_other_keys_is_not_said_to_be_listed(stage: Stage) -> None:
    second = stage.folder / "second"
    named = ("--node", "gr/athens", "--root", stage.root, "--passphrase-file", stage.passphrase)
    stage.call("init", second, *named)
    found = stage.call("refresh", "--data", second, "--from", stage.public, "--json").json
    assert isinstance(found, dict)
    assert found["standing"] == "other-keys"
    assert "OTHER KEYS" in stage.call("status", "--data", second).out
    assert "with other keys" in stage.call("doctor", "--offline", "--data", second, expect=1).out


def test_a_node_that_is_suspended_is_said_to_be(stage: Stage) -> None:
    assert "this node is listed" in stage.call("status", "--data", stage.data()).out
    stage.registrar.ceremony.suspend(NodeId("gr/athens"), now=stage.registrar.now)
    stage.registrar.sign(*stage.registrar.of("gr"))
    stage.registrar.publish()
    stage.call("refresh", "--data", stage.data(), "--from", stage.public)
    assert "SUSPENDED" in stage.call("status", "--data", stage.data()).out


def test_a_node_whose_keys_were_called_stolen_is_said_to_have_them(stage: Stage) -> None:
    ceremony, now = stage.registrar.ceremony, stage.registrar.now
    ceremony.mark_compromised(NodeId("gr/athens"), None, since=now - 60, now=now)
    stage.registrar.sign(*stage.registrar.of("gr"))
    stage.registrar.publish()
    found = stage.call("refresh", "--data", stage.data(), "--from", stage.public, "--json").json
    assert isinstance(found, dict)
    assert found["standing"] == "compromised"
    assert "COMPROMISED KEYS" in stage.call("status", "--data", stage.data()).out
    assert "Make new keys" in stage.call("doctor", "--offline", "--data", stage.data(), expect=1).out


def test_the_operators_working_folder_is_a_source_too(stage: Stage) -> None:
    stage.call("refresh", "--data", stage.data(), "--from", stage.public.parent)


def test_a_source_that_fails_is_named_and_the_status_says_so(stage: Stage) -> None:
    empty = stage.folder / "empty"
    empty.mkdir()
    result = stage.call("refresh", "--data", stage.data(), "--from", empty, expect=4)
    assert f"{empty}: The registry could not be fetched" in result.err
    stage.call("refresh", "--data", stage.data(), "--from", empty, "--from", stage.public)
