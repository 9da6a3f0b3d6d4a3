"""The sample nodes are settings that a node takes, and entries that a registry would admit."""

import shutil
from pathlib import Path

import pytest

from handover import config
from handover.domain.errors import MalformedError
from handover.domain.ids import NodeId
from handover.protocol import node_entry
from handover.protocol.node_entry import Liaison, Mandate, NodeEntry, NodeStatus

NODES = sorted((Path(__file__).resolve().parents[1] / "nodes").glob("*.toml"))


def _settings(file: Path, folder: Path) -> config.Settings:
    shutil.copy(file, folder / config.FILE_NAME)
    return config.load(folder)


@pytest.mark.parametrize("file", NODES, ids=lambda file: file.stem)
def test_a_sample_is_a_nodes_settings_and_fits_an_entry(file: Path, tmp_path: Path) -> None:
    settings = _settings(file, tmp_path)
    node = NodeId(settings.node)
    assert file.stem == node.replace("/", "-")
    assert settings.address == f"http://{settings.listen.replace('127.0.0.1', 'localhost')}"
    assert settings.url.startswith("sqlite:///")
    entry = NodeEntry(
        node=node,
        names=settings.names,
        country=node.country,
        places=tuple(settings.places),
        mandates=tuple(Mandate(each) for each in settings.mandates),
        address=settings.address,
        status=NodeStatus.ACTIVE,
        protocols=tuple(settings.protocols),
        schemas=("guardianship/1", "tracing/1"),
        liaison=Liaison(hours=settings.hours, languages=tuple(settings.languages)),
        keys=(),
    )
    assert node_entry.decode(node_entry.encode(entry)).names == dict(settings.names)


def test_the_samples_are_six_nodes_in_four_countries_at_six_addresses(tmp_path: Path) -> None:
    settings = [_settings(file, tmp_path) for file in NODES]
    assert {NodeId(each.node).country for each in settings} == {"gr", "de", "es", "hn"}
    assert len({each.address for each in settings}) == len(settings) == 6


def test_a_setting_that_nobody_knows_stops_the_start(tmp_path: Path) -> None:
    text = NODES[0].read_text(encoding="utf-8")
    (tmp_path / config.FILE_NAME).write_text(f'enforcement = "yes"\n{text}', encoding="utf-8")
    with pytest.raises(config.SettingsError, match="enforcement"):
        config.load(tmp_path)


def test_a_name_in_another_spelling_is_refused() -> None:
    with pytest.raises(MalformedError):
        NodeId("GR/Athens")
