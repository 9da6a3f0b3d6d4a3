"""The operator's pages: health, alarms, mails, backups."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event, insert
from starlette.testclient import TestClient

from handover.adapters import backup, figures
from handover.adapters.retention_tables import erasure
from handover.application.access import PASSWORD
from handover.application.alarms import raise_alarm
from handover.application.backups import BackupDesk, BackupUnderWayError, NoBackupFolderError
from handover.application.facts import Alarm, OfficerRole
from handover.application.permissions import ForbiddenError
from handover.cli import doctor
from handover.domain.ids import UUID7
from handover.node import Node
from handover.pages import words
from handover.pages.operate import CHECKS
from handover.pages.routes import routes
from handover.protocol.attachment import AttachmentError
from handover.web.app import create_app
from pages.office import Browser, Offices

OPERATOR = (OfficerRole.OPERATOR,)


def alarmed(offices: Offices, kind: str = "split-view") -> Alarm:
    """Give an alarm of the north about the south."""
    node = offices.north.node
    with node.database.begin() as work:
        raise_alarm(work, kind, peer=offices.south.node.id, handover=None)
        return work.alarms.all(seen=False)[0]


def with_health(browser: Browser) -> Browser:
    """Give the browser at pages that look at their node."""
    node = browser.node
    app = create_app(node, routes(node, health=lambda: doctor.of_running(node)))
    found = Browser(node, TestClient(app, base_url=node.settings.address), browser.officer)
    found.take(browser.cookie)
    return found


@pytest.mark.parametrize("language", ["fr", "es", "el", "uk", "ar"])
def test_the_health_of_the_node_is_told_in_the_language_of_the_page(shared: Offices, language: str) -> None:
    operator = with_health(shared.browser(shared.north, f"operates {language}", OPERATOR))
    alarmed(shared)
    text = operator.get(f"/office/operate?language={language}")
    main = text.partition("<main")[2].partition("</main>")[0]
    assert 'lang="en"' not in main
    for english in ("good backup", "The registry", "Nothing waits", "No handover", "Run "):
        assert english not in main
    assert "handover backup FILE" in main


def test_an_alarm_that_was_looked_at_is_open_no_more_and_stays_with_who_looked(alone: Offices) -> None:
    alarm = alarmed(alone)
    first, second = (alone.browser(alone.north, name, OPERATOR) for name in ("Vera", "Wim"))
    assert "contradicts itself" in first.get("/office/operate/alarms")
    for each in (first, second):
        answer = each.post("/office/operate/alarms", {"alarm": alarm.id}, page="/office/account")
        assert answer.headers["location"] == "/office/operate/alarms?said=looked-at"
    text = second.get("/office/operate/alarms")
    assert "There is no open alarm." in text
    assert "Looked at by <bdi>Vera</bdi>" in text
    assert "contradicts itself" in text
    assert "contradicts itself" not in second.get("/office/operate")
    assert figures.count(alone.north.node.database.engine, 0).alarms == 0


def test_what_happens_again_is_a_new_alarm_once_somebody_has_looked(alone: Offices) -> None:
    operator = alone.browser(alone.north, "operates", OPERATOR)
    first = alarmed(alone)
    assert alarmed(alone).id == first.id
    operator.node.watch.look_at(first.id, actor=operator.actor)
    assert alarmed(alone).id != first.id


def test_there_is_no_looking_at_an_alarm_that_is_not_there_nor_without_the_right(shared: Offices) -> None:
    operator = shared.browser(shared.north, "looks", OPERATOR)
    other = shared.browser(shared.north, "reads", (OfficerRole.AUDITOR,))
    page = "/office/operate/alarms"
    wrong = {"alarm": str(operator.officer)}
    assert operator.post(page, wrong).status_code == 404
    with pytest.raises(ForbiddenError):
        other.node.watch.look_at(alarmed(shared).id, actor=other.actor)


def test_backups_are_made_by_command_where_no_folder_is_set(alone: Offices) -> None:
    operator = alone.browser(alone.north, "operates", OPERATOR)
    text = operator.get("/office/operate/backups")
    assert "No backup was ever made of this node." in text
    assert "handover backup FILE" in text
    assert "Make a backup now" not in text
    answer = operator.post("/office/operate/backups", page="/office/account")
    assert answer.status_code == 422
    assert "This node is not told where its backups go." in answer.text
    with pytest.raises(NoBackupFolderError):
        operator.node.backups.make(actor=operator.actor)


def placed(alone: Offices, folder: Path) -> Browser:
    """Give an operator's browser at a node whose backups go to *folder*."""
    operator = alone.browser(alone.north, "operates", OPERATOR)
    old = operator.node
    settings = old.settings.model_copy(update={"backup_folder": folder})
    node: Node = replace(old, settings=settings)
    found = Browser(
        node, TestClient(create_app(node, routes(node)), base_url=settings.address), operator.officer
    )
    found.take(operator.cookie)
    return found


def test_a_backup_that_is_made_from_the_page_is_read_back_and_dated(alone: Offices, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    operator = placed(alone, folder)
    answer = operator.post("/office/operate/backups")
    assert answer.headers["location"] == "/office/operate/backups?said=backed-up"
    [made] = folder.iterdir()
    assert backup.check(made, vault=operator.node.vault).node == operator.node.id
    assert made.name.endswith(".handover-backup")
    text = operator.get("/office/operate/backups")
    assert "The last good backup was made" in text
    assert "It is too old" not in text
    alone.fed.clock.pass_(3 * 86400)
    with operator.node.database.begin() as work:
        operator.take(
            operator.node.sessions.begin(work, UUID7(operator.officer), auth=PASSWORD, browser="test")
        )
    assert "It is too old" in operator.get("/office/operate/backups")


def test_a_backup_that_opens_no_more_is_told_though_it_is_young(alone: Offices, tmp_path: Path) -> None:
    operator = with_health(placed(alone, tmp_path))
    operator.post("/office/operate/backups")
    assert "opens no more" not in operator.get("/office/operate/backups")
    now = alone.fed.clock.now
    with operator.node.database.engine.begin() as connection:
        row = {"owner": "o", "epoch": 1, "erased_at": now, "renewed_at": now + 1}
        connection.execute(insert(erasure).values(row))
    assert "The keys were renewed since: the last backup opens no more." in operator.get(
        "/office/operate/backups"
    )


def test_a_backup_that_fails_leaves_no_file_and_is_told(alone: Offices, tmp_path: Path) -> None:
    operator = placed(alone, tmp_path / "nowhere")
    answer = operator.post("/office/operate/backups")
    assert answer.status_code == 422
    assert "The backup could not be made." in answer.text
    assert backup.last_made(operator.node.settings.data) is None


def test_one_backup_is_made_at_a_time(shared: Offices) -> None:
    operator = shared.browser(shared.north, "backs up", OPERATOR).actor

    class Slow:
        folder = "somewhere"

        def last_made(self) -> int | None:
            return None

        def make(self, now: int) -> str:
            with pytest.raises(BackupUnderWayError):
                desk.make(actor=operator)
            return str(now)

    desk = BackupDesk(Slow(), lambda: 5)
    assert desk.make(actor=operator) == "5"
    assert desk.make(actor=operator) == "5"


def test_what_health_counts_costs_nothing_for_what_is_settled(shared: Offices) -> None:
    """The plan of every count uses an index that holds open rounds, open alarms and given-up mails alone."""
    engine = shared.north.node.database.engine
    asked: list[tuple[str, object]] = []
    event.listen(engine, "before_cursor_execute", lambda *at: asked.append((at[2], at[3])))
    figures.count(engine, 0)
    counts = [(text, values) for text, values in asked if "count(" in text]
    assert len(counts) > 5
    with engine.connect().execution_options(handover_reads=True) as connection:
        for text, values in counts:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values).all()  # type: ignore[arg-type]
            used = " ".join(row[3] for row in plan)
            assert any(
                f"INDEX {each}" in used for each in ("ix_handover_", "ix_alarm_open", "ix_notice_given_up")
            )


def test_every_check_and_every_alarm_has_words() -> None:
    folder = Path(doctor.__file__).parent
    checks = "\n".join(path.read_text("utf-8") for path in folder.glob("checks*.py"))
    names = set(
        re.findall(
            r'(?:\bname(?:, \w+)* = |\b_NAME: Final = |(?:ok|note|warning|failure)\()"([a-z-]+)"', checks
        )
    )
    assert len(names) > 10
    assert names <= CHECKS.keys()
    use_cases = folder.parent / "application"
    raised = "\n".join(path.read_text("utf-8") for path in use_cases.glob("*.py"))
    kinds = {"split-view", AttachmentError.name, *re.findall(r'raise_alarm\(\s*\w+,\s*"([a-z-]+)"', raised)}
    assert kinds <= words.ALARMS.keys()
