"""Where CI=true nothing may be skipped for want of a program: a skipped test proves nothing.

Under `python -O` the asserts of what runs are gone; those of the tests and of all that helps them stay.

What may be absent even there is data that is not part of the project: published vectors and sample documents
beside the repository. Such a test says "shared" in its reason.
"""

import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent
# What a plugin has loaded before this is as it was written.
pytest.register_assert_rewrite(
    *{each.stem for each in HERE.iterdir()} - sys.modules.keys() - {Path(__file__).stem}
)

from oracle import Oracle, built  # noqa: E402 - it is rewritten too

ALLOWED = "shared"

# No verdict hangs on a clock: machines that run tests are busy. In CI the examples are the same each time.
settings.register_profile(
    "handover",
    deadline=None,
    derandomize=os.environ.get("CI") == "true",
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("handover")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Each process that runs tests is told how the one runs that has started it."""
    node.workerinput["optimised"] = sys.flags.optimize


def pytest_configure(config: pytest.Config) -> None:
    told = getattr(config, "workerinput", {}).get("optimised", sys.flags.optimize)
    if told != sys.flags.optimize:
        raise pytest.UsageError(
            "say PYTHONOPTIMIZE=1, not -O: only the first process would run without asserts"
        )


@pytest.fixture(scope="session")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    """Give what asks Go's own packages about our logs."""
    return built(tmp_path_factory.mktemp("go"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _forbid(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if report.skipped:
        _forbid(report)
    return report


def _forbid(report: pytest.TestReport | pytest.CollectReport) -> None:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if os.environ.get("CI") == "true" and ALLOWED not in reason:
        report.outcome = "failed"
        report.longrepr = f"nothing is skipped where CI=true: {reason}"
