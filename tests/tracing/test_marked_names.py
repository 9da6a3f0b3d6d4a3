"""Marked names in six scripts are sought and found; no message, log, notice, metric or file holds one."""

import logging
from pathlib import Path

import pytest

from tracing import marks
from tracing.rig import rig


def test_no_marked_name_leaves_a_record_in_any_script(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with rig(tmp_path, "de/hamburg", "gr/athens", "it/rome") as made:
        assert marks.told(made) >= len(marks.MARKS)
        said = capfd.readouterr()
        found = marks.places(made, log=caplog.text, output=said.out + said.err)
        assert len(made.fed.wire.small) >= 2 * len(marks.MARKS)
        assert any(place.endswith("handover.db") for place in found)
        assert not marks.marked(found)


def test_the_search_would_find_a_name_and_its_skeleton() -> None:
    assert marks.skeletons()
    for text in (*marks.MARKS.values(), *marks.skeletons()):
        assert marks.marked({"somewhere": f"x{text}y".encode()}) == ["somewhere"]
