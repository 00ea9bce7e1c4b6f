"""The setting of a central store: where a copy goes, how it gets out of the account, and who it is there."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

import yaml

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy.names import identifier
from spcsmetrics.deploy.setting_values import check_text, secret_name

_EXAMPLE = "https://metrics.example.com/api/v1/write"
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[\w.~/%:@!&()*+,;=-]*)?(\?[\w.~/%:@!&()*+,;=-]*)?", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Central:
    """A central store: its Remote Write URL, an external access integration for it, and a secret; nothing is off."""

    url: str = ""
    integration: str = ""
    secret: str = ""

    @property
    def host(self) -> str:
        """Return the host of the store."""
        return urlsplit(self.url).hostname or ""


def read_central(key: str, value: object) -> Central:
    """Return a central store. Raises UserError for one that cannot be reached, or whose credentials could be read."""
    if not isinstance(value, dict):
        raise UserError(f'{key} is not a table: write url = "{_EXAMPLE}" below [{key}]')
    known = [field.name for field in fields(Central)]
    for name in value:
        if name not in known:
            raise UserError(f"{key}.{name} is not a setting: those known are {', '.join(known)}")
        if not isinstance(value[name], str):
            raise UserError(f"{key}.{name} is not a text: write it in quotes")
    central = Central(
        url=_url(f"{key}.url", value.get("url", "")),
        integration=_optional(f"{key}.integration", value.get("integration", ""), identifier),
        secret=_optional(f"{key}.secret", value.get("secret", ""), lambda text, of: secret_name(of, text)),
    )
    _check_whole(key, central)
    return central


def _optional(key: str, value: str, read: Callable[[str, str], str]) -> str:
    return read(check_text(key, value), key) if value else ""


def _url(key: str, value: str) -> str:
    """Return a URL that is whole and holds no credentials; one that does is not repeated."""
    if not value:
        return ""
    if re.search(r"://[^/?#]*@|[?&][^=&]*(token|key|secret|passw|auth|sig)[^=&]*=", value, re.IGNORECASE):
        raise UserError(
            f"{key} has a password or a key in it: put that into a Snowflake secret, named in central.secret"
        )
    check_text(key, value)
    if not _URL.fullmatch(value) or yaml.safe_load(value) != value or not _has_port(value):
        raise UserError(f"{key} is {value!r}: write a Remote Write URL such as {_EXAMPLE}")
    if urlsplit(value).path in ("", "/"):
        raise UserError(f"{key} is {value!r}, which has no path: write the whole Remote Write URL, such as {_EXAMPLE}")
    return value


def _has_port(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _check_whole(key: str, central: Central) -> None:
    if not central.url:
        if central.integration or central.secret:
            raise UserError(f"{key}.url is missing: write the central store's Remote Write URL, or leave [{key}] out")
        return
    # Names of services within the account; what goes there leaves neither the account nor its network.
    if central.host.endswith(".spcs.internal") or "." not in central.host:
        return
    if central.secret and central.url.startswith("http:"):
        raise UserError(
            f"{key}.url is http, so that anybody on the way to {central.host} reads {key}.secret: write https"
        )
    if not central.integration:
        raise UserError(
            f"{key}.integration is missing: a service reaches {central.host} only by an external access integration"
            " (docs/scale.md)"
        )
