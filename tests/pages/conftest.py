"""Two offices for the tests of a module that only add to them, and two for each test that bends them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from pages.office import Offices, offices


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Log lines are looked at only where a test asks for them."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    with offices(tmp_path_factory.mktemp("offices")) as found:
        yield found


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Offices]:
    with offices(tmp_path) as found:
        yield found
