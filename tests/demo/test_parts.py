"""Parts of the demonstration: its folder, its processes, what it reads, and what it prints when something is wrong."""

import fcntl
import io
import struct
import zlib
from pathlib import Path

import pytest
from rich.console import Console

from handover.demo import processes, records
from handover.demo.output import DemoError, Output
from handover.demo.place import taken
from handover.demo.processes import Process

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT.parent / "shared" / "samples" / "primero"


@pytest.fixture
def out() -> Output:
    return Output(Console(file=io.StringIO()))


def test_the_nodes_of_the_package_are_the_sample_nodes() -> None:
    shipped = ROOT / "src" / "handover" / "demo" / "nodes"
    samples = sorted((ROOT / "nodes").glob("*.toml"))
    assert sorted(path.name for path in shipped.iterdir()) == [path.name for path in samples]
    for path in samples:
        assert (shipped / path.name).read_bytes() == path.read_bytes()


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path, out: Output) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(DemoError, match="left alone"), taken(tmp_path, out):
        pass
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_what_an_earlier_run_left_is_gone(tmp_path: Path, out: Output) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").touch()
    with taken(tmp_path / "demo", out) as place:
        place.evidence.mkdir()
        (place.evidence / "old").touch()
        (place.folder / "link").symlink_to(elsewhere)
    with taken(tmp_path / "demo", out) as place:
        assert not place.evidence.exists()
        assert not (place.folder / "link").is_symlink()
    assert (elsewhere / "file").exists()


def test_two_runs_do_not_share_a_folder(tmp_path: Path, out: Output) -> None:
    with taken(tmp_path / "demo", out):  # noqa: SIM117 - the second must fail while the first goes on
        with pytest.raises(DemoError, match="Another demonstration"), taken(tmp_path / "demo", out):
            pass


def _process(folder: Path) -> Process:
    return Process("serve", "--data", folder / "nothing", log=folder / "logs" / "a.log", lock=folder / "lock")


def test_a_process_that_ends_by_itself_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    process = _process(tmp_path)
    process.start()
    try:
        with pytest.raises(DemoError, match="ended with status 3") as caught:
            processes.until("it is up", lambda: None, patience=60, node="gr/athens", alive=[process])
    finally:
        process.stop()
    assert caught.value.node == "gr/athens"
    assert any("There is no node in this folder" in line for line in process.last_words())


def test_a_process_holds_its_lock_until_it_is_killed(tmp_path: Path) -> None:
    process = _process(tmp_path)
    process.start()
    with (tmp_path / "lock").open("rb") as lock:
        with pytest.raises(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        process.kill()
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_what_is_waited_for_too_long_is_named() -> None:
    with pytest.raises(DemoError, match="waiting for spring: not within 0 seconds"):
        processes.until("waiting for spring", lambda: None, patience=0, node="gr/athens", alive=[])


def test_a_check_that_does_not_hold_is_said_at_once(out: Output) -> None:
    def all_hold() -> bool:
        return out.all_hold

    assert not all_hold()
    out.check("water is wet", holds=True, seen="wet")
    assert all_hold()
    out.check("fire is cold", holds=False, seen="hot")
    assert not all_hold()
    printed = out.console.file
    assert isinstance(printed, io.StringIO)
    assert "NOT AS IT SHOULD BE: fire is cold: hot" in printed.getvalue()


def test_the_picture_is_a_whole_png() -> None:
    data = records.picture()
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    place, pixels = 8, b""
    while place < len(data):
        length = struct.unpack(">I", data[place : place + 4])[0]
        part = data[place + 4 : place + 8 + length]
        assert struct.unpack(">I", data[place + 8 + length : place + 12 + length])[0] == zlib.crc32(part)
        pixels += part[4:] if part.startswith(b"IDAT") else b""
        place += 12 + length
    assert len(zlib.decompress(pixels)) == 96 * (1 + 3 * 96)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ('{"inquiry_date": "2026-06-01", "tracing_request_id": "a"}', "no child's case"),
    ],
)
def test_a_file_without_a_childs_case_is_refused_before_anything_is_set_up(
    text: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / "case.json").write_text(text)
    with pytest.raises(DemoError, match=said):
        records.given(tmp_path / "case.json")


def test_every_case_that_a_live_primero_wrote_can_be_told() -> None:
    if not SAMPLES.is_dir():
        pytest.skip("shared samples are not here")
    broken = SAMPLES / "getPrimeroCases.json"  # published so
    with pytest.raises(DemoError, match="line 67"):
        records.given(broken)
    readable = [path for path in sorted(SAMPLES.glob("*.json")) if path != broken]
    assert len(readable) == 4
    for path in readable:
        assert records.given(path).names(), path.name
