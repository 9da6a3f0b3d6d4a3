"""The key ceremony by commands, as the guide for operators goes through it."""

from pathlib import Path

import pytest

from cli.stage import Call, Stage

HOLDERS = ["gr/athens", "gr/piraeus", "gr/patras", "de/hamburg", "de/berlin"]
TERMS = ("--number", "1", "--begins", "2027-01-01T00:00Z", "--ends", "2027-04-01T00:00Z")


@pytest.fixture
def five(stage: Stage) -> Stage:
    """Give five nodes whose settings name one another."""
    for name in HOLDERS[1:]:
        stage.set_up(name)
        stage.admit(name)
    listed = ", ".join(f'"{name}"' for name in HOLDERS)
    for name in HOLDERS:
        settings = stage.data(name) / "handover.toml"
        settings.write_text(f"tracing_holders = [{listed}]\n{settings.read_text('utf-8')}", "utf-8")
        stage.call("refresh", "--data", stage.data(name), "--from", stage.public)
    return stage


def carried_out(five: Stage, folder: Path) -> tuple[Path, list[Path]]:
    """Give the plan, and what each holder contributes to it."""
    plan = folder / "plan.json"
    five.call("tracing", "ceremony", "plan", *TERMS, "-o", plan, "--data", five.data(HOLDERS[2]))
    contributions = []
    for number, name in enumerate(HOLDERS):
        contributions.append(folder / f"{number}.contribution")
        five.call(
            "tracing", "ceremony", "contribute", plan, "-o", contributions[-1], "--data", five.data(name)
        )
    return plan, contributions


def test_five_holders_make_an_epoch_by_commands(five: Stage, tmp_path: Path, call: Call) -> None:
    plan, contributions = carried_out(five, tmp_path)
    signatures = []
    for number, name in enumerate(HOLDERS):
        signatures.append(tmp_path / f"{number}.signature")
        call(
            "tracing", "ceremony", "conclude", plan, *contributions,
            "-o", signatures[-1], "--data", five.data(name),
        )  # fmt: skip
    document = tmp_path / "epoch-1.json"
    call("tracing", "ceremony", "join", *signatures, "-o", document, "--data", five.data())
    for name in HOLDERS:
        said = call("tracing", "epoch", "accept", document, "--data", five.data(name)).out
        assert "2027-01-01" in said
    shown = call("tracing", "epoch", "show", "--json", "--data", five.data()).json
    assert isinstance(shown, list)
    assert [(each["epoch"], each["share"]) for each in shown] == [(1, True)]
    assert "yes" in call("tracing", "epoch", "show", "--data", five.data()).out


def test_who_contributes_badly_is_named_and_nothing_is_written(
    five: Stage, tmp_path: Path, call: Call
) -> None:
    plan, contributions = carried_out(five, tmp_path)
    data = contributions[3].read_bytes()
    contributions[3].write_bytes(data[:-2] + (b"AA" if not data.endswith(b"AA") else b"BA"))
    output = tmp_path / "0.signature"
    found = call(
        "tracing", "ceremony", "conclude", plan, *contributions, "-o", output, "--data", five.data(), expect=1
    )
    assert "de/hamburg" in found.err
    assert not output.exists()
    (tmp_path / "long").write_bytes(bytes(65537))
    call("tracing", "epoch", "accept", tmp_path / "long", "--data", five.data(), expect=1)
    call("tracing", "epoch", "fetch", "--data", five.data(), expect=1)


@pytest.mark.parametrize("time", ["tomorrow", "2027-01-01T00:00"])
def test_a_time_without_its_zone_is_a_wrong_call(stage: Stage, time: str) -> None:
    stage.call(
        "tracing", "ceremony", "plan", "--number", "1", "--begins", time, "--ends", time,
        "-o", stage.folder / "plan", "--data", stage.data(), expect=64,
    )  # fmt: skip
