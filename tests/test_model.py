"""The model of the lifecycle holds on the tables that run here, and each of its mutants fails."""

import shutil

import pytest

import model

QUICK = [run for run in model.RUNS if not run.long]
needs_spin = pytest.mark.skipif(
    not shutil.which("spin") or not shutil.which("gcc"), reason="needs spin and gcc"
)


def test_the_model_is_made_of_the_tables_that_run() -> None:
    assert model.TABLES.read_text(encoding="utf-8") == model.tables(), "run: python3 dev.py documents"


def test_every_rule_has_a_mutant_and_every_mutant_a_rule() -> None:
    text = (model.FOLDER / "handover.pml").read_text("utf-8") + (model.FOLDER / "restore.pml").read_text(
        "utf-8"
    )
    mutants = {flag for run in model.RUNS for flag in run.flags.split() if flag.startswith("-DM_")}
    assert {
        f"-D{word}" for word in set(text.replace("(", " ").replace(")", " ").split()) if word.startswith("M_")
    } == mutants
    assert all(bool(run.rule) == ("-DM_" in run.flags) for run in model.RUNS)


@needs_spin
@pytest.mark.parametrize("run", QUICK, ids=lambda run: run.name)
def test_the_model_holds_and_its_mutants_fail(run: model.Run) -> None:
    found = model.check(run)
    assert bool(found.error) is not run.holds
    assert found.complete is run.holds
