"""What the statements of the table are made of: specifications, and the privileges of the role WORKER."""

import json
from dataclasses import dataclass, field

from simulator.errors import SqlErrorKind
from simulator.privileges import Grant

PAGES = "https://docs.snowflake.com/en/sql-reference/"
SQL = PAGES + "sql/"
GUIDE = "https://docs.snowflake.com/en/developer-guide/snowpark-container-services/"

WORKER = "WORKER"
IMAGE = "/d/s/images/spcs-oss-otel:1"


def specification(*, image: str = IMAGE, secret: str = "", size: str = "25Gi", public: bool = True) -> str:
    container = {"name": "otel", "image": image}
    secrets = [{"snowflakeSecret": {"objectName": secret}, "envVarName": "X", "secretKeyRef": "secret_string"}]
    spec = {
        "containers": [container | ({"secrets": secrets} if secret else {})],
        "endpoints": [{"name": "grafana", "port": 3000, "public": public}],
        "volumes": [{"name": "data", "source": "block", "size": size}] if size else [],
    }
    roles = [{"name": "viewer", "endpoints": ["grafana"]}]
    return f"$${json.dumps({'spec': spec, 'serviceRoles': roles})}$$"


def create(name: str = "D.S.NEW", pool: str = "WEB_POOL", more: str = "", **parts: object) -> str:
    text = specification(**parts)  # type: ignore[arg-type]
    return (
        f"CREATE SERVICE IF NOT EXISTS {name} IN COMPUTE POOL {pool} FROM SPECIFICATION {text}{more}"
        " MIN_INSTANCES = 1 MAX_INSTANCES = 1"
    )


def execute_job(name: str = "D.S.NEW", pool: str = "WEB_POOL", **parts: object) -> str:
    text = specification(public=False, size="", **parts)  # type: ignore[arg-type]
    return f"EXECUTE JOB SERVICE IN COMPUTE POOL {pool} NAME = {name} ASYNC = TRUE FROM SPECIFICATION {text}"


def on(kind: str, name: str, *privileges: str) -> list[Grant]:
    return [Grant(role=WORKER, privilege=privilege, kind=kind, name=name) for privilege in privileges]


def on_account(*privileges: str) -> list[Grant]:
    return [Grant(role=WORKER, privilege=privilege, kind="ACCOUNT") for privilege in privileges]


IN_SCHEMA = [*on("DATABASE", "D", "USAGE"), *on("SCHEMA", "D.S", "USAGE")]
CREATING = [
    *IN_SCHEMA,
    *on("SCHEMA", "D.S", "CREATE SERVICE"),
    *on("COMPUTE POOL", "WEB_POOL", "USAGE"),
    *on("IMAGE REPOSITORY", "D.S.IMAGES", "READ"),
    *on_account("BIND SERVICE ENDPOINT"),
]
RUNNING = [grant for grant in CREATING if grant.kind != "ACCOUNT"]
READING = [*on("IMAGE REPOSITORY", "D.S.IMAGES", "READ"), *on_account("BIND SERVICE ENDPOINT")]


def operate(*privileges: str) -> list[Grant]:
    return on("SERVICE", "D.S.OLD", *privileges)


@dataclass(frozen=True)
class Row:
    """A statement with its page, the privileges that it needs, and statements that the page rules out.

    soft says that without the privileges the answer is empty instead of a refusal.
    """

    page: str
    statement: str
    needs: list[Grant] = field(default_factory=list)
    refused: tuple[tuple[str, SqlErrorKind], ...] = ()
    soft: bool = False
