"""What is wanted: the settings of a deployment, from a TOML file."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.files import read_text
from spcsmetrics.core.paths import ROOT
from spcsmetrics.deploy import rules
from spcsmetrics.deploy.names import identifier, plain_identifier, service_identifier
from spcsmetrics.deploy.service_names import check_services
from spcsmetrics.deploy.sizing import SIZES

# Found wherever a task is started.
DEFAULT_FILE = ROOT / "deploy.toml"
NOTIFICATIONS = ("", "webhook", "email")


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
    checked: dict[str, Any] = {key: _CHECKS.get(key, _text)(key, value) for key, value in values.items()}
    settings = Settings(**checked)
    environment, secrets = dict(settings.environment), dict(settings.secrets)
    rules.check_environment(environment, secrets)
    rules.check_notification(settings.notification, {**environment, **secrets})
    rules.check_applications(switched_on=settings.applications, named=settings.services)
    if settings.scaled:
        rules.check_base_name("service", settings.service)
    return settings


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise UserError(f"{key} is {value!r}: write a text in quotes")
    if not value.isprintable():
        raise UserError(f"{key} is {value!r}: write it without characters that cannot be seen")
    return value


def _identifier(key: str, value: object) -> str:
    return identifier(_text(key, value), key)


def _role(key: str, value: object) -> str:
    role = _identifier(key, value) if value != "" else ""
    rules.check_role(key, role)
    return role


def _plain(key: str, value: object) -> str:
    return plain_identifier(_text(key, value), key)


def _pool(key: str, value: object) -> str:
    rules.check_pool(key, _plain(key, value))
    return _plain(key, value)


def _pools(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise UserError(f"{key} is {value!r}: write a list of names in brackets")
    return tuple(_pool(key, one) for one in value)


def _repository(key: str, value: object) -> str:
    parts = _text(key, value).split(".")
    if len(parts) > 3:
        raise UserError(f"{key} is {value!r}: write REPOSITORY, SCHEMA.REPOSITORY or DATABASE.SCHEMA.REPOSITORY")
    return ".".join(plain_identifier(part, key) for part in parts)


def _identifiers(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise UserError(f"{key} is {value!r}: write a list of names in brackets")
    return tuple(_identifier(key, one) for one in value)


def _between(least: int, most: int) -> Callable[[str, object], int]:
    def check(key: str, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise UserError(f"{key} is {value!r}: write a whole number from {least} to {most}")
        return value

    return check


def _size(key: str, value: object) -> int:
    if value == "auto":
        return 0
    most = SIZES[-1].series
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise UserError(f'{key} is {value!r}: write "auto", or a number of series from 1 to {most}')
    return value


def _volume(key: str, value: object) -> int:
    # The limits of a block volume: 4 GiB is the least of all clouds, 16 TiB what all of them give.
    return 0 if value == "auto" else _between(4, 16384)(key, value)


def _addresses(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise UserError(f"{key} is {value!r}: write a list of addresses in brackets")
    return rules.read_addresses(key, [_text(key, one) for one in value])


def _flag(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise UserError(f"{key} is {value!r}: write true or false")
    return value


def _notification(key: str, value: object) -> str:
    if value not in NOTIFICATIONS:
        raise UserError(f"{key} is {value!r}: write webhook or email, or leave it out")
    return str(value)


def _private_link(key: str, value: object) -> str:
    if value not in ("auto", "on", "off"):
        raise UserError(f"{key} is {value!r}: write auto, on or off")
    return str(value)


def _tag(key: str, value: object) -> str:
    if not re.fullmatch(r"|[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", _text(key, value)):
        raise UserError(f"{key} is {value!r}: write the tag of an image")
    return str(value)


def _variables(key: str, value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        raise UserError(f"{key} is {value!r}: write a table, NAME = value")
    for name in value:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            raise UserError(f"{key}.{name} is not a variable: write capitals, digits and _")
        if not isinstance(value[name], str):
            # The value may be a secret, which must not be repeated.
            raise UserError(f"{key}.{name} is not a text: write it in quotes")
    return tuple(sorted(value.items()))


def _secrets(key: str, value: object) -> tuple[tuple[str, str], ...]:
    found = []
    for name, secret in _variables(key, value):
        parts = secret.split(".")
        # Somebody may have written the secret itself, such as an address, which must not be repeated.
        if len(parts) != 3 or not all(parts) or "/" in secret:
            raise UserError(f"{key}.{name} is not a secret's full name: write DATABASE.SCHEMA.SECRET")
        found.append((name, ".".join(identifier(part, f"{key}.{name}") for part in parts)))
    return tuple(found)


def _service(key: str, value: object) -> str:
    return service_identifier(_text(key, value), key)


_CHECKS: dict[str, Callable[[str, object], object]] = {
    "role": _role,
    "database": _plain,
    "schema": _plain,
    "repository": _repository,
    "compute_pool": _pool,
    "pool_family": _plain,
    "service": _service,
    "tag": _tag,
    # A block of samples covers two hours; ten years: an arbitrary upper bound.
    "retention_days": _between(1, 3650),
    "size": _size,
    "volume_gib": _volume,
    "shards": _between(1, 16),
    "replicas": _between(1, 2),
    "pools": _pools,
    "viewers": _identifiers,
    "external_access_integrations": _identifiers,
    "ingress_addresses": _addresses,
    "notification": _notification,
    "private_link": _private_link,
    "environment": _variables,
    "secrets": _secrets,
    "event_table": _flag,
    "applications": _flag,
    # The receiver scrapes no more.
    "application_targets": lambda key, value: 0 if value == "auto" else _between(1, 200)(key, value),
    "services": check_services,
}
