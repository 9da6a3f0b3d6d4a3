"""Remembered pages of the registry change no history, and no forged one is believed."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from handover.domain.errors import UntrustedError
from handover.protocol import registry_metadata, registry_set
from handover.simulation import campaign
from handover.simulation.history import play
from handover.simulation.memory import remembering
from handover.simulation.world import World

_SEED = 4  # with crashes, a busy database and a restore


def test_a_history_is_the_same_where_nothing_is_remembered(tmp_path: Path) -> None:
    with campaign.world() as world:
        told = play(world, _SEED)
    plain = World(tmp_path, began=int(time.time()))
    assert play(plain, _SEED).trace == told.trace
    assert told.violation == ""
    plain.close()


def test_a_page_that_was_believed_makes_no_other_page_believed() -> None:
    with campaign.world() as world:
        published, root = world.federation.repository.published(), world.root
        at = registry_set.claimed_issue(published)
        found = registry_set.verify(published, root=root, at=at)
        assert registry_set.verify(published, root=root, at=at) == found
        forged = published.timestamp.replace(b'"sig":"', b'"sig":"0', 1)
        forged = forged[: forged.index(b'"sig":"0') + 8 + 127] + forged[forged.index(b'"sig":"0') + 8 + 128 :]
        for _ in range(2):
            with pytest.raises(UntrustedError):
                registry_set.verify(replace(published, timestamp=forged), root=root, at=at)
        with pytest.raises(UntrustedError):
            registry_set.verify(published, root=root, at=at + 3650 * 86400)


def test_the_product_remembers_nothing() -> None:
    with remembering():
        assert vars(registry_set)["pages"] is not registry_metadata
    assert vars(registry_set)["pages"] is registry_metadata
