"""The task doctor."""

import os

from invoke import Context

from spcsmetrics.core.errors import UserError
from spcsmetrics.tasks.command import is_dry, task


@task(
    help={
        "settings": "TOML file of the deployment, whose connection and pools are examined (default: deploy.toml of the"
        " repository, else deploy/example.toml's defaults)",
        "in_account": "run inside the account, as a job beside the deployed service, which sees nodes and DNS too",
        "timeout": "with --in-account: seconds to wait until the job ends",
        "host": "examine by the collector's own way this host, such as org-account.snowflakecomputing.com (default:"
        " SNOWFLAKE_HOST)",
        "port": "its TCP port (default: SNOWFLAKE_PORT, else 443)",
        "token-file": "file with a token (default: the one that a service has)",
        "token-type": "OAUTH (default), PROGRAMMATIC_ACCESS_TOKEN or KEYPAIR_JWT",
        "private-key-file": "RSA key in PEM that signs tokens, instead of a token file",
        "user": "whose key it is",
        "ca-file": "PEM file of the authorities to trust instead of the system's",
        "dns-server": "host:port of the DNS server to ask instead of the system's",
        "pools": "pools that must be there, separated by commas",
        "applications": "with --host: examine the services that opt in, too; elsewhere the settings say so",
        "json": "print JSON",
    },
    limits={"port": (1, 65_535), "timeout": (1, 86_400)},
)
def doctor(
    context: Context,
    settings: str = "",
    in_account: bool = False,
    timeout: int = 300,
    host: str = "",
    port: int = 0,
    token_file: str = "",
    token_type: str = "",
    private_key_file: str = "",
    user: str = "",
    ca_file: str = "",
    dns_server: str = "",
    pools: str = "",
    applications: bool = False,
    json: bool = False,
) -> None:
    """Say why a compute pool does not show up, and what repairs it."""
    flags = {
        "host": host,
        "port": str(port or ""),
        "token-file": token_file,
        "token-type": token_type,
        "private-key-file": private_key_file,
        "user": user,
        "ca-file": ca_file,
        "dns-server": dns_server,
    }
    given = [f"--{name}" for name, value in flags.items() if value]
    if given and (settings or in_account):
        raise UserError(
            f"{given[0]} goes another way than {'--in-account' if in_account else '--settings'}: leave one out"
        )
    if given or ("SNOWFLAKE_HOST" in os.environ and not (settings or in_account)):
        from spcsmetrics.programs.doctor import run_doctor

        more = {"pools": pools, "applications": "true" if applications else ""}
        run_doctor({**flags, **more}, as_json=json, dry=is_dry(context))
        return
    if applications:
        raise UserError("--applications goes with --host: where a service is deployed, its settings say so")
    from spcsmetrics.deploy.doctor import examine, examine_inside

    names = [name.strip() for name in pools.split(",") if name.strip()]
    if in_account:
        examine_inside(settings, names, as_json=json, timeout=timeout, dry=is_dry(context))
    else:
        examine(settings, names, as_json=json, dry=is_dry(context))
