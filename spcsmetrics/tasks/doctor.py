"""The task doctor."""

from invoke import Context

from spcsmetrics.tasks.command import is_dry, task


@task(
    help={
        "host": "the account's host, such as org-account.snowflakecomputing.com (default: SNOWFLAKE_HOST)",
        "port": "its TCP port (default: SNOWFLAKE_PORT, else 443)",
        "token-file": "file with a token (default: the one that a service has)",
        "token-type": "OAUTH (default), PROGRAMMATIC_ACCESS_TOKEN or KEYPAIR_JWT",
        "private-key-file": "RSA key in PEM that signs tokens, instead of a token file",
        "user": "whose key it is",
        "ca-file": "PEM file of the authorities to trust instead of the system's",
        "dns-server": "host:port of the DNS server to ask instead of the system's",
        "pools": "pools that must be there, separated by commas",
        "json": "print JSON",
    }
)
def doctor(
    context: Context,
    host: str = "",
    port: str = "",
    token_file: str = "",
    token_type: str = "",
    private_key_file: str = "",
    user: str = "",
    ca_file: str = "",
    dns_server: str = "",
    pools: str = "",
    json: bool = False,
) -> None:
    """Say why a compute pool does not show up, and what repairs it."""
    from spcsmetrics.programs.doctor import run_doctor

    settings = {
        "host": host,
        "port": port,
        "token-file": token_file,
        "token-type": token_type,
        "private-key-file": private_key_file,
        "user": user,
        "ca-file": ca_file,
        "dns-server": dns_server,
        "pools": pools,
    }
    run_doctor(settings, as_json=json, dry=is_dry(context))
