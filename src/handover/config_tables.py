"""The tables of handover.toml: an identity provider, a mail server, rules of retention."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from handover.application.facts import OfficerRole
from handover.application.ports import Provider
from handover.domain.errors import HandoverError


class SettingsError(HandoverError):
    """A setting is missing, unknown or of the wrong kind; the detail names it."""

    name = "settings"
    title = "The settings of this node are not usable."
    advice = (
        "Correct the named setting in handover.toml or in the environment; docs/guide/operator.md lists them."
    )


def _secret(file: Path | None, setting: str) -> str:
    try:
        return "" if file is None else file.read_text("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{setting} cannot be read") from error


class ProviderSettings(BaseModel):
    """The table `[oidc]`: the authority's identity provider."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    issuer: str
    client_id: str
    client_secret_file: Path | None = None
    scope: str = "openid profile"
    name_claim: str = "name"
    groups_claim: str = "groups"
    groups: dict[str, list[OfficerRole]]

    def read_secret(self) -> str:
        """Give the client's secret; empty for a client that has none.

        Raises:
            SettingsError: the file cannot be read.
        """
        return _secret(self.client_secret_file, "oidc.client_secret_file")

    def provider(self, address: str) -> Provider:
        """Give the provider; it sends browsers back to the pages at *address*."""
        from handover.adapters.oidc import OIDCProvider, ProviderTerms

        terms = ProviderTerms(
            issuer=self.issuer,
            client_id=self.client_id,
            client_secret=self.read_secret(),
            redirect=f"{address}/office/sign-in/back",
            scope=self.scope,
            name_claim=self.name_claim,
            groups_claim=self.groups_claim,
        )
        return OIDCProvider(terms)


class RetentionSettings(BaseModel):
    """One table `[[retention]]`: a rule that differs from its default."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    records: str = Field(alias="schema")
    keeping: str
    days: int
    law: str = ""


class MailSettings(BaseModel):
    """The table `[mail]`: where notices to officers are handed in."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    host: str
    sender: str
    port: int = 0
    tls: Literal["starttls", "implicit", "none"] = "starttls"
    username: str = ""
    password_file: Path | None = None

    @model_validator(mode="after")
    def _is_private(self) -> Self:
        """Addresses and passwords go without encryption to this machine alone."""
        if self.tls == "none" and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise PydanticCustomError("mail_in_the_clear", "tls = none is for a mail server on this machine")
        if not (self.host and self.sender.isascii() and "@" in self.sender):
            raise PydanticCustomError("mail_incomplete", "mail has a host, and an address as its sender")
        return self

    def read_password(self) -> str:
        """Give the password; empty where none is needed.

        Raises:
            SettingsError: the file cannot be read.
        """
        return _secret(self.password_file, "mail.password_file")
