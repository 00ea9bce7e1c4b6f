"""What only the programs that read a setting would refuse: judged here, by their rules, before anything is sent."""

import configparser
import ipaddress
import re
from collections.abc import Mapping, Sequence
from functools import cache

import yaml

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import GRAFANA
from spcsmetrics.deploy.names import LONGEST_SERVICE, bare

# Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/additional-considerations-services-jobs
PRIVILEGED_ROLES = ("ACCOUNTADMIN", "SECURITYADMIN", "ORGADMIN")
# What the image's programs read; any other variable, such as LD_PRELOAD, can change what they are.
_VARIABLE = re.compile(r"(GF|SPCS)_\w+|HTTPS?_PROXY|NO_PROXY|TZ")
# Sections of Grafana's configuration that say who comes in and as whom, and what runs beside Grafana's own code or in
# a browser: in whole, not only what grafana.ini sets.
_GUARDED_SECTIONS = (
    *("AUTH", "SECURITY", "USERS", "SERVER", "PATHS", "DATABASE", "RBAC", "SSO"),
    *("PLUGIN", "PLUGINS", "INSTALL", "FEATURE_TOGGLES", "PANELS", "RENDERING", "SNAPSHOTS"),
)
_HARMLESS = ("GF_USERS_DEFAULT_THEME", "GF_USERS_DEFAULT_LANGUAGE", "GF_SERVER_ROOT_URL")
_SECRET_VARIABLE = re.compile(
    r"(^SPCS_WEBHOOK_URL$)|PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET|CREDENTIAL|(API|ACCESS|PRIVATE|ENCRYPTION)_?KEY"
    r"|(_|^)(PASS|PWD|DSN|CONN_?STR|CONNECTION_STRING)(_|$)"
)
# An address with a user's password before its host, or a key in its query.
_SECRET_VALUE = re.compile(
    r"://[^/?#\s]*@|^[^\s/@:;,]+:[^\s/@]+@|[?&][^=&\s]*(token|key|secret|passw|auth|sig)[^=&\s]*=", re.IGNORECASE
)
# What Grafana's provisioning needs of each way, without which it ends at its start.
_NEEDED = {"webhook": ("SPCS_WEBHOOK_URL",), "email": ("SPCS_EMAIL_ADDRESSES", "GF_SMTP_ENABLED", "GF_SMTP_HOST")}


def check_role(key: str, role: str) -> None:
    """Raise UserError for a role that may not own a service."""
    if bare(role).upper() in PRIVILEGED_ROLES:
        raise UserError(
            f"{key} is {role}: Snowflake does not let a privileged role own a service: let an administrator run what"
            " ./inv grants prints, and set role to the role that it creates"
        )


def check_family(key: str, family: str) -> None:
    """Raise UserError for a family whose nodes do not run the images, which are for linux/amd64.

    Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/instance-families-aws (ARM General
    Compute: images for linux/arm64)
    """
    if "_ARM_" in bare(family):
        raise UserError(
            f"{key} is of {family}, whose nodes are ARM machines, and the images are for linux/amd64: take a family"
            " such as CPU_X64_XS"
        )


def check_pool(key: str, pool: str) -> None:
    """Raise UserError for a pool that the collector would not take: its nodes are found by DNS.

    The rule is checkPoolName's in plugins/spcsdiscovery/discovery/pool.go.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,63}", bare(pool)):
        raise UserError(
            f"{key} has {pool}: the collector finds a pool's nodes by DNS: write the name of a pool of 1 to 63 letters,"
            " digits and _, one pool an entry"
        )


def check_base_name(key: str, service: str) -> None:
    """Raise UserError for a name of which the names of several services cannot be made."""
    most = LONGEST_SERVICE - len("_15_B")
    if len(service) > most:
        raise UserError(
            f"{key} is {service!r}: with shards or replicas it has at most {most} characters, because names such as"
            " NAME_VIEW and NAME_15_B are made of it"
        )


def read_addresses(key: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Return single addresses with a mask of their full length. Raises UserError for a range, and for what is none."""
    try:
        networks = [ipaddress.ip_network(text) for text in texts]
    except ValueError as error:
        raise UserError(f"{key}: {error}: write addresses such as 10.0.0.7") from None
    for network in networks:
        if isinstance(network, ipaddress.IPv6Network) and network.network_address.scope_id:
            raise UserError(
                f"{key} has {network}, whose % names an interface of another machine: write addresses such as 10.0.0.7"
            )
        # Grafana has taken an IPv6 address without its mask for a whole range (CVE-2026-33376).
        if network.num_addresses != 1:
            raise UserError(
                f"{key} has the range {network}, of which every host would be trusted: list single addresses"
            )
    return tuple(str(network) for network in networks)


def check_expression(key: str, expression: str) -> None:
    """Raise UserError for an expression that the collector's configuration would not take: RE2, in a scalar of YAML."""
    import re2  # noqa: PLC0415 - of the group deploy

    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(expression, options)
    except re2.error as error:
        raise UserError(f"{key} is {expression!r}: not an RE2 expression ({_reason(error)}): mend it") from None
    # The collector reads a variable's value as YAML.
    try:
        same = yaml.safe_load(expression) == expression
    except (yaml.YAMLError, RecursionError):
        same = False
    if not same or "${" in expression:
        raise UserError(
            f"{key} is {expression!r}: the collector reads it as YAML, which does not take it for a text: put it into"
            " parentheses"
        )


def _reason(error: Exception) -> str:
    said = error.args[0] if error.args else ""
    return said.decode(errors="replace") if isinstance(said, bytes) else str(said)


def check_environment(environment: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    """Raise UserError for variables that undo what the image protects, or that hold a secret themselves."""
    for name in (*environment, *secrets):
        where = f"environment.{name}" if name in environment else f"secrets.{name}"
        if not _VARIABLE.fullmatch(name):
            raise UserError(
                f"{where} is not a variable that Grafana's image reads: write one that begins with GF_ or SPCS_, or"
                " HTTP_PROXY, HTTPS_PROXY, NO_PROXY or TZ"
            )
        if _is_guarded(name):
            raise UserError(
                f"{where} would undo what protects Grafana, or what its image relies on: leave it out, and set"
                " administrator, ingress_addresses or notification where they are meant (docs/security.md)"
            )
    for name in environment:
        if name in secrets:
            raise UserError(f"{name} stands in environment and in secrets: leave it in one of both")
        if _SECRET_VARIABLE.search(name) or _SECRET_VALUE.search(environment[name]):
            holds = "" if _SECRET_VARIABLE.search(name) else " has a password or a key in its address, which"
            raise UserError(
                f"environment.{name}{holds} would stand in the service's specification, for all who may read that: put"
                f" the value into a Snowflake secret, and its name into secrets.{name} (docs/notifications.md)"
            )


def check_notification(way: str, variables: Mapping[str, str]) -> None:
    """Raise UserError for a way to notify that lacks a variable without which Grafana does not start."""
    for name in _NEEDED.get(way, ()):
        if name not in variables:
            table = "secrets" if _SECRET_VARIABLE.search(name) else "environment"
            raise UserError(
                f'notification is "{way}" and {name} is missing, without which Grafana does not start: set it in'
                f" [{table}] (docs/notifications.md)"
            )


def check_applications(*, switched_on: bool, named: Sequence[str]) -> None:
    """Raise UserError for services that are named and would not be scraped."""
    if named and not switched_on:
        raise UserError(
            f"services names {', '.join(named)} and applications is false, so that nothing is read of them: set"
            " applications = true, or leave services out"
        )


def _is_guarded(name: str) -> bool:
    plain = name.removesuffix("__FILE").removesuffix("__EXPAND")
    if plain in _HARMLESS:
        return False
    return plain in _of_the_image() or any(plain.startswith(f"GF_{section}_") for section in _GUARDED_SECTIONS)


@cache
def _of_the_image() -> frozenset[str]:
    """Return the variables that override what grafana.ini sets.

    Source: https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/#override-configuration-with-environment-variables
    """
    parser = configparser.RawConfigParser(strict=False)
    parser.read_string((GRAFANA / "grafana.ini").read_text())
    found = (f"GF_{section}_{key}" for section in parser.sections() for key in parser[section])
    return frozenset(re.sub(r"[.-]", "_", one).upper() for one in found)
