"""Names of services whose metrics are read: DATABASE.SCHEMA.SERVICE, or DATABASE.SCHEMA.* for all of a schema."""

import re
from dataclasses import dataclass

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy.names import plain_identifier, service_identifier

_WRITE = (
    "write DATABASE.SCHEMA.SERVICE, DATABASE.SCHEMA.*, or DATABASE.SCHEMA.SERVICE:PORT/PATH for one without a comment"
)
_MOST_PATH = 200


@dataclass(frozen=True, kw_only=True)
class NamedService:
    """A service, or with an empty name all services of its schema.

    target is the port and path, such as :8000/metrics, of one that is scraped without a word in its comment.
    """

    database: str
    schema: str
    name: str
    target: str = ""

    @property
    def schema_name(self) -> str:
        """Return database.schema."""
        return f"{self.database}.{self.schema}"

    @property
    def full_name(self) -> str:
        """Return database.schema.service."""
        return f"{self.schema_name}.{self.name}"

    def __str__(self) -> str:
        return f"{self.schema_name}.{self.name or '*'}{self.target}"


def parse_service(key: str, text: str) -> NamedService:
    """Return a name that a setting has. Raises UserError for any other text."""
    name, colon, rest = text.partition(":")
    parts = name.split(".")
    if len(parts) != 3:
        raise UserError(f"{key} has {text!r}: {_WRITE}")
    database, schema = (plain_identifier(part, key) for part in parts[:2])
    if parts[2] == "*":
        if colon:
            raise UserError(f"{key} has {text!r}: services of one schema may differ in their ports: name each of them")
        return NamedService(database=database, schema=schema, name="")
    target = _check_target(key, text, rest) if colon else ""
    return NamedService(database=database, schema=schema, name=service_identifier(parts[2], key), target=target)


def check_services(key: str, value: object) -> tuple[str, ...]:
    """Return the names of a setting as SQL takes them. Raises UserError for what is not a list of such names."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise UserError(f"{key} is {value!r}: write a list of names in brackets, each in quotes")
    return tuple(dict.fromkeys(str(parse_service(key, one)) for one in value))


def _check_target(key: str, text: str, rest: str) -> str:
    """Return :port/path as it was written. Raises UserError for what the collector would not take."""
    port, slash, path = rest.partition("/")
    if not re.fullmatch(r"[1-9][0-9]{0,4}", port) or int(port) > 65_535:
        raise UserError(f"{key} has {text!r}: write a port from 1 to 65535 after the colon")
    if not re.fullmatch(r"[A-Za-z0-9._~/-]*", path) or len(path) >= _MOST_PATH:
        raise UserError(
            f"{key} has {text!r}: write a path of letters, digits and . _ ~ / - with fewer than {_MOST_PATH} characters"
        )
    return f":{port}{slash}{path}"
