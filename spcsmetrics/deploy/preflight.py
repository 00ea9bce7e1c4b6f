"""What is judged before the first statement or push, so that nothing is half done when the account refuses."""

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import rows, rules
from spcsmetrics.deploy.layout import list_members
from spcsmetrics.deploy.names import bare, literal
from spcsmetrics.deploy.refusals import RefusedError
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import State


def check_settings(settings: Settings) -> None:
    """Raise UserError for what only the collector would refuse; needs the group deploy."""
    if settings.event_table_metrics:
        rules.check_expression("event_table_metrics", settings.event_table_metrics)


def check_account(execute: Execute, settings: Settings, state: State, *, create_pool: bool) -> list[str]:
    """Ask the account for all that a deployment needs and has not made itself, and return what is worth a line.

    Raises UserError that names the setting.
    """
    # Whoever makes a service owns it, also where others of the deployment are there.
    if any(state.of(member.of(settings)).service is None for member in list_members(settings)):
        rules.check_role("the connection's role" if not settings.role else "role", state.role)
    notes = _check_pool(execute, settings, state, create_pool=create_pool)
    _check_integrations(execute, settings)
    _check_secrets(execute, settings)
    return notes


def _check_pool(execute: Execute, settings: Settings, state: State, *, create_pool: bool) -> list[str]:
    pool = state.pool
    if pool is None:
        if create_pool:
            _check_family(execute, settings)
        return []
    rules.check_family(f"the compute pool {settings.compute_pool}", pool["instance_family"])
    notes = []
    if settings.pool_family not in (Settings.pool_family, pool["instance_family"]):
        _check_family(execute, settings)
        notes.append(
            f"The compute pool {settings.compute_pool} has nodes of {pool['instance_family']}: pool_family, which is"
            f" {settings.pool_family}, counts only where ./inv deploy creates the pool."
        )
    if pool.get("state") != "SUSPENDED":
        return notes
    if str(pool.get("auto_resume", "true")).lower() != "true":
        raise UserError(
            f"the compute pool {settings.compute_pool} is suspended and does not start by itself: let who operates it"
            f" run ALTER COMPUTE POOL {settings.compute_pool} RESUME, or set compute_pool to another"
        )
    return [
        *notes,
        f"The compute pool {settings.compute_pool} is suspended: it starts with the service, and costs from then on.",
    ]


def _check_family(execute: Execute, settings: Settings) -> None:
    offered = [row["name"] for row in rows.show_families(execute)]
    if offered and bare(settings.pool_family) not in offered:
        raise UserError(
            f"pool_family is {settings.pool_family}, which this account's region does not offer: set one of"
            f" {', '.join(sorted(offered))}"
        )


def _check_integrations(execute: Execute, settings: Settings) -> None:
    named = [("external_access_integrations has", one) for one in settings.external_access_integrations]
    if settings.central.integration:
        named.append(("central.integration is", settings.central.integration))
    for where, integration in named:
        found = execute(f"SHOW EXTERNAL ACCESS INTEGRATIONS LIKE {literal(bare(integration))}")
        if not any(row["name"] == bare(integration) for row in found):
            raise UserError(
                f"{where} {integration}, which does not exist or which the role may not use:"
                " check the name, or let an administrator run what ./inv grants prints"
            )


def _check_secrets(execute: Execute, settings: Settings) -> None:
    named = [(f"secrets.{variable}", secret) for variable, secret in settings.secrets]
    if settings.central.secret:
        named.append(("central.secret", settings.central.secret))
    for where, secret in named:
        schema, _, name = secret.rpartition(".")
        try:
            found = execute(f"SHOW SECRETS LIKE {literal(bare(name))} IN SCHEMA {schema}")
        except RefusedError as error:
            if error.code not in rows.NOT_VISIBLE:
                raise
            found = []
        if not any(row["name"] == bare(name) for row in found):
            raise UserError(
                f"{where} is {secret}, which does not exist or which the role may not read: check the name,"
                " or let an administrator run what ./inv grants prints"
            )
