"""What is wanted: the settings of a deployment, from a TOML file."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.files import read_text
from spcsmetrics.core.paths import ROOT
from spcsmetrics.deploy import rules
from spcsmetrics.deploy.central_setting import Central, read_central
from spcsmetrics.deploy.setting_values import CHECKS, check_text

# Found wherever a task is started.
DEFAULT_FILE = ROOT / "deploy.toml"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """A deployment. Names are as SQL takes them; deploy/example.toml says what each setting is.

    shards are services among which the watched pools are divided, and replicas copies of each. size is in series of one
    shard, 0 follows from the pools; volume_gib is in GiB, 0 follows from the size; pools are the compute
    pools to watch, none means all that the role may see; viewers are roles; ingress_addresses have a mask of their full
    length. secrets are names of secrets by the variable that gets them. application_targets is 0 where it follows from
    the size.
    """

    connection: str = ""
    role: str = ""
    database: str = "SPCS_METRICS"
    schema: str = "PUBLIC"
    repository: str = "IMAGES"
    compute_pool: str = "SPCS_METRICS_POOL"
    pool_family: str = "CPU_X64_XS"
    service: str = "SPCS_METRICS"
    tag: str = ""
    registry_token_file: str = ""
    private_link: str = "auto"
    retention_days: int = 15
    size: int = 0
    volume_gib: int = 0
    shards: int = 1
    replicas: int = 1
    pools: tuple[str, ...] = ()
    viewers: tuple[str, ...] = ()
    administrator: str = ""
    ingress_addresses: tuple[str, ...] = ()
    external_access_integrations: tuple[str, ...] = ()
    notification: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()
    event_table: bool = False
    event_table_metrics: str = ""
    applications: bool = False
    application_targets: int = 0
    services: tuple[str, ...] = ()
    central: Central = field(default_factory=Central)

    @property
    def scaled(self) -> bool:
        """Return whether the deployment is more than one service."""
        return self.shards > 1 or self.replicas > 1

    @property
    def schema_name(self) -> str:
        """Return database.schema."""
        return f"{self.database}.{self.schema}"

    @property
    def repository_name(self) -> str:
        """Return the image repository's full name; it may lie in another schema than the service."""
        missing = 3 - len(self.repository.split("."))
        return ".".join([*(self.database, self.schema)[:missing], self.repository])

    @property
    def repository_schema(self) -> str:
        """Return the database and schema of the image repository."""
        return self.repository_name.rpartition(".")[0]

    @property
    def service_name(self) -> str:
        """Return the service's full name."""
        return f"{self.schema_name}.{self.service}"


def find_file(path: str) -> Path:
    """Return the settings' file: the one that is named, else deploy.toml of the repository."""
    return Path(path) if path else DEFAULT_FILE


def read_settings(path: str) -> Settings:
    """Return the settings of a file; without a path those of deploy.toml, else the defaults.

    Raises UserError that names the file and the key.
    """
    file = find_file(path)
    if not file.exists():
        if path:
            raise UserError(f"the settings file {path} does not exist: copy deploy/example.toml and change it")
        return Settings()
    text = read_text(file)
    try:
        return parse_settings(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{file} is not TOML: {error}") from error
    except RecursionError:
        raise UserError(f"{file} is nested too deeply: write what deploy/example.toml has") from None
    except UserError as error:
        raise UserError(f"{file}: {error}") from error


def parse_settings(values: dict[str, Any]) -> Settings:
    """Return checked settings. Raises UserError for a key that is not known, or a value that cannot be."""
    known = {field.name: field for field in fields(Settings)}
    for key in values:
        if key not in known:
            raise UserError(f"{key} is not a setting: those known are {', '.join(known)}")
    checks = {**CHECKS, "central": read_central}
    checked: dict[str, Any] = {key: checks.get(key, check_text)(key, value) for key, value in values.items()}
    settings = Settings(**checked)
    environment, secrets = dict(settings.environment), dict(settings.secrets)
    rules.check_environment(environment, secrets)
    rules.check_notification(settings.notification, {**environment, **secrets})
    rules.check_applications(switched_on=settings.applications, named=settings.services)
    if settings.scaled:
        rules.check_base_name("service", settings.service)
    return settings
