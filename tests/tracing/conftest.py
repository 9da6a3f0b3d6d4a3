"""Fixtures of the tests of tracing: nodes that trace, a candidate, and two offices in contact."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tracing.meeting import Meeting, in_contact, meeting
from tracing.rig import Rig, rig


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Rig]:
    """Give an asker and a holder."""
    with rig(tmp_path, "de/hamburg", "gr/athens") as made:
        yield made


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Rig]:
    """Give an asker and two holders."""
    with rig(tmp_path, "de/hamburg", "gr/athens", "it/rome") as made:
        yield made


@pytest.fixture
def met(tmp_path: Path) -> Iterator[Meeting]:
    """Give two offices of which one has a candidate for what the other asks."""
    with meeting(tmp_path) as made:
        yield made


@pytest.fixture
def contact(tmp_path: Path) -> Iterator[Meeting]:
    """Give two offices of which one has let the other know."""
    with in_contact(tmp_path) as made:
        yield made
