"""The addresses of the registry and of the endpoint: public ones, or those of a private link."""

from collections.abc import Mapping
from dataclasses import replace

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import rows
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings

# The public endpoint of deploy/service.yaml.
ENDPOINT = "grafana"


def settle(settings: Settings, *, private: bool) -> Settings:
    """Return the settings with the way decided: with auto, addresses are private where the connection's own is."""
    if settings.private_link != "auto":
        return settings
    return replace(settings, private_link="prefer" if private else "avoid")


def is_private(connection: Mapping[str, object]) -> bool:
    """Return whether a connection goes over a private link.

    Source: https://docs.snowflake.com/en/user-guide/organizations-connect (Private connectivity URLs)
    """
    return any(".privatelink" in str(connection.get(key, "")).lower() for key in ("account", "host"))


def pick(row: Mapping[str, object], column: str, settings: Settings) -> str:
    """Return an address of a row: the account has the private one beside it where its edition has private links.

    Sources: https://docs.snowflake.com/en/sql-reference/sql/show-endpoints and there show-image-repositories. Raises
    UserError where the settings want a private address and the account gives none.
    """
    private = str(row.get(f"privatelink_{column}") or "")
    if settings.private_link == "on" and not private:
        raise UserError(
            'private_link is "on", and the account does not give a private address (it does in the edition'
            ' Business Critical): set private_link to "auto" or "off"'
        )
    if private and settings.private_link in ("on", "prefer"):
        return private
    return str(row.get(column) or "")


def find_url(execute: Execute, settings: Settings, in_use: str = "") -> str:
    """Return the URL of the boards, or nothing: until the endpoint has its address, the place of it holds a sentence.

    With auto a URL in use stays while it is one of the endpoint's: else each of two people, of whom one connects over a
    private link, would change what the other deployed.
    """
    for row in rows.show_endpoints(execute, settings.service_name):
        # The private address comes with the public one, not before it.
        if row["name"].lower() == ENDPOINT and _is_address(row["ingress_url"]):
            given = {f"https://{row['ingress_url']}", f"https://{row.get('privatelink_ingress_url')}"}
            if settings.private_link in ("prefer", "avoid") and in_use in given:
                return in_use
            if _is_address(address := pick(row, "ingress_url", settings)):
                return f"https://{address}"
    return ""


def _is_address(text: str | None) -> bool:
    return "." in (text or "") and " " not in (text or "")
