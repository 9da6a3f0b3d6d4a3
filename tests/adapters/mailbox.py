"""A mail server of our own for tests: it takes what it is sent, or answers as it is told."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from aiosmtpd import smtp
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope, Session


@dataclass
class Mailbox:
    """What was taken: each mail as its bytes. `answers` are given to the next commands in place of yes."""

    port: int
    taken: list[bytes] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)

    def _answer(self, command: str) -> str:
        waiting = self.answers.get(command)
        return waiting.pop(0) if waiting else "250 OK"

    async def handle_MAIL(  # noqa: N802 - the server calls it by this name
        self, server: smtp.SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer("MAIL")
        if answer.startswith("250"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(  # noqa: N802 - the server calls it by this name
        self, server: smtp.SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self._answer("RCPT")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 - the server calls it by this name
        self, server: smtp.SMTP, session: Session, envelope: Envelope
    ) -> str:
        content: Any = envelope.content
        answer = self._answer("DATA")
        if answer.startswith("250") or answer == "taken, and the answer lost":
            self.taken.append(bytes(content))
            self.to += envelope.rcpt_tos
        if answer == "taken, and the answer lost":
            transport: Any = server.transport
            transport.abort()
        return answer

    @property
    def mails(self) -> list[EmailMessage]:
        """What was taken, read."""
        found = [message_from_bytes(each, policy=SMTP) for each in self.taken]
        assert all(isinstance(each, EmailMessage) for each in found)
        return found


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """Give a mail server on this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    box = Mailbox(port)
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()
