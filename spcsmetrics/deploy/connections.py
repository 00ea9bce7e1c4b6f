"""The user's connections: which is meant, and what cannot be read of it, in one sentence with the file."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spcsmetrics.core.errors import UserError

# Settings of a connection that name a file.
_FILES = ("private_key_file", "private_key_path", "token_file_path")
_TEXTS = ("account", "user", "host", "role", "token", "password", "authenticator", "protocol", *_FILES)


class NoConnectionError(UserError):
    """The connection is not in the user's files."""


def find(wanted: str) -> tuple[str, dict[str, Any]]:
    """Return the name and the values of a connection of connections.toml or config.toml, by name or the default one.

    Raises NoConnectionError where none has that name, and UserError for what cannot be read.
    """
    known, default = _read()
    name = wanted or default
    if name not in known:
        listed = ", ".join(known) or "none"
        raise NoConnectionError(
            f"the connection {name} is missing: add [{name}] with account and user to connections.toml, or set"
            f" connection; those known are {listed}"
        )
    values = known[name]
    if not isinstance(values, Mapping):
        raise UserError(f"connection {name} is not a table: write [{name}] with account and user into connections.toml")
    _check_texts(name, values)
    _check_files(name, values)
    return name, dict(values)


def _read() -> tuple[dict[str, Any], str]:
    from snowflake.connector.config_manager import CONFIG_MANAGER  # noqa: PLC0415 - slow, and of the group deploy
    from snowflake.connector.errors import Error  # noqa: PLC0415

    for file in _sources():
        _check(file)
    try:
        known: dict[str, Any] = dict(CONFIG_MANAGER["connections"].items())  # type: ignore[union-attr]
        return known, str(CONFIG_MANAGER["default_connection_name"])
    except (Error, AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        files = " and ".join(str(file) for file in _sources() if file.exists()) or "connections.toml"
        raise UserError(
            f"the connections cannot be read: write one table a connection into {files} ({error})"
        ) from None


def _sources() -> tuple[Path, Path]:
    from snowflake.connector.constants import CONFIG_FILE, CONNECTIONS_FILE  # noqa: PLC0415

    return CONNECTIONS_FILE, CONFIG_FILE


def _check(file: Path) -> None:
    """Raise UserError for a file that is there and is not TOML, with the line: Snowflake's reader does not say it."""
    if not file.exists():
        return
    try:
        values = tomllib.loads(file.read_text())
    except RecursionError:
        raise UserError(f"the connections cannot be read: mend {file}: it is nested too deeply") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(f"the connections cannot be read: mend {file}: it is not TOML ({error})") from None
    except OSError as error:
        raise UserError(f"the connections cannot be read: mend {file} ({error.strerror})") from None
    if file.name == "connections.toml" and set(values) == {"connections"}:
        raise UserError(
            f"the connections cannot be read: {file} has the connections one level too deep: write [name] there, and"
            " [connections.name] in config.toml alone"
        )


def _check_texts(name: str, values: Mapping[str, Any]) -> None:
    """Raise UserError for values that the driver takes for texts without a look, or for a part of an address."""
    for key in _TEXTS:
        if key in values and not isinstance(values[key], str):
            raise UserError(f"connection {name}: {key} is not a text: write it in quotes in connections.toml")
        if key != "password" and not str(values.get(key, "")).isprintable():
            raise UserError(
                f"connection {name}: {key} has a character that cannot be seen: write it without in connections.toml"
            )
    host = values.get("host", "")
    if "/" in host:
        raise UserError(f"connection {name}: host is {host}: write it without scheme and path in connections.toml")


def _check_files(name: str, values: Mapping[str, Any]) -> None:
    for key in _FILES:
        path = values.get(key)
        if not path:
            continue
        try:
            Path(str(path)).expanduser().read_bytes()
        except OSError as error:
            raise UserError(
                f"connection {name}: {key} {path} cannot be read ({error.strerror}): mend it in connections.toml"
            ) from None
