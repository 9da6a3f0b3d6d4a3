"""Hands mails to a mail server (SMTP): what it refuses for good, what it will take later, and when it is away."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final, Literal, Protocol
from urllib.parse import urlsplit

import aiosmtplib

from handover.application.notice import Letter
from handover.application.postman import MailDelayedError, MailRefusedError, MailServerError

_LIMIT: Final = 30.0  # seconds for one answer of the server
_WHOLE: Final = 90.0  # seconds for one mail
_FOR_GOOD: Final = 500
_PORTS: Final = {"starttls": 587, "implicit": 465, "none": 25}
_PLAIN: Final = SMTP.clone(cte_type="7bit")  # ASCII alone on the wire: any server passes it on unchanged


@dataclass(frozen=True, kw_only=True)
class MailTerms:
    """Where mails are handed in, and as whom. `domain` is that of the node: message identifiers end in it."""

    host: str
    port: int
    sender: str
    domain: str
    tls: Literal["starttls", "implicit", "none"]
    username: str = ""
    password: str = ""


class AsSet(Protocol):
    """The mail server as the operator has set it; port 0 is the usual one for the kind of encryption."""

    @property
    def host(self) -> str:
        """The server's name."""
        ...

    @property
    def port(self) -> int:
        """Its port."""
        ...

    @property
    def sender(self) -> str:
        """The address that mails come from."""
        ...

    @property
    def tls(self) -> Literal["starttls", "implicit", "none"]:
        """How the connection is encrypted."""
        ...

    @property
    def username(self) -> str:
        """Who this node is there; empty where nobody asks."""
        ...

    def read_password(self) -> str:
        """Give the password; empty where none is needed."""
        ...


def mail_of(address: str, mail: AsSet) -> "SMTPMail":
    """Give the mail server that the notices of the node at *address* are handed to."""
    return SMTPMail(
        MailTerms(
            host=mail.host,
            port=mail.port or _PORTS[mail.tls],
            sender=mail.sender,
            domain=urlsplit(address).hostname or "handover.invalid",
            tls=mail.tls,
            username=mail.username,
            password=mail.read_password(),
        )
    )


class SMTPMail:
    """Sends one mail at a time, each in a connection of its own."""

    def __init__(self, terms: MailTerms) -> None:
        self._terms = terms

    def send(self, letter: Letter) -> None:
        """Send it.

        Raises:
            MailRefusedError: the server refuses this address or this mail for good.
            MailDelayedError: the server says *later*.
            MailServerError: the server is away, or does not let this node send.
        """
        if not letter.to.isascii():
            raise MailRefusedError("address")  # the local part would need SMTPUTF8, which few servers take
        asyncio.run(self._sent(message(letter, self._terms), letter.to))

    async def _sent(self, data: bytes, to: str) -> None:
        try:
            async with asyncio.timeout(_WHOLE):
                await self._handed_in(data, to)
        except TimeoutError:
            raise MailServerError("timeout") from None

    async def _handed_in(self, data: bytes, to: str) -> None:
        terms = self._terms
        client = aiosmtplib.SMTP(
            hostname=terms.host,
            port=terms.port,
            use_tls=terms.tls == "implicit",
            start_tls=terms.tls == "starttls",
            timeout=_LIMIT,
            local_hostname=terms.domain,
        )
        try:
            await _of_server(client.connect())
            if terms.username:
                await _of_server(client.login(terms.username, terms.password))
            await _of_mail(client.sendmail(terms.sender, [to], data))
        finally:
            client.close()


async def _of_server(step: Awaitable[object]) -> None:
    """Whatever the server says here is about this node, and never about the mail."""
    try:
        await step
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailServerError(_answer(error)) from None  # an answer can hold the address: its code is enough


async def _of_mail(step: Awaitable[object]) -> None:
    try:
        await step
    except aiosmtplib.SMTPRecipientsRefused as error:
        _raise(error.recipients[0].code)
    except aiosmtplib.SMTPDataError as error:
        _raise(error.code)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise MailServerError(_answer(error)) from None


def _raise(code: int) -> None:
    refused = MailRefusedError if code >= _FOR_GOOD else MailDelayedError
    raise refused(str(code)) from None


def _answer(error: Exception) -> str:
    return str(error.code) if isinstance(error, aiosmtplib.SMTPResponseException) else type(error).__name__


def message(letter: Letter, terms: MailTerms) -> bytes:
    """Give the mail's bytes: the same for the same letter, so that a server can tell a repeat."""
    made = EmailMessage(policy=_PLAIN)
    made["From"] = Address("Handover", addr_spec=terms.sender)
    made["To"] = Address(addr_spec=letter.to)
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(datetime.fromtimestamp(letter.at, UTC))
    made["Message-ID"] = f"<{letter.id}@{terms.domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.text)
    made["Content-Language"] = letter.language
    return made.as_bytes()
