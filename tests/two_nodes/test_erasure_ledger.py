"""What was erased after a backup is erased again by its restore: a ledger beside the vault knows it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

import cases
from continuing import RESPONSIBLE
from federation import PASSPHRASE, federation
from handover.adapters import backup as backups
from handover.adapters import rehearsal
from handover.adapters.erasures import Ledger, LedgerError, LedgerShortError
from handover.adapters.retention_tables import erasure
from handover.adapters.vault import FileVault
from handover.adapters.work import Work
from handover.application.endings import Ended
from handover.domain.errors import HandoverError, NotFoundError
from handover.domain.handover import Claim
from handover.domain.ids import MatterId
from handover.node import Node
from handover.protocol.entry import EntryKind
from handover.protocol.strict import Json
from two_nodes.restores import Again, Stage, restore, staged
from two_nodes.test_restore import kinds


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        yield staged(fed, north, south, tmp_path)


def ledger(node: Node) -> Path:
    return node.settings.data / "erasures.log"


def read(node: Node) -> list[str]:
    found = FileVault.open(node.settings.data / "vault.json", PASSPHRASE)
    return [each.what for each in Ledger(found).read()]


def shows(node: Node, matter: MatterId) -> bool:
    """Tell whether the node can still show the record of a matter."""
    try:
        with node.database.reading() as work:
            return cases.MARK.encode() in work.records.latest(matter).document
    except HandoverError:
        return False


def erase(stage: Stage) -> None:
    """Erase the matter that is in the backup, as its retention does."""
    with stage.north.database.begin() as work:
        rounds = [each.id for each in work.handovers.of_matter(stage.first.matter)]
        work.matters.erase_matter(stage.first.matter, rounds)


def test_what_was_erased_after_the_backup_is_erased_again(stage: Stage) -> None:
    assert shows(stage.north, stage.first.matter)
    erase(stage)
    done = stage.restore()
    north = stage.fed.reopen("gr/athens")
    assert done.erased > 0
    assert not shows(north, stage.first.matter)
    assert kinds(north)[-done.erased :] == [EntryKind.ERASED] * done.erased
    assert kinds(north)[-done.erased - 1] is EntryKind.RESTORED
    with north.database.reading() as work, pytest.raises(NotFoundError):
        work.records.latest(MatterId(stage.second.matter))


def test_it_is_the_ledger_that_does_it(stage: Stage) -> None:
    erase(stage)
    stage.north.close()
    ledger(stage.north).unlink()
    stage.database.unlink()
    assert stage.restore().erased == 0
    assert shows(stage.fed.reopen("gr/athens"), stage.first.matter)


def test_one_round_is_erased_again_without_its_matter(stage: Stage) -> None:
    with stage.north.database.begin() as work:
        work.matters.erase(stage.first.id)
    assert stage.restore().erased == 1
    north = stage.fed.reopen("gr/athens")
    assert shows(north, stage.first.matter)
    assert stage.first.offer is not None
    with north.database.reading() as work, pytest.raises(NotFoundError):
        work.envelopes.plaintext(stage.first.offer)


def test_the_ledger_holds_identifiers_and_no_value(stage: Stage) -> None:
    erase(stage)
    data = ledger(stage.north).read_bytes()
    assert cases.MARK.encode() not in data
    assert stage.first.matter in read(stage.north)
    assert data.startswith(b"handover-erasures/1\n")


def test_what_a_process_that_was_cut_off_has_not_noted_is_noted_at_the_next_start(stage: Stage) -> None:
    erase(stage)
    noted = read(stage.north)
    ledger(stage.north).unlink()
    north = stage.fed.reopen("gr/athens")
    assert read(north) == noted
    assert read(stage.fed.reopen("gr/athens")) == noted


def test_a_line_that_was_cut_off_is_written_again(stage: Stage) -> None:
    erase(stage)
    noted = read(stage.north)
    data = ledger(stage.north).read_bytes()
    for cut in (1, 40):
        ledger(stage.north).write_bytes(data[:-cut])
        assert read(stage.north) == noted[:-1]
        assert read(stage.fed.reopen("gr/athens")) == noted
    ledger(stage.north).write_bytes(b"handover-er")
    assert read(stage.fed.reopen("gr/athens")) == noted


@pytest.mark.parametrize(
    "what", ["another owner", "a line less", "another header", "no text", "others in order"]
)
def test_a_ledger_that_is_not_as_it_was_written_stops_a_restore_and_nothing_else(
    stage: Stage, what: str
) -> None:
    erase(stage)
    path = ledger(stage.north)
    header, *lines = path.read_text().splitlines()
    changed = {
        "another owner": [header, lines[0].replace(lines[0].split()[2], "someone"), *lines[1:]],
        "a line less": [header, *lines[1:]],
        "another header": ["handover-erasures/2", *lines],
        "no text": [header, "\N{LATIN SMALL LETTER E WITH ACUTE}"],
        "others in order": [header, *lines[::-1]],
    }
    path.write_text("".join(f"{line}\n" for line in changed[what]))
    north = stage.north = stage.fed.reopen("gr/athens")
    with north.database.begin() as work:
        work.matters.erase(stage.second.id)  # the node goes on
    with pytest.raises(LedgerError):
        read(north)
    with pytest.raises(LedgerError):
        stage.restore()
    assert stage.fed.reopen("gr/athens").vault.incarnation == 1


def cut(node: Node) -> bytes:
    """Take all lines from the ledger but its header; give the file as it was."""
    whole = ledger(node).read_bytes()
    ledger(node).write_bytes(whole[: whole.index(b"\n") + 1])
    return whole


def again(stage: Stage) -> Path:
    """Make a backup that knows an erasure, and erase more."""
    erase(stage)
    path = stage.backup.with_name("two.backup")
    url, data, now = stage.north.settings.url, stage.north.settings.data, stage.fed.clock.now
    backups.make(path, url=url, vault=stage.north.vault, data=data, now=now)
    stage.fed.clock.pass_(1)
    with stage.north.database.begin() as work:
        work.matters.erase(stage.second.id)
    return path


def test_a_ledger_that_is_older_than_the_backup_stops_its_restore(stage: Stage) -> None:
    path = again(stage)
    stage.north.close()
    stage.database.unlink()
    whole = cut(stage.north)
    with pytest.raises(LedgerShortError):
        rehearsal.rehearse(path, vault=stage.north.vault, data=stage.north.settings.data)
    with pytest.raises(LedgerShortError):
        restore(stage.north, path, stage.fed.clock)
    ledger(stage.north).write_bytes(whole)
    assert restore(stage.north, path, stage.fed.clock).incarnation == 2
    ledger(stage.north).unlink()
    (stage.north.settings.data / "handover.db").unlink()
    restore(stage.north, path, stage.fed.clock)  # nobody has a newer one: then it is moved away


def test_a_ledger_whose_end_the_node_has_written_anew_serves_an_older_backup(stage: Stage) -> None:
    path = again(stage)
    stage.north.close()
    noted = read(stage.north)
    cut(stage.north)
    stage.north = stage.fed.reopen("gr/athens")
    assert sorted(read(stage.north)) == sorted(noted)
    stage.north.close()
    stage.database.unlink()
    assert restore(stage.north, path, stage.fed.clock).erased == 1


def test_a_ledger_whose_end_is_gone_is_made_whole_by_the_database_that_still_stands(stage: Stage) -> None:
    path = again(stage)
    stage.north.close()
    cut(stage.north)
    assert restore(stage.north, path, stage.fed.clock).erased == 1


def test_a_backup_of_an_earlier_version_asks_nothing_of_the_ledger(stage: Stage) -> None:
    old: Json = {"node": "gr/athens", "made_at": 1, "kind": "sqlite"}
    assert backups.read_about(old).ledger is None
    Ledger(stage.north.vault).require(None, made_at=1)


def test_a_disk_that_takes_nothing_stops_no_erasure_and_it_is_noted_with_the_next(stage: Stage) -> None:
    path = ledger(stage.north)
    path.mkdir()
    erase(stage)
    path.rmdir()
    with stage.north.database.begin() as work:
        work.matters.erase(stage.second.id)
    assert {stage.first.matter, stage.second.id} <= set(read(stage.north))


def test_a_line_costs_the_same_however_long_the_ledger_is(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is appended while nobody else can write: a member that begins and ends rounds would slow all others down."""
    noting = Ledger(stage.north.vault)
    noting.note(Ended(what=f"ended key {number}", at=1) for number in range(500))
    marked, mark = [], FileVault.mark

    def marks(vault: FileVault, use: str, value: str) -> bytes:
        marked.append(use)
        return mark(vault, use, value)

    monkeypatch.setattr(FileVault, "mark", marks)
    noting.note([Ended(what="ended key one", at=1)])
    assert len(marked) == 1
    Ledger(stage.north.vault).note([Ended(what="ended key two", at=1)])  # another process
    before = len(marked)
    noting.note([Ended(what="ended key three", at=1)])
    assert len(marked) - before == 2
    noted = read(stage.north)[-3:]
    assert noted == ["ended key one", "ended key two", "ended key three"]


@pytest.mark.parametrize("change", ["an older copy", "a cut line", "nothing", "a longer one of its own"])
def test_a_ledger_that_was_changed_under_a_running_node_goes_on(stage: Stage, change: str) -> None:
    noting, path = Ledger(stage.north.vault), ledger(stage.north)
    noting.note([Ended(what="ended key one", at=1)])
    older = path.read_bytes()
    noting.note([Ended(what="ended key two", at=1)])
    match change:
        case "an older copy":
            path.write_bytes(older)
        case "a cut line":
            path.write_bytes(path.read_bytes() + b"3 1 ended")
        case "nothing":
            path.unlink()
        case _:
            path.unlink()
            Ledger(stage.north.vault).note(Ended(what=f"ended key {each}", at=1) for each in range(9))
    noting.note([Ended(what="ended key three", at=1)])
    assert read(stage.north)[-1] == "ended key three"


def test_the_ledger_of_another_node_is_not_taken(stage: Stage) -> None:
    erase(stage)
    ledger(stage.south).write_bytes(ledger(stage.north).read_bytes())
    with pytest.raises(LedgerError):
        read(stage.south)


def test_an_older_database_takes_nothing_from_the_ledger(stage: Stage) -> None:
    erase(stage)
    noted = read(stage.north)
    with stage.north.database.engine.begin() as connection:
        connection.execute(delete(erasure))
    assert read(stage.fed.reopen("gr/athens")) == noted


@pytest.fixture
def offered_(tmp_path: Path) -> Iterator[tuple[Stage, Path]]:
    """Give two nodes, and a backup of the receiver from before it has taken up what it was offered."""
    with federation(tmp_path, "gr/athens", "de/hamburg") as (fed, [north, south]):
        stage = staged(fed, north, south, tmp_path)
        path = tmp_path / "south.backup"
        backups.make(
            path, url=south.settings.url, vault=south.vault, data=south.settings.data, now=fed.clock.now
        )
        actor, countersigns = fed.officer(south, "first"), fed.officer(north, "first")
        with south.database.reading() as work:
            got = next(
                each for each in work.handovers.page(after="", limit=9) if each.round == stage.first.round
            )
        south.handovers.open(got.id, actor=actor)
        south.handovers.accept(got.id, responsible=RESPONSIBLE, plan="Met at the station.", actor=actor)
        fed.settle()
        north.offers.countersign(stage.first.id, actor=countersigns)
        fed.settle()
        yield stage, path


def test_what_was_taken_up_since_is_not_destroyed_by_the_ledger(offered_: tuple[Stage, Path]) -> None:
    """The round's key went at the take-up, when the record became the matter's own: it is needed once more."""
    stage, path = offered_
    matter = taken(stage.south)
    assert shows(stage.south, matter)
    stage.south.close()
    restore(stage.south, path, stage.fed.clock)
    south = stage.fed.reopen("de/hamburg")
    for _ in range(3):
        south.resync.tick()
        stage.fed.settle()
    assert shows(south, matter)
    with south.database.reading() as work:
        assert work.matters.get(matter).claim is Claim.HOLDER


def test_what_was_taken_up_and_erased_since_does_not_come_back(offered_: tuple[Stage, Path]) -> None:
    stage, path = offered_
    matter = taken(stage.south)
    with stage.south.database.begin() as work:
        rounds = [each.id for each in work.handovers.of_matter(matter)]
        work.matters.erase_matter(matter, rounds)
    stage.south.close()
    restore(stage.south, path, stage.fed.clock)
    south = stage.fed.reopen("de/hamburg")
    with south.database.reading() as work:
        for each in work.handovers.of_matter(matter):
            assert each.offer is not None
            with pytest.raises(NotFoundError):
                work.envelopes.plaintext(each.offer)


def taken(node: Node) -> MatterId:
    """Give the one matter that a node has taken up."""
    with node.database.reading() as work:
        [found] = [each for each in work.matters.page(after="", limit=9) if each.claim is Claim.HOLDER]
    return found.id


def keep(node: Node, owner: str) -> None:
    with node.database.begin() as work:
        assert isinstance(work, Work)
        work.unit.cells.seal(owner, "here", b"a value")


def let_go(node: Node, owner: str) -> None:
    with node.database.begin() as work:
        assert isinstance(work, Work)
        work.unit.destroy_key(owner)


def kept(node: Node, owner: str) -> bool:
    with node.database.reading() as work:
        assert isinstance(work, Work)
        return work.unit.load(owner) is not None


def test_a_key_that_was_made_after_an_erasure_which_the_backup_knows_is_kept(stage: Stage) -> None:
    for owner in ("again", "again-and-gone"):
        keep(stage.north, owner)
        let_go(stage.north, owner)
        stage.fed.clock.pass_(1)
        keep(stage.north, owner)
    newer = Again(stage.fed, stage.north, ledger(stage.north).parent)
    let_go(stage.north, "again-and-gone")
    north = newer.restored()
    assert kept(north, "again")
    assert not kept(north, "again-and-gone")


def test_each_erasure_of_one_owner_is_caught_up_with(stage: Stage) -> None:
    for _ in range(2):
        keep(stage.north, "owner")
        let_go(stage.north, "owner")
        stage.fed.clock.pass_(1)
    ledger(stage.north).unlink()
    north = stage.fed.reopen("gr/athens")
    assert read(north).count("owner") == 2
