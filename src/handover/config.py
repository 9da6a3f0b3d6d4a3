"""Settings: read once from a TOML file, the environment and a folder of secrets; an unknown name stops the start."""

import tomllib
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as SourceError

from handover.application.facts import OfficerRole
from handover.domain.errors import HandoverError

FILE_NAME = "handover.toml"


class SettingsError(HandoverError):
    """A setting is missing, unknown or of the wrong kind; the detail names it."""

    name = "settings"
    title = "The settings of this node are not usable."
    advice = (
        "Correct the named setting in handover.toml or in the environment; docs/guide/operator.md lists them."
    )


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
        if self.client_secret_file is None:
            return ""
        try:
            return self.client_secret_file.read_text("utf-8").strip()
        except OSError as error:
            raise SettingsError("oidc.client_secret_file cannot be read") from error


class Settings(BaseSettings):
    """Everything that an operator can set. `HANDOVER_LISTEN` and the like override the file."""

    model_config = SettingsConfigDict(
        env_prefix="HANDOVER_", extra="forbid", hide_input_in_errors=True, frozen=True
    )
    folder: ClassVar[Path]

    node: str
    names: dict[str, str] = Field(default_factory=dict)
    places: list[str] = Field(default_factory=list)
    mandates: list[str] = Field(default_factory=list)
    languages: list[str] = Field(default_factory=list)
    hours: str = ""
    address: str = ""
    listen: str = "127.0.0.1:8700"
    database: str = ""
    protocols: list[str] = Field(default_factory=lambda: ["handover/1"])
    private_peers: bool = False
    registry_fresh: int = 86400
    registry_sources: list[str] = Field(default_factory=list)
    worker: bool = True
    poll: float = 1.0
    passphrase: SecretStr | None = None
    passphrase_file: Path | None = None
    step_up: Literal["required", "offered"] = "required"
    session_idle: int = 1800
    session_life: int = 43200
    exit_address: str = "https://www.wikipedia.org/"
    oidc: ProviderSettings | None = None
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
            raise SettingsError("the passphrase file cannot be read") from error


def load(folder: Path, **overrides: object) -> Settings:
    """Give the settings of the node whose data lie in *folder*.

    Raises:
        SettingsError: naming the setting that is missing, unknown or wrong.
    """

    class Here(Settings):
        """The settings, with the folder of this node bound in."""

    Here.folder = folder
    try:
        return Here(data=folder, **overrides)  # type: ignore[arg-type]
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{FILE_NAME} is not TOML: {error}") from error
    except SourceError as error:
        raise SettingsError(f"the environment: {error}") from error
    except ValidationError as error:
        names = ", ".join(".".join(map(str, each["loc"])) + f": {each['type']}" for each in error.errors())
        raise SettingsError(names) from error
