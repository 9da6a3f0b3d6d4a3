"""The simulation plays one seed alike each time, finds every planted bug, and makes what fails short."""

from collections.abc import Iterator
from itertools import count, islice

import pytest
from typer.testing import CliRunner

from domain.joint import JOINT as REACHED
from domain.joint import RETRACTED
from handover.domain.handover import State
from handover.simulation import campaign, invariants, main
from handover.simulation.history import STEPS, mix_of, play
from handover.simulation.restores import Plan
from handover.simulation.world import World
from simulation.planted import FOUND_BY, OF_REGISTRY, OF_RESTORES, PLANTED, Patch, early_release

MOST = 200  # histories within which each planted bug is found; most show in the first


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with campaign.world() as made:
        yield made


def _may_show(patch: Patch, seed: int) -> bool:
    if patch in OF_RESTORES:
        return Plan.draw(seed, steps=STEPS) is not None
    return patch not in OF_REGISTRY or bool(mix_of(seed).registry)


@pytest.mark.parametrize("seed", range(1, 4))
def test_one_seed_is_one_history(world: World, seed: int) -> None:
    first, again = play(world, seed), play(world, seed)
    assert (first.violation, first.trace) == ("", again.trace)
    assert first.trace


def test_fifteen_bugs_are_planted() -> None:
    assert len({each.__name__ for each in PLANTED}) >= 15


@pytest.mark.parametrize("patch", PLANTED, ids=lambda patch: patch.__name__)
def test_every_planted_bug_is_found(world: World, patch: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    patch(monkeypatch)
    histories = (seed for seed in count(1) if _may_show(patch, seed))
    name = patch.__name__
    first = [FOUND_BY[name]] if name in FOUND_BY else []
    found = next((seed for seed in (*first, *islice(histories, MOST)) if play(world, seed).violation), None)
    assert found is not None
    monkeypatch.undo()
    assert play(world, found).violation == ""


def test_what_fails_is_made_short(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    early_release(monkeypatch)
    seed = next(seed for seed in range(1, MOST) if play(world, seed).violation)
    whole = play(world, seed)
    best, without = campaign.shorten(seed, world=world)
    assert best.violation
    assert len(without) > STEPS / 2
    assert len(best.trace) < len(whole.trace)


def test_the_joint_states_are_those_of_the_lifecycle() -> None:
    assert {pair for pair in REACHED | RETRACTED if pair[0] is not State.PREPARED} == invariants.JOINT


def test_the_command_plays_one_seed_and_says_what_happened() -> None:
    app = main.app()
    done = CliRunner().invoke(app, ["--seeds", "3", "--no-shorten"])
    assert done.exit_code == 0, done.output
    assert "violations    0" in done.output
    assert CliRunner().invoke(app, ["--seeds", "5..2"]).exit_code == 2
    assert CliRunner().invoke(app, ["--seeds", "many"]).exit_code == 2
