"""Notices by mail: who is told what and when, in one transaction with it; what the mail server does loses nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

import cases
from adapters.mailbox import Mailbox, mailbox
from cases import MARK
from federation import Federation
from handover.adapters import figures
from handover.application.access import Account
from handover.application.alarms import raise_alarm
from handover.application.facts import Actor, Handover, OfficerRole
from handover.application.notice import Notice, NoticeKind
from handover.application.postman import GIVEN_UP, LEAST, PAUSE
from handover.cli import checks_of_node
from handover.cli.findings import Level
from handover.domain.errors import OutOfOrderError
from handover.domain.ids import UUID7
from handover.node import Node
from two_nodes.databases import Databases
from two_nodes.test_canary import marked

RESPONSIBLE = {"name": f"Anna {MARK}", "organisation": "Jugendamt", "contact": "+49 40 000"}
LIAISON = (OfficerRole.LIAISON,)


@dataclass
class Post:
    """Two nodes with one mail server. `here` and `there` are the liaison officers with an address."""

    fed: Federation
    box: Mailbox
    north: Node
    south: Node

    def __post_init__(self) -> None:
        self.here = self.officer(self.north, f"Here {MARK}", email="here@athens.example")
        self.there = self.officer(self.south, f"There {MARK}", email="there@hamburg.example", language="el")
        self.second = self.fed.officer(self.north, f"second {MARK}", LIAISON)

    def officer(
        self,
        node: Node,
        name: str,
        roles: tuple[OfficerRole, ...] = LIAISON,
        *,
        email: str | None = None,
        language: str | None = None,
    ) -> Actor:
        made = self.fed.officer(node, name, roles)
        with node.database.begin() as work:
            work.accounts.put(Account(officer=made.officer, email=email, language=language))
        return made

    def offered(self) -> Handover:
        sent = cases.offer(self.fed, self.north, self.south.id, self.here, self.second)
        self.fed.settle()
        return sent

    def got(self, sent: Handover) -> Handover:
        with self.south.database.reading() as work:
            return work.handovers.find(self.north.id, [sent.round])[sent.round]

    def accepted(self) -> Handover:
        sent = self.offered()
        got = self.got(sent).id
        self.south.handovers.open(got, actor=self.there)
        self.south.handovers.accept(got, responsible=RESPONSIBLE, plan=f"{MARK}", actor=self.there)
        self.fed.settle()
        return sent

    def send(self) -> None:
        """Let both nodes' workers look for what is due."""
        for node in (self.north, self.south):
            tick = node.worker._notices
            assert tick is not None
            tick()

    def notices(self, node: Node, officer: Actor) -> list[Notice]:
        return node.board.mine(actor=officer)[::-1]

    def kinds(self, node: Node, officer: Actor) -> list[str]:
        return [each.kind.value for each in self.notices(node, officer)]


@contextmanager
def staged(folder: Path, *databases: str) -> Iterator[Post]:
    with mailbox() as box:
        fed = Federation(folder)
        mail = {"host": "127.0.0.1", "port": box.port, "sender": "node@handover.example", "tls": "none"}
        names = zip(("gr/athens", "de/hamburg"), databases or ("", ""), strict=True)
        nodes = [fed.add(name, database=database, mail=mail) for name, database in names]
        yield Post(fed, box, *nodes)
        for node in nodes:
            node.close()


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with staged(tmp_path) as made:
        yield made


def test_an_offer_that_has_come_is_told_to_the_liaison_officers_in_their_language(post: Post) -> None:
    post.offered()
    post.send()
    assert post.box.to == ["there@hamburg.example"]
    [mail] = post.box.mails
    assert mail["Content-Language"] == "el"
    [notice] = post.notices(post.south, post.there)
    assert notice.kind is NoticeKind.OFFER
    text = mail.get_content()
    assert notice.reference in text
    assert "https://de-hamburg.example/office/notices" in text
    assert mail["Message-ID"] == f"<{notice.id}@de-hamburg.example>"


def test_each_step_of_the_other_side_is_told_once(post: Post) -> None:
    sent = post.accepted()
    assert post.kinds(post.north, post.here) == ["acceptance"]
    post.north.offers.countersign(sent.id, actor=post.here)
    post.fed.settle()
    assert post.kinds(post.north, post.here) == ["acceptance", "taken-up"]
    assert post.kinds(post.south, post.there) == ["offer", "deed"]
    post.south.handovers.non_arrival(post.got(sent).id, date="2026-11-22", text=MARK, actor=post.there)
    post.fed.settle()
    assert post.kinds(post.north, post.here) == ["acceptance", "taken-up", "alarm"]


def test_a_decline_and_a_consent_that_was_withdrawn_are_told(post: Post) -> None:
    sent = post.offered()
    post.south.handovers.decline(post.got(sent).id, code="no-capacity", text=MARK, actor=post.there)
    post.fed.settle()
    assert post.kinds(post.north, post.here) == ["decline"]
    sent = post.offered()
    assert sent.ground is not None
    post.north.consents.withdraw(sent.ground, actor=post.fed.officer(post.north, "caseworker"))
    post.fed.settle()
    assert post.kinds(post.north, post.here) == ["decline", "void"]
    assert post.kinds(post.south, post.there)[-1] == "void"


def test_what_an_officer_does_is_not_told_to_the_own_office(post: Post) -> None:
    sent = post.offered()
    post.north.offers.withdraw(sent.id, actor=post.here)
    post.fed.settle()
    assert post.kinds(post.north, post.here) == []


def test_questions_and_answers_are_told(post: Post) -> None:
    sent = post.offered()
    got = post.got(sent).id
    post.south.handovers.ask(got, text=f"Who is {MARK}?", actor=post.there)
    post.fed.settle()
    post.north.handovers.answer(sent.id, text=f"{MARK} is the aunt.", actor=post.here)
    post.fed.settle()
    assert post.kinds(post.north, post.here) == ["question"]
    assert post.kinds(post.south, post.there) == ["offer", "answer"]


def test_a_notice_stands_and_falls_with_what_it_tells(post: Post) -> None:
    operator = post.officer(post.north, "operates", (OfficerRole.OPERATOR,), email="op@athens.example")
    with pytest.raises(OutOfOrderError):
        undone(post)
    assert post.kinds(post.north, operator) == []
    with post.north.database.begin() as work:
        raise_alarm(work, "split-view", peer=post.south.id, handover=None)
    assert post.kinds(post.north, operator) == ["alarm"]
    assert post.kinds(post.north, post.here) == []


def undone(post: Post) -> None:
    with post.north.database.begin() as work:
        raise_alarm(work, "split-view", peer=post.south.id, handover=None)
        raise OutOfOrderError


def test_a_deadline_that_is_near_is_told_once_on_both_sides(post: Post) -> None:
    sent = post.offered()
    post.send()
    post.fed.clock.now = sent.deadline - 3600
    for node in (post.north, post.south):
        post.fed.refresh(node)
    for _ in range(3):
        post.send()
        post.fed.clock.pass_(601)
    assert post.kinds(post.north, post.here).count("deadline") == 1
    assert post.kinds(post.south, post.there) == ["offer", "deadline"]


def test_operators_are_told_of_keys_that_end_soon_each_time_it_grows_urgent(post: Post) -> None:
    operator = post.officer(post.north, "operates", (OfficerRole.OPERATOR,), email="op@athens.example")
    post.send()
    assert post.kinds(post.north, operator) == []
    entry = post.north.registry.entry(post.north.id, post.fed.clock.now)
    ends = max(key.expires for key in entry.keys if key.use == "seal")
    for left in (8, 6, 5, 1):
        post.fed.clock.now = ends - left * 86400
        post.north.key_care.tick()
        post.north.key_care.tick()
        post.send()
    # The operators do not publish in this test, so the snapshot page, which lives a day longer, ends as well.
    assert post.kinds(post.north, operator) == ["keys"] * 4
    with post.north.database.reading() as work:
        alarms = [(each.kind, each.evidence) for each in work.alarms.all()]
    assert sorted(alarms) == [
        ("keys-end", (f"{what} {end} {days}".encode(),))
        for what, end in (("seal", ends), ("snapshot", _snapshot_ends(post)))
        for days in (2, 7)
    ]


def _snapshot_ends(post: Post) -> int:
    return post.north.registry.current(post.fed.clock.now).terms["snapshot"]


def test_what_comes_within_ten_minutes_goes_together(post: Post) -> None:
    post.offered()
    post.send()
    post.offered()
    post.offered()
    post.send()
    assert len(post.box.taken) == 1
    post.fed.clock.pass_(PAUSE)
    post.send()
    post.send()
    assert len(post.box.taken) == 2
    first, second, third = post.notices(post.south, post.there)
    assert second.mail == third.mail == second.id
    assert second.reference == third.reference
    assert second.reference in post.box.mails[1].get_content()
    assert first.reference != second.reference


def test_a_server_that_says_later_is_asked_again_with_the_same_mail(post: Post) -> None:
    post.box.answers["RCPT"] = ["451 later"]
    post.offered()
    post.send()
    post.send()
    assert not post.box.taken
    post.offered()  # what comes meanwhile goes with the next mail
    post.fed.clock.pass_(3600)
    post.send()
    [mail] = post.box.mails
    first, second = post.notices(post.south, post.there)
    assert mail["Message-ID"] == f"<{first.id}@de-hamburg.example>"
    assert first.sent_at is not None
    assert second.sent_at is None


def test_a_mail_that_is_refused_for_good_is_given_up_and_shown_to_operators(post: Post) -> None:
    operator = post.officer(post.south, "operates", (OfficerRole.OPERATOR,))
    post.box.answers["RCPT"] = ["550 no such mailbox there@hamburg.example"]
    post.offered()
    post.send()
    [failed] = post.south.board.failed(actor=operator)
    assert (failed.problem, failed.due, failed.officer) == ("550", None, post.there.officer)
    given_up = figures.count(post.south.database.engine, post.fed.clock.now).mails
    [found] = checks_of_node.mails(given_up)
    assert (given_up, found.level) == (1, Level.WARNING)
    assert not list(checks_of_node.mails(0))
    post.fed.clock.pass_(86400)
    post.send()
    assert not post.box.taken


def test_a_server_that_is_down_loses_nothing_and_is_left_in_peace(post: Post) -> None:
    post.box.answers["MAIL"] = ["421 going down"] * 3
    post.offered()
    post.send()
    post.send()
    assert len(post.box.answers["MAIL"]) == 2
    post.fed.clock.pass_(3601)
    post.send()
    post.fed.clock.pass_(3601)
    post.send()
    post.fed.clock.pass_(3601)
    post.send()
    assert len(post.box.taken) == 1


def test_an_answer_that_was_lost_gives_the_same_mail_with_the_same_identifier(post: Post) -> None:
    post.box.answers["DATA"] = ["taken, and the answer lost"]
    post.offered()
    post.send()
    post.fed.clock.pass_(3601)
    post.send()
    assert len(post.box.taken) == 2
    assert post.box.taken[0] == post.box.taken[1]
    post.fed.clock.pass_(3601)
    post.send()
    assert len(post.box.taken) == 2


def test_a_mail_that_nobody_takes_is_given_up_after_three_days(post: Post) -> None:
    operator = post.officer(post.south, "operates", (OfficerRole.OPERATOR,))
    post.box.answers["RCPT"] = ["451 later"] * LEAST
    post.offered()
    post.send()
    post.fed.clock.pass_(GIVEN_UP)
    for _ in range(LEAST - 1):  # a node that was off for days has not tried yet
        assert not post.south.board.failed(actor=operator)
        post.fed.clock.pass_(3601)
        post.send()
    [failed] = post.south.board.failed(actor=operator)
    assert failed.problem == "451"


def test_a_mail_that_was_given_up_is_tried_for_some_hours_when_an_operator_sends_it_again(post: Post) -> None:
    operator = post.officer(post.south, "operates", (OfficerRole.OPERATOR,))
    post.box.answers["RCPT"] = ["550 no such mailbox", "451 later"]
    post.offered()
    post.send()
    post.fed.clock.pass_(GIVEN_UP * 2)
    [failed] = post.south.board.failed(actor=operator)
    assert post.south.board.again(failed.mail, actor=operator) == 1
    assert not post.south.board.failed(actor=operator)
    post.send()
    post.fed.clock.pass_(3601)
    post.send()
    assert len(post.box.taken) == 1
    assert post.south.board.again(None, actor=operator) == 0


def test_two_workers_do_not_send_one_mail_twice(post: Post) -> None:
    post.offered()
    with post.south.database.begin() as work:
        [due] = work.notices.due_for(post.there.officer)
        work.notices.change(Notice(**{**vars(due), "mail": due.id, "due": work.now + 300}))  # another has it
    post.send()
    assert not post.box.taken
    post.fed.clock.pass_(301)  # and died with it
    post.send()
    assert len(post.box.taken) == 1


@pytest.mark.parametrize("why", ["no address", "disabled", "another role"])
def test_who_cannot_or_may_not_be_told_is_not(post: Post, why: str) -> None:
    roles = (OfficerRole.CASEWORKER,) if why == "another role" else LIAISON
    email = None if why == "no address" else "other@hamburg.example"
    other = post.officer(post.south, why, roles, email=email)
    if why == "disabled":
        post.south.officers.disable(UUID7(other.officer))
    post.offered()
    post.send()
    assert post.box.to == ["there@hamburg.example"]


def test_who_leaves_before_the_mail_goes_gets_none(post: Post) -> None:
    post.offered()
    post.south.officers.disable(UUID7(post.there.officer))
    post.send()
    assert not post.box.taken
    with post.south.database.reading() as work:
        assert not work.notices.waiting(10)


def test_no_mail_holds_anything_of_a_person_nor_says_what_it_is_about(post: Post) -> None:
    sent = post.accepted()
    post.north.offers.countersign(sent.id, actor=post.here)
    post.fed.settle()
    post.south.handovers.non_arrival(post.got(sent).id, date="2026-11-22", text=MARK, actor=post.there)
    post.fed.settle()
    for _ in range(3):
        post.send()
        post.fed.clock.pass_(PAUSE)
    assert len(post.box.taken) >= 2
    for data, mail in zip(post.box.taken, post.box.mails, strict=True):
        assert not marked(data)
        said = mail.get_content() + str(mail["Subject"])
        for word in (sent.id, sent.matter, sent.round, str(sent.offer), sent.peer, "A-1"):
            assert word not in said
    for node in (post.north, post.south):
        for path in node.settings.data.rglob("*"):
            assert not path.is_file() or b"@athens.example" not in path.read_bytes()


def test_without_a_mail_server_no_notice_is_kept(tmp_path: Path) -> None:
    fed = Federation(tmp_path)
    north, south = (fed.add(name) for name in ("gr/athens", "de/hamburg"))
    there = fed.officer(south, "there", LIAISON)
    with south.database.begin() as work:
        work.accounts.put(Account(officer=there.officer, email="there@hamburg.example"))
    cases.offer(fed, north, south.id, fed.officer(north, "first"), fed.officer(north, "second"))
    fed.settle()
    assert south.board.mine(actor=there) == []
    assert south.worker._notices is None
    for node in (north, south):
        node.close()


def test_notices_are_the_same_on_postgresql(tmp_path: Path, postgresql: Databases) -> None:
    with staged(tmp_path, postgresql.new(), postgresql.new()) as post:
        post.box.answers["RCPT"] = ["451 later"]
        post.accepted()
        post.send()
        post.fed.clock.pass_(3600)
        post.send()
        assert sorted(post.box.to) == ["here@athens.example", "there@hamburg.example"]
        assert post.kinds(post.north, post.here) == ["acceptance"]
        assert post.kinds(post.south, post.there) == ["offer"]
        post.fed.clock.pass_(31 * 86400)
        with post.north.database.begin() as work:
            work.notices.drop_before(work.now - 86400)
        assert post.kinds(post.north, post.here) == []


def test_a_follow_up_that_is_due_is_told_once_to_who_has_promised_it(post: Post) -> None:
    sent = post.accepted()
    post.north.offers.countersign(sent.id, actor=post.here)
    post.fed.settle()
    for days in (6, 2, 0):
        post.fed.clock.pass_(days * 86400 + 601)
        for node in (post.north, post.south):
            post.fed.refresh(node)
        post.send()
    assert post.kinds(post.south, post.there).count("follow-up") == 1
    assert "follow-up" not in post.kinds(post.north, post.here)
