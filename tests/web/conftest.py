"""One federation of two offices for the tests of a module that only add to it, and one for each test that bends it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from web.stage import Stage, stage


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Log lines are looked at only where a test asks for them."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with stage(tmp_path_factory.mktemp("federation")) as found:
        yield found


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as found:
        yield found
