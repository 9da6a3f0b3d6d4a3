"""Settings: read once from a TOML file, the environment and a folder of secrets; an unknown name stops the start."""

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, ClassVar, Final, Literal

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
)
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as SourceError

from handover.application.key_desks import Terms
from handover.config_tables import MailSettings, ProviderSettings, RetentionSettings, SettingsError
from handover.domain.allowance import Allowance
from handover.domain.errors import HandoverError
from handover.domain.retention import Change, Rules
from handover.domain.retention import rules as rules_of
from handover.protocol.node_entry import Mandate, is_address, is_language

__all__ = [
    "FILE_NAME",
    "MailSettings",
    "ProviderSettings",
    "RetentionSettings",
    "Settings",
    "SettingsError",
    "load",
]

FILE_NAME = "handover.toml"
_PREFIX: Final = "HANDOVER_"
_NO_SETTINGS: Final = frozenset({"ROOT", "HOLDER_PASSPHRASE", "TRACEBACK", "CHROMIUM"})  # read elsewhere


def _language(text: str) -> str:
    if not is_language(text):
        raise ValueError("a language is named by its tag, such as el, en or uz-Latn")
    return text


def _mandate(text: str) -> str:
    if text not in set(Mandate):
        raise ValueError(f"a mandate is one of: {', '.join(Mandate)}")
    return text


def _address(text: str) -> str:
    if text and not is_address(text):
        raise ValueError(
            "an address is the bare origin of an HTTPS server: https://HOST or https://HOST:PORT"
        )
    return text


def _host_and_port(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not (host and port.isascii() and port.isdecimal() and int(port) < 2**16):
        raise ValueError("HOST:PORT is needed, such as 127.0.0.1:8700")
    return text


def _networks(texts: list[str]) -> list[str]:
    for each in texts:
        try:
            whole = ipaddress.ip_network(each).prefixlen == 0
        except ValueError as error:
            raise ValueError(
                f"an address or a network is needed, such as 192.0.2.1 or 192.0.2.0/24: {error}"
            ) from error
        if whole:
            raise ValueError("whose proxies are everywhere believes what anybody says")
    return texts


def _five(nodes: list[str]) -> list[str]:
    try:
        Terms.of(nodes)
    except HandoverError as error:
        raise ValueError(error.detail) from error
    return nodes


_Language = Annotated[str, AfterValidator(_language)]
_Seconds = Annotated[int, Field(gt=0)]


def _rules(found: list[RetentionSettings]) -> list[RetentionSettings]:
    try:
        rules_of(_changes(found))
    except HandoverError as error:
        raise ValueError(error.detail or error.title) from error
    return found


def _changes(found: list[RetentionSettings]) -> list[Change]:
    return [Change(schema=each.records, keeping=each.keeping, days=each.days, law=each.law) for each in found]


class Settings(BaseSettings):
    """Everything that an operator can set. `HANDOVER_LISTEN` and the like override the file."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, extra="forbid", hide_input_in_errors=True, frozen=True
    )
    folder: ClassVar[Path]

    node: str
    names: dict[_Language, str] = Field(default_factory=dict)
    places: list[str] = Field(default_factory=list)
    mandates: list[Annotated[str, AfterValidator(_mandate)]] = Field(default_factory=list)
    languages: list[_Language] = Field(default_factory=list)
    hours: str = ""
    address: Annotated[str, AfterValidator(_address)] = ""
    listen: Annotated[str, AfterValidator(_host_and_port)] = "127.0.0.1:8700"
    database: str = ""
    protocols: list[str] = Field(default_factory=lambda: ["handover/1"])
    proxy_tells: bool = False
    proxies: Annotated[list[str], AfterValidator(_networks)] = Field(
        default_factory=lambda: ["127.0.0.0/8", "::1"]
    )
    pinned_certificates: list[Path] = Field(default_factory=list)
    private_peers: bool = False
    account_burst: int = Field(600, gt=0)
    account_rate: float = Field(20.0, gt=0)
    peer_burst: int = Field(128, gt=0)
    peer_rate: float = Field(10.0, gt=0)
    registry_fresh: int = Field(86400, ge=0)
    registry_sources: list[str] = Field(default_factory=list)
    worker: bool = True
    poll: float = Field(1.0, gt=0)
    passphrase: SecretStr | None = None
    passphrase_file: Path | None = None
    step_up: Literal["required", "offered"] = "required"
    session_idle: _Seconds = 1800
    session_life: _Seconds = 43200
    keys_renewed_within: int = Field(86400, gt=0, le=604800)
    exit_address: str = "https://www.wikipedia.org/"
    backup_folder: Path | None = None
    oidc: ProviderSettings | None = None
    mail: MailSettings | None = None
    retention: Annotated[list[RetentionSettings], AfterValidator(_rules)] = Field(default_factory=list)
    tracing_holders: Annotated[list[str], AfterValidator(_five)] = Field(default_factory=list)
    tracing_questions: int = Field(1000, ge=0)
    tracing_records: int = Field(20000, ge=0)
    witnesses: int = Field(2, ge=0, le=8)
    tracing_heard: int = Field(1000, ge=0)
    tracing_release: Literal["officer", "strong"] = "officer"
    data: Path = Path()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Order: arguments, environment, secrets folder, TOML file."""
        del dotenv_settings
        toml = TomlConfigSettingsSource(settings_cls, cls.folder / FILE_NAME)
        return init_settings, env_settings, file_secret_settings, toml

    @property
    def url(self) -> str:
        """The database's URL; SQLite in the data folder unless set."""
        return self.database or f"sqlite:///{self.data / 'handover.db'}"

    @property
    def rules(self) -> Rules:
        """The rules of retention of this node."""
        return rules_of(_changes(self.retention))

    @property
    def accounts(self) -> Allowance:
        """How much each officer may ask."""
        return Allowance(burst=self.account_burst, rate=self.account_rate)

    @property
    def peers(self) -> Allowance:
        """How much each peer may send."""
        return Allowance(burst=self.peer_burst, rate=self.peer_rate)

    @property
    def tracing(self) -> Terms:
        """Who holds the keys of tracing, and how much each asker gets of this node."""
        return Terms.of(self.tracing_holders, questions=self.tracing_questions, records=self.tracing_records)

    def read_passphrase(self) -> str:
        """Give the passphrase of the node's keys.

        Raises:
            SettingsError: it is set nowhere.
        """
        if self.passphrase is not None:
            return self.passphrase.get_secret_value()
        if self.passphrase_file is None:
            raise SettingsError("set HANDOVER_PASSPHRASE_FILE to a file that holds the node's passphrase")
        try:
            return self.passphrase_file.read_text("utf-8").strip()
        except OSError as error:
            raise SettingsError(f"the passphrase file {self.passphrase_file} cannot be read") from error


def load(folder: Path, **overrides: object) -> Settings:
    """Give the settings of the node whose data lie in *folder*.

    Raises:
        SettingsError: naming the setting that is missing, unknown or wrong.
    """

    class Here(Settings):
        """The settings, with the folder of this node bound in."""

    Here.folder = folder
    _check_environment()
    try:
        return Here(data=folder, **overrides)  # type: ignore[arg-type]
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{FILE_NAME} is not TOML: {error}") from error
    except SourceError as error:
        raise SettingsError(f"the environment: {error}") from error
    except ValidationError as error:
        raise SettingsError("; ".join(_sentences(error))) from error


def _check_environment() -> None:
    """Raise for a variable that nobody reads: a slip of the pen there must not pass for the default."""
    for name in os.environ:
        setting = name.removeprefix(_PREFIX)
        if setting == name or setting in _NO_SETTINGS or setting.lower() in Settings.model_fields:
            continue
        raise SettingsError(f"the environment: {name}: {_unknown(setting.lower())}")


def _sentences(error: ValidationError) -> Iterator[str]:
    for each in error.errors(include_url=False, include_input=False):
        place = ".".join(str(step) for step in each["loc"] if step != "[key]")
        if each["type"] == "extra_forbidden":
            yield f"{place}: {_unknown(place)}"
        else:
            yield f"{place}: {each['msg'].removeprefix('Value error, ')}"


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, Settings.model_fields, n=1)
    return "there is no such setting" + (f"; is {near[0]} meant?" if near else "")
