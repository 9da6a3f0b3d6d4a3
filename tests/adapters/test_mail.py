"""Mails: what is in one, and what each answer of a mail server means."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.mailbox import Mailbox, mailbox
from handover import config
from handover.adapters.mail import MailTerms, SMTPMail, message
from handover.application.notice import Letter
from handover.application.postman import MailDelayedError, MailRefusedError, MailServerError
from handover.domain.ids import UUID7
from handover.pages import languages, letters

ID = UUID7("019a3c5e-8c00-7a00-8000-0000000000a1")
SUBJECTS = {
    "ar": "هناك شيء ينتظرك",
    "el": "Κάτι σας περιμένει",
    "uk": "На вас щось чекає",
    "en": "Something waits",
}


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as found:
        yield found


def terms(port: int) -> MailTerms:
    return MailTerms(
        host="127.0.0.1", port=port, sender="handover@athens.example", domain="athens.example", tls="none"
    )


def letter(language: str = "en", to: str = "officer@athens.example") -> Letter:
    subject = SUBJECTS[language]
    return Letter(id=ID, to=to, language=language, subject=subject, text=f"{subject}.\n", at=1_790_000_000)


@pytest.mark.parametrize("language", sorted(SUBJECTS))
def test_subject_and_text_arrive_in_every_script(box: Mailbox, language: str) -> None:
    SMTPMail(terms(box.port)).send(letter(language))
    [mail] = box.mails
    assert mail["Subject"] == SUBJECTS[language]
    assert mail.get_content().splitlines() == [f"{SUBJECTS[language]}."]
    assert box.taken[0].isascii()
    assert mail["To"] == "officer@athens.example"
    assert mail["Message-ID"] == f"<{ID}@athens.example>"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_the_same_letter_is_the_same_bytes() -> None:
    assert message(letter("ar"), terms(25)) == message(letter("ar"), terms(25))


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("550 no such mailbox", MailRefusedError),
        ("451 later", MailDelayedError),
        ("452 full", MailDelayedError),
    ],
)
def test_a_mail_is_refused_for_good_or_delayed(
    box: Mailbox, command: str, answer: str, error: type[Exception]
) -> None:
    box.answers[command] = [answer]
    with pytest.raises(error, match=answer[:3]) as caught:
        SMTPMail(terms(box.port)).send(letter())
    assert "athens" not in str(caught.value)
    assert not box.taken


@pytest.mark.parametrize("answer", ["550 we do not know you", "451 later"])
def test_what_is_said_about_this_node_gives_no_mail_up(box: Mailbox, answer: str) -> None:
    box.answers["MAIL"] = [answer]
    with pytest.raises(MailServerError, match=answer[:3]):
        SMTPMail(terms(box.port)).send(letter())


def test_a_server_that_is_away_is_no_answer_about_the_mail() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(MailServerError):
        SMTPMail(terms(port)).send(letter())


def test_a_server_that_offers_no_encryption_gets_no_mail(box: Mailbox) -> None:
    wanted = MailTerms(**{**vars(terms(box.port)), "tls": "starttls"})
    with pytest.raises(MailServerError):
        SMTPMail(wanted).send(letter())
    assert not box.taken


def test_a_password_that_cannot_be_given_sends_nothing(box: Mailbox) -> None:
    wanted = MailTerms(**{**vars(terms(box.port)), "username": "node", "password": "correct horse"})
    with pytest.raises(MailServerError):
        SMTPMail(wanted).send(letter())
    assert not box.taken


def test_an_address_that_most_servers_do_not_take_is_refused(box: Mailbox) -> None:
    with pytest.raises(MailRefusedError):
        SMTPMail(terms(box.port)).send(letter(to="Ελένη@athens.example"))


@pytest.mark.parametrize("language", languages.LANGUAGES)
def test_the_words_are_a_reference_and_an_address_and_the_same_for_whatever_waits(language: str) -> None:
    subject, text = letters.wording("https://athens.example", language, "REFERENCE")
    assert "\n" not in subject
    assert "https://athens.example/office/notices" in text
    assert "REFERENCE" in text


@pytest.mark.parametrize(
    ("mail", "fault"),
    [
        ({"host": "mail.example", "sender": "a@b.example", "tls": "none"}, "on this machine"),
        ({"host": "mail.example", "sender": "nobody"}, "has a host"),
        ({"host": "", "sender": "a@b.example"}, "has a host"),
        ({"host": "mail.example", "sender": "a@b.example", "tls": "perhaps"}, "mail.tls"),
        ({"host": "mail.example", "sender": "a@b.example", "pasword": "x"}, "mail.pasword"),
    ],
)
def test_settings_that_would_send_in_the_clear_or_nowhere_stop_the_start(
    tmp_path: Path, mail: dict[str, str], fault: str
) -> None:
    with pytest.raises(config.SettingsError, match=fault):
        config.load(tmp_path, node="gr/athens", mail=mail)
