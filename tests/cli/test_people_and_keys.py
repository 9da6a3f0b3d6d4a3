"""Officers, API keys, and the node's own keys."""

import json
import time
from dataclasses import replace

import pytest

from cli.stage import PASSPHRASE, Stage
from handover import config, node
from handover.adapters.vault import FileVault, PassphraseError
from handover.application.access import OPERATOR_HERE, Caller, Change
from handover.application.changes import statement
from handover.application.officers import OfficerGoneError, UnauthenticatedError
from handover.application.sign_in import LinkRefusedError
from handover.cli.officer import acting
from handover.protocol import strict
from handover.protocol.node_key import KeyUse

NAME = "Ά. Παπαδοπούλου"


def _json(text: str) -> dict[str, object]:
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def _authenticated(stage: Stage, secret: str) -> tuple[str, ...]:
    opened = node.open_node(config.load(stage.data()))
    try:
        return opened.officers.authenticate(secret).scopes
    finally:
        opened.close()


def test_a_key_acts_for_its_officer_until_it_is_revoked(stage: Stage) -> None:
    data = ("--data", stage.data())
    stage.call("user", "add", NAME, "--role", "caseworker", "--role", "liaison", *data)
    made = _json(
        stage.call("user", "key", "add", NAME, "--scope", "read", "--days", "3", "--json", *data).out
    )
    assert _authenticated(stage, str(made["secret"])) == ("read",)
    listed = stage.call("user", "key", "list", NAME, *data)
    assert str(made["id"]) in listed.out
    assert str(made["secret"]).rpartition("_")[2] not in listed.out
    stage.call("user", "key", "revoke", str(made["id"]), *data)
    with pytest.raises(UnauthenticatedError):
        _authenticated(stage, str(made["secret"]))


def test_keys_that_the_console_gives_and_ends_stand_in_the_log_and_before_auditors(stage: Stage) -> None:
    data = ("--data", stage.data())
    stage.call("user", "add", NAME, "--role", "liaison", *data)
    made = _json(stage.call("user", "key", "add", NAME, "--json", *data).out)
    stage.call("user", "key", "revoke", str(made["id"]), *data)
    opened = node.open_node(config.load(stage.data()))
    try:
        changes = opened.reception.accounts.changes(actor=OPERATOR_HERE)
        with opened.database.reading() as work:
            entries = [document for _, document in work.log.entries("")]
    finally:
        opened.close()
    assert [each.what for each in changes[:2]] == [Change.KEY_REVOKED, Change.KEY_ISSUED]
    for each in changes:
        assert any(strict.digest(statement(each)).encode() in document for document in entries)
    stage.call("user", "disable", NAME, *data)
    assert "no access any more" in stage.call("user", "key", "add", NAME, *data, expect=1).err


def test_nobody_acts_at_the_console_whose_access_is_over(stage: Stage) -> None:
    data = ("--data", stage.data())
    stage.call("user", "add", NAME, "--role", "auditor", *data)
    opened = node.open_node(config.load(stage.data()))
    try:
        assert acting(opened, NAME).auth == "console"
        ended = replace(opened.officers.all()[0], until=opened.clock())
        with opened.database.begin() as work:
            work.staff.change(ended)
        with pytest.raises(OfficerGoneError):
            acting(opened, NAME)
    finally:
        opened.close()


def test_a_name_is_entered_once_while_its_officer_has_access(stage: Stage) -> None:
    data = ("--data", stage.data())
    stage.call("user", "add", NAME, "--role", "caseworker", *data)
    for again in (NAME, f" {NAME.upper()}  "):
        said = stage.call("user", "add", again, "--role", "liaison", *data, expect=1).err
        assert "An officer with this name has access already." in said
    assert stage.call("user", "list", *data).out.count("Παπαδοπούλου") == 1
    stage.call("user", "disable", NAME, *data)
    stage.call("user", "add", NAME, "--role", "liaison", *data)


def test_who_leaves_has_no_access_from_that_moment(stage: Stage) -> None:
    data = ("--data", stage.data())
    stage.call("user", "add", NAME, "--role", "caseworker", *data)
    made = _json(stage.call("user", "key", "add", NAME, "--json", *data).out)
    stage.call("user", "disable", NAME, *data)
    with pytest.raises(UnauthenticatedError):
        _authenticated(stage, str(made["secret"]))
    assert "left" in stage.call("user", "list", *data).out


def test_a_name_that_two_officers_have_is_not_enough(stage: Stage) -> None:
    data = ("--data", stage.data())
    first = _json(stage.call("user", "add", NAME, "--role", "auditor", "--json", *data).out)
    stage.call("user", "disable", NAME, *data)
    stage.call("user", "add", NAME, "--role", "auditor", *data)
    result = stage.call("user", "disable", NAME, *data, expect=1)
    assert NAME not in result.err
    stage.call("user", "disable", str(first["id"]), *data)
    assert stage.call("user", "disable", "nobody", *data, expect=1).out == ""


def test_officers_are_listed_for_programs(stage: Stage) -> None:
    data = ("--data", stage.data())
    stage.call("user", "add", NAME, "--role", "auditor", *data)
    found = _json(stage.call("user", "list", "--json", *data).out)
    officers = found["officers"]
    assert isinstance(officers, list)
    assert [each["name"] for each in officers] == [NAME]
    assert officers[0]["roles"] == ["auditor"]


def test_an_officer_gets_a_link_that_lets_them_in_once(stage: Stage) -> None:
    data = ("--data", stage.data())
    made = _json(stage.call("user", "add", NAME, "--role", "caseworker", "--json", *data).out)
    address, mark, secret = str(made["link"]).partition("#")
    assert address == f"{config.load(stage.data()).address}/office/welcome"
    assert mark
    opened = node.open_node(config.load(stage.data()))
    try:
        cookie = opened.reception.sign_in.with_link(secret, Caller(browser="Firefox")).cookie
        assert opened.sessions.find(cookie).name == NAME
        with pytest.raises(LinkRefusedError):
            opened.reception.sign_in.with_link(secret, Caller())
    finally:
        opened.close()
    listed = _json(stage.call("user", "sessions", NAME, "--json", *data).out)["sessions"]
    assert isinstance(listed, list)
    assert [(each["auth"], each["browser"]) for each in listed] == [("one-time-link", "Firefox")]
    assert "Firefox" in stage.call("user", "sessions", NAME, *data).out
    assert "1 ended" in stage.call("user", "end", NAME, *data).out
    assert _json(stage.call("user", "sessions", NAME, "--json", *data).out) == {"sessions": []}


def test_a_new_link_is_made_for_whoever_has_lost_the_passkey(stage: Stage) -> None:
    data = ("--data", stage.data())
    first = stage.call("user", "add", NAME, "--role", "caseworker", *data).out
    again = _json(stage.call("user", "invite", NAME, "--json", *data).out)
    assert str(again["link"]) not in first
    assert "/office/welcome#" in stage.call("user", "invite", NAME, *data).out
    stage.call("user", "disable", NAME, *data)
    assert stage.call("user", "invite", NAME, *data, expect=1).out == ""


def test_roles_and_the_end_of_access_are_changed(stage: Stage) -> None:
    data = ("--data", stage.data())
    stage.call("user", "add", NAME, "--role", "caseworker", *data)
    stage.call("user", "role", NAME, "--role", "supervisor", "--until", "2126-12-31", *data)
    officers = _json(stage.call("user", "list", "--json", *data).out)["officers"]
    assert isinstance(officers, list)
    assert (officers[0]["roles"], officers[0]["until"]) == (["supervisor"], "2127-01-01T00:00:00Z")


@pytest.mark.parametrize("day", ["soon", "2026-02-30", "31.12.2026"])
def test_a_day_that_is_none_is_a_wrong_call(stage: Stage, day: str) -> None:
    stage.call("user", "add", NAME, "--role", "auditor", "--until", day, "--data", stage.data(), expect=64)


def test_an_unknown_role_is_a_wrong_call(stage: Stage) -> None:
    stage.call("user", "add", NAME, "--role", "king", "--data", stage.data(), expect=64)


def test_the_next_sealing_key_is_shown_as_not_listed_until_it_is_admitted(stage: Stage) -> None:
    data = ("--data", stage.data())
    assert "counts as soon as they list it" in stage.call("keys", "rotate", "seal", *data).out
    found = _json(stage.call("keys", "show", "--json", *data).out)["keys"]
    assert isinstance(found, list)
    assert sorted(each["registry"] for each in found if each["use"] == "seal") == ["active", "not listed"]
    request = stage.folder / "change"
    stage.call("enrol", "-o", request, *data)
    stage.registrar.now = int(time.time())
    stage.registrar.ceremony.replace_entry(request.read_bytes(), now=stage.registrar.now)
    stage.registrar.sign(*stage.registrar.of("gr"))
    stage.registrar.publish()
    stage.call("refresh", "--from", stage.public, *data)
    assert "not listed" not in stage.call("keys", "show", *data).out


def test_only_sealing_keys_past_their_grace_are_destroyed(stage: Stage) -> None:
    vault = FileVault.open(stage.data() / "vault.json", PASSPHRASE)
    long_ago = int(time.time()) - 60 * 86400
    [old] = vault.add_keys(KeyUse.SEAL, begins=long_ago)
    [recent] = vault.add_keys(KeyUse.SEAL, begins=int(time.time()) - 40 * 86400)
    assert "1 sealing key " in stage.call("keys", "destroy-old", "--data", stage.data()).out
    left = stage.call("keys", "show", "--data", stage.data()).out
    assert old not in left
    assert recent in left


def test_after_a_change_only_the_new_passphrase_opens_the_keys(stage: Stage) -> None:
    new = stage.folder / "new"
    new.write_text("another passphrase of some length\n")
    stage.call("keys", "change-passphrase", "--new-passphrase-file", new, "--data", stage.data())
    with pytest.raises(PassphraseError):
        FileVault.open(stage.data() / "vault.json", PASSPHRASE)
    FileVault.open(stage.data() / "vault.json", "another passphrase of some length")
    result = stage.call("keys", "show", "--data", stage.data(), expect=1)
    assert "passphrase" in result.err


def test_a_short_new_passphrase_changes_nothing(stage: Stage) -> None:
    new = stage.folder / "new"
    new.write_text("short")
    stage.call("keys", "change-passphrase", "--new-passphrase-file", new, "--data", stage.data(), expect=1)
    FileVault.open(stage.data() / "vault.json", PASSPHRASE)


def test_the_roles_that_can_be_named_are_all_there_are() -> None:
    from handover.application.facts import OfficerRole
    from handover.cli import officer

    assert set(officer.ROLES) == {role.value for role in OfficerRole}


def test_renewing_the_keys_closes_older_backups_and_leaves_the_officers(stage: Stage) -> None:
    data = ("--data", stage.data())
    stage.call("user", "add", NAME, "--role", "auditor", *data)
    stage.call("backup", stage.folder / "old.backup", *data)
    assert "epoch 2" in stage.call("keys", "renew", *data).out
    stage.call("backup", stage.folder / "old.backup", "--check", *data, expect=1)
    assert NAME in stage.call("user", "list", *data).out
    stage.call("backup", stage.folder / "new.backup", *data)
    stage.call("backup", stage.folder / "new.backup", "--check", *data)


@pytest.mark.parametrize("use", ["sig", "log"])
def test_a_new_key_waits_for_the_registry_and_then_for_its_time(stage: Stage, use: str) -> None:
    data = ("--data", stage.data())
    assert "They have until" in stage.call("keys", "rotate", use, *data).out
    assert _states(stage)[use] == {"in use", "waits for the registry"}
    assert "new key for this already" in stage.call("keys", "rotate", use, *data, expect=1).err
    request = stage.folder / "change"
    stage.call("enrol", "-o", request, *data)
    stage.registrar.now = int(time.time())
    stage.registrar.ceremony.replace_entry(request.read_bytes(), now=stage.registrar.now)
    stage.registrar.sign(*stage.registrar.of("gr"))
    stage.registrar.publish()
    stage.call("refresh", "--from", stage.public, *data)
    assert _states(stage)[use] == {"in use", "waits for its time"}
    assert {tuple(each) for name, each in _states(stage).items() if name not in (use, "log-pq")} == {
        ("in use",)
    }


def test_only_the_uses_that_a_node_has_keys_for_are_rotated(stage: Stage) -> None:
    stage.call("keys", "rotate", "tls", "--data", stage.data(), expect=64)


def _states(stage: Stage) -> dict[str, set[str]]:
    keys = _json(stage.call("keys", "show", "--json", "--data", stage.data()).out)["keys"]
    assert isinstance(keys, list)
    return {
        use: {each["state"] for each in keys if each["use"] == use}
        for use in ("sig", "log", "log-pq", "seal")
    }
