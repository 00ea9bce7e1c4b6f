"""The values of settings: how each is written in TOML, and what it must not be."""

import re
from collections.abc import Callable

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import rules
from spcsmetrics.deploy.names import identifier, plain_identifier, service_identifier
from spcsmetrics.deploy.service_names import check_services
from spcsmetrics.deploy.sizing import MOST_VOLUME, SIZES

NOTIFICATIONS = ("", "webhook", "email")


def check_text(key: str, value: object) -> str:
    """Return a value that is a text. Raises UserError where it is not, or has characters that cannot be seen."""
    if not isinstance(value, str):
        raise UserError(f"{key} is {value!r}: write a text in quotes")
    if not value.isprintable():
        raise UserError(f"{key} is {value!r}: write it without characters that cannot be seen")
    return value


def _identifier(key: str, value: object) -> str:
    return identifier(check_text(key, value), key)


def _role(key: str, value: object) -> str:
    role = _identifier(key, value) if value != "" else ""
    rules.check_role(key, role)
    return role


def _plain(key: str, value: object) -> str:
    return plain_identifier(check_text(key, value), key)


def _pool(key: str, value: object) -> str:
    rules.check_pool(key, _plain(key, value))
    return _plain(key, value)


def _family(key: str, value: object) -> str:
    family = _plain(key, value)
    rules.check_family(key, family)
    return family


def _pools(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise UserError(f"{key} is {value!r}: write a list of names in brackets")
    return tuple(dict.fromkeys(_pool(key, one) for one in value))


def _repository(key: str, value: object) -> str:
    parts = check_text(key, value).split(".")
    if len(parts) > 3:
        raise UserError(f"{key} is {value!r}: write REPOSITORY, SCHEMA.REPOSITORY or DATABASE.SCHEMA.REPOSITORY")
    return ".".join(plain_identifier(part, key) for part in parts)


def _identifiers(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise UserError(f"{key} is {value!r}: write a list of names in brackets")
    return tuple(dict.fromkeys(_identifier(key, one) for one in value))


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
    # 4 GiB is the least of all clouds.
    return 0 if value == "auto" else _between(4, MOST_VOLUME)(key, value)


def _addresses(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise UserError(f"{key} is {value!r}: write a list of addresses in brackets")
    return rules.read_addresses(key, [check_text(key, one) for one in value])


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
    if not re.fullmatch(r"|[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", check_text(key, value)):
        raise UserError(f"{key} is {value!r}: write the tag of an image")
    return str(value)


def _variables(key: str, value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        # It may be a secret, which must not be repeated; so may a value below.
        raise UserError(f"{key} is not a table: write NAME = value below [{key}]")
    for name in value:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            raise UserError(f"{key}.{name} is not a variable: write capitals, digits and _")
        if not isinstance(value[name], str):
            raise UserError(f"{key}.{name} is not a text: write it in quotes")
    return tuple(sorted(value.items()))


def _secrets(key: str, value: object) -> tuple[tuple[str, str], ...]:
    return tuple((name, secret_name(f"{key}.{name}", secret)) for name, secret in _variables(key, value))


def secret_name(key: str, secret: str) -> str:
    """Return the full name of a secret. Raises UserError for what is not one."""
    parts = secret.split(".")
    # Somebody may have written the secret itself, such as an address or a signed token: it must not be repeated.
    fits = len(parts) == 3 and all(0 < len(part) < 256 for part in parts)
    if not fits or "/" in secret or secret.startswith("eyJ"):
        raise UserError(f"{key} is not a secret's full name: write DATABASE.SCHEMA.SECRET")
    return ".".join(identifier(part, key) for part in parts)


def _service(key: str, value: object) -> str:
    return service_identifier(check_text(key, value), key)


# By key; what is not here is a text.
CHECKS: dict[str, Callable[[str, object], object]] = {
    "role": _role,
    "database": _plain,
    "schema": _plain,
    "repository": _repository,
    "compute_pool": _pool,
    "pool_family": _family,
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
