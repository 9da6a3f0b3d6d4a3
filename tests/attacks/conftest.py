"""One siege for all attacks that leave nothing, and one for each attack that has to change the federation first."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from attacks.siege import Siege
from attacks.siege import siege as laid


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Log lines are looked at only where a test asks for them."""
    with structlog.testing.capture_logs():
        yield


@pytest.fixture(scope="session")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    """Give the siege that all attacks share; each begins rounds of its own."""
    with laid(tmp_path_factory.mktemp("siege")) as made:
        yield made


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Siege]:
    """Give a siege for one attack alone."""
    with laid(tmp_path) as made:
        yield made
