"""The table of statements: each with Snowflake's page, the privileges that it needs, and what the page rules out."""

import json
from dataclasses import dataclass, field

from simulator.errors import SqlErrorKind
from simulator.privileges import Grant

_PAGES = "https://docs.snowflake.com/en/sql-reference/"
_SQL = _PAGES + "sql/"
_GUIDE = "https://docs.snowflake.com/en/developer-guide/snowpark-container-services/"
WORKER = "WORKER"
IMAGE = "/d/s/images/spcs-oss-otel:1"


def specification(*, image: str = IMAGE, secret: str = "", size: str = "25Gi", public: bool = True) -> str:
    container = {"name": "otel", "image": image}
    secrets = [{"snowflakeSecret": {"objectName": secret}, "envVarName": "X", "secretKeyRef": "secret_string"}]
    spec = {
        "containers": [container | ({"secrets": secrets} if secret else {})],
        "endpoints": [{"name": "grafana", "port": 3000, "public": public}],
        "volumes": [{"name": "data", "source": "block", "size": size}],
    }
    roles = [{"name": "viewer", "endpoints": ["grafana"]}]
    return f"$${json.dumps({'spec': spec, 'serviceRoles': roles})}$$"


def create(name: str = "D.S.NEW", pool: str = "WEB_POOL", more: str = "", **parts: object) -> str:
    text = specification(**parts)  # type: ignore[arg-type]
    return (
        f"CREATE SERVICE IF NOT EXISTS {name} IN COMPUTE POOL {pool} FROM SPECIFICATION {text}{more}"
        " MIN_INSTANCES = 1 MAX_INSTANCES = 1"
    )


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
READING = [*on("IMAGE REPOSITORY", "D.S.IMAGES", "READ"), *on_account("BIND SERVICE ENDPOINT")]


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


def operate(*privileges: str) -> list[Grant]:
    return on("SERVICE", "D.S.OLD", *privileges)


NO_SERVICE = SqlErrorKind.MISSING
ROWS = (
    Row(_PAGES + "functions/current_role", "SELECT CURRENT_ROLE(), CURRENT_USER(), CURRENT_ACCOUNT()"),
    Row(_SQL + "show-compute-pools", "SHOW COMPUTE POOLS", on("COMPUTE POOL", "WEB_POOL", "USAGE"), soft=True),
    Row(
        _SQL + "show-compute-pools",
        "SHOW COMPUTE POOLS LIKE 'WEB_POOL'",
        on("COMPUTE POOL", "WEB_POOL", "USAGE"),
        soft=True,
    ),
    Row(
        _SQL + "show-compute-pool-instance-families",
        "SHOW COMPUTE POOL INSTANCE FAMILIES",
        refused=(("SHOW COMPUTE POOL FAMILIES", SqlErrorKind.SYNTAX),),
    ),
    Row(
        _SQL + "create-compute-pool",
        "CREATE COMPUTE POOL IF NOT EXISTS P MIN_NODES = 1 MAX_NODES = 1 INSTANCE_FAMILY = CPU_X64_XS"
        " AUTO_RESUME = TRUE",
        on_account("CREATE COMPUTE POOL"),
        (
            (
                'CREATE COMPUTE POOL IF NOT EXISTS "my-pool" MIN_NODES = 1 MAX_NODES = 1 INSTANCE_FAMILY = CPU_X64_XS',
                SqlErrorKind.QUOTED_NAME,
            ),
            (
                "CREATE COMPUTE POOL IF NOT EXISTS P MIN_NODES = 1 MAX_NODES = 1 INSTANCE_FAMILY = GPU_NV_M",
                SqlErrorKind.UNKNOWN_FAMILY,
            ),
        ),
    ),
    Row(_SQL + "show-databases", "SHOW DATABASES LIKE 'D'", on("DATABASE", "D", "USAGE"), soft=True),
    Row(_SQL + "create-database", "CREATE DATABASE IF NOT EXISTS N", on_account("CREATE DATABASE")),
    Row(_SQL + "show-schemas", "SHOW SCHEMAS LIKE 'S' IN DATABASE D", on("DATABASE", "D", "USAGE")),
    Row(_SQL + "create-schema", "CREATE SCHEMA IF NOT EXISTS D.N", on("DATABASE", "D", "CREATE SCHEMA")),
    Row(_SQL + "show-image-repositories", "SHOW IMAGE REPOSITORIES LIKE 'IMAGES' IN SCHEMA D.S", IN_SCHEMA),
    Row(
        _SQL + "create-image-repository",
        "CREATE IMAGE REPOSITORY IF NOT EXISTS D.S.N",
        [*IN_SCHEMA, *on("SCHEMA", "D.S", "CREATE IMAGE REPOSITORY")],
        (
            ('CREATE IMAGE REPOSITORY IF NOT EXISTS D.S."my-images"', SqlErrorKind.QUOTED_NAME),
            ('CREATE IMAGE REPOSITORY IF NOT EXISTS "my-db".S.N', SqlErrorKind.QUOTED_NAME),
        ),
    ),
    Row(
        _SQL + "show-images-in-image-repository",
        "SHOW IMAGES IN IMAGE REPOSITORY D.S.IMAGES",
        on("IMAGE REPOSITORY", "D.S.IMAGES", "READ"),
    ),
    Row(
        _SQL + "show-integrations",
        "SHOW EXTERNAL ACCESS INTEGRATIONS LIKE 'HOOKS'",
        on("INTEGRATION", "HOOKS", "USAGE"),
        soft=True,
    ),
    Row(_SQL + "show-secrets", "SHOW SECRETS LIKE 'TOKEN' IN SCHEMA D.S", IN_SCHEMA),
    Row(
        _SQL + "create-service",
        create(),
        CREATING,
        (
            (create('D.S."my-service"'), SqlErrorKind.QUOTED_NAME),
            (create('"my-db".S.NEW'), SqlErrorKind.QUOTED_NAME),
            (create(pool='"my-pool"'), SqlErrorKind.QUOTED_NAME),
            (create("D.S.ENDS_IN_"), SqlErrorKind.SERVICE_NAME),
            (create("D.S._BEGINS"), SqlErrorKind.SERVICE_NAME),
            (create(f"D.S.{'L' * 64}"), SqlErrorKind.SERVICE_NAME),
            (create(image="/d/s/images/spcs-oss-arm:1"), SqlErrorKind.IMAGE_PLATFORM),
            (create(image="/d/s/images/nothing:1"), SqlErrorKind.IMAGE_MISSING),
            (create(pool="RESTING"), SqlErrorKind.POOL_SUSPENDED),
            (create(pool="NOWHERE"), SqlErrorKind.MISSING),
            # The specification comes before every other property, and the pool before it.
            (
                f"CREATE SERVICE IF NOT EXISTS D.S.NEW FROM SPECIFICATION {specification()} IN COMPUTE POOL WEB_POOL"
                " MIN_INSTANCES = 1 MAX_INSTANCES = 1",
                SqlErrorKind.SYNTAX,
            ),
            (
                "CREATE SERVICE IF NOT EXISTS D.S.NEW IN COMPUTE POOL WEB_POOL MIN_INSTANCES = 1 MAX_INSTANCES = 1"
                f" FROM SPECIFICATION {specification()}",
                SqlErrorKind.SYNTAX,
            ),
        ),
    ),
    Row(
        _GUIDE + "working-with-services",
        create(secret="D.S.TOKEN"),
        [*CREATING, *on("SECRET", "D.S.TOKEN", "READ")],
        ((create(secret="D.S.NONE"), SqlErrorKind.MISSING),),
    ),
    Row(
        _SQL + "create-service",
        create(more=" EXTERNAL_ACCESS_INTEGRATIONS = (HOOKS)"),
        [*CREATING, *on("INTEGRATION", "HOOKS", "USAGE")],
        ((create(more=" EXTERNAL_ACCESS_INTEGRATIONS = (NONE_SUCH)"), SqlErrorKind.MISSING),),
    ),
    Row(
        _SQL + "alter-service",
        f"ALTER SERVICE D.S.OLD FROM SPECIFICATION {specification()}",
        [*READING, *operate("OPERATE")],
        (
            (f"ALTER SERVICE D.S.OLD FROM SPECIFICATION {specification(size='50Gi')}", SqlErrorKind.VOLUMES_CHANGED),
            (f"ALTER SERVICE D.S.NONE FROM SPECIFICATION {specification()}", NO_SERVICE),
        ),
    ),
    Row(_SQL + "alter-service", "ALTER SERVICE D.S.OLD SUSPEND", operate("OPERATE")),
    Row(_SQL + "alter-service", "ALTER SERVICE D.S.OLD RESUME", operate("OPERATE")),
    Row(
        _SQL + "alter-service",
        "ALTER SERVICE D.S.OLD SET EXTERNAL_ACCESS_INTEGRATIONS = (HOOKS)",
        [*operate("OWNERSHIP"), *on("INTEGRATION", "HOOKS", "USAGE")],
    ),
    Row(_SQL + "alter-service", "ALTER SERVICE D.S.OLD UNSET EXTERNAL_ACCESS_INTEGRATIONS", operate("OWNERSHIP")),
    Row(_SQL + "alter-service", "ALTER SERVICE D.S.OLD SET COMMENT = 'x'", operate("OWNERSHIP")),
    Row(_SQL + "alter-service", "ALTER SERVICE D.S.OLD SET AUTO_RESUME = FALSE", operate("OWNERSHIP")),
    Row(
        _SQL + "alter-service",
        'ALTER SERVICE D.S.STANDING RESTORE VOLUME "data" INSTANCES 0 FROM SNAPSHOT D.S.KEPT',
        [*on("SERVICE", "D.S.STANDING", "OPERATE"), *on("SNAPSHOT", "D.S.KEPT", "USAGE")],
        (
            (
                'ALTER SERVICE D.S.OLD RESTORE VOLUME "data" INSTANCES 0 FROM SNAPSHOT D.S.KEPT',
                SqlErrorKind.NOT_SUSPENDED,
            ),
            (
                'ALTER SERVICE D.S.STANDING RESTORE VOLUME "other" INSTANCES 0 FROM SNAPSHOT D.S.KEPT',
                SqlErrorKind.VOLUME_MISSING,
            ),
        ),
    ),
    Row(
        _SQL + "drop-service",
        "DROP SERVICE D.S.OLD FORCE",
        operate("OWNERSHIP"),
        (
            ("DROP SERVICE D.S.OLD", SqlErrorKind.HAS_VOLUMES),
            ('DROP SERVICE D.S."OLD" FORCE', SqlErrorKind.QUOTED_NAME),
        ),
    ),
    Row(
        _SQL + "create-snapshot",
        'CREATE SNAPSHOT D.S.N FROM SERVICE D.S.OLD VOLUME "data" INSTANCE 0',
        [*IN_SCHEMA, *on("SCHEMA", "D.S", "CREATE SNAPSHOT"), *operate("OPERATE")],
        (
            ('CREATE SNAPSHOT D.S.KEPT FROM SERVICE D.S.OLD VOLUME "data" INSTANCE 0', SqlErrorKind.ALREADY_EXISTS),
            ('CREATE SNAPSHOT D.S.N FROM SERVICE D.S.OLD VOLUME "other" INSTANCE 0', SqlErrorKind.VOLUME_MISSING),
        ),
    ),
    Row(_SQL + "show-snapshots", "SHOW SNAPSHOTS IN SCHEMA D.S", IN_SCHEMA),
    Row(_SQL + "drop-snapshot", "DROP SNAPSHOT D.S.KEPT", on("SNAPSHOT", "D.S.KEPT", "OWNERSHIP")),
    Row(_SQL + "show-services", "SHOW SERVICES LIKE 'OLD' IN SCHEMA D.S", [*IN_SCHEMA, *operate("USAGE")], soft=True),
    Row(
        _SQL + "desc-service",
        "DESCRIBE SERVICE D.S.OLD",
        operate("USAGE"),
        (('DESCRIBE SERVICE D.S."OLD"', SqlErrorKind.QUOTED_NAME),),
    ),
    Row(_SQL + "show-endpoints", "SHOW ENDPOINTS IN SERVICE D.S.OLD", operate("USAGE")),
    Row(
        _SQL + "show-service-containers-in-service",
        "SHOW SERVICE CONTAINERS IN SERVICE D.S.OLD",
        operate("MONITOR"),
        (('SHOW SERVICE CONTAINERS IN SERVICE D.S."OLD"', SqlErrorKind.QUOTED_NAME),),
    ),
    Row(
        _PAGES + "functions/system_get_service_logs",
        "SELECT SYSTEM$GET_SERVICE_LOGS('D.S.OLD', 0, 'otel', 5)",
        operate("MONITOR"),
        (("SELECT SYSTEM$GET_SERVICE_LOGS('D.S.OLD', 0, 'none', 5)", SqlErrorKind.CONTAINER_MISSING),),
    ),
    Row(
        _SQL + "grant-service-role",
        "GRANT SERVICE ROLE D.S.OLD!viewer TO ROLE ANALYST",
        operate("OWNERSHIP"),
        (
            ("GRANT SERVICE ROLE D.S.OLD!editor TO ROLE ANALYST", SqlErrorKind.MISSING),
            ("GRANT SERVICE ROLE D.S.OLD!viewer TO ROLE NOBODY", SqlErrorKind.MISSING),
        ),
    ),
    Row(_SQL + "show-grants", "SHOW GRANTS OF SERVICE ROLE D.S.OLD!viewer", operate("USAGE")),
    # What an administrator runs from ./inv grants and from the pages, and what the collector asks.
    Row(_SQL + "create-role", "CREATE ROLE IF NOT EXISTS N", on_account("CREATE ROLE")),
    Row(
        _SQL + "grant-role",
        "GRANT ROLE WORKER TO ROLE SYSADMIN",
        on_account("MANAGE GRANTS"),
        (("GRANT ROLE NOBODY TO ROLE SYSADMIN", SqlErrorKind.MISSING),),
    ),
    Row(_SQL + "revoke-role", "REVOKE ROLE WORKER FROM ROLE SYSADMIN", on_account("MANAGE GRANTS")),
    Row(
        _SQL + "grant-privilege",
        "GRANT USAGE ON SCHEMA D.S TO ROLE ANALYST",
        on("SCHEMA", "D.S", "OWNERSHIP"),
        (("GRANT USAGE ON WAREHOUSE D TO ROLE ANALYST", SqlErrorKind.SYNTAX),),
    ),
    Row(
        _SQL + "grant-privilege", "GRANT BIND SERVICE ENDPOINT ON ACCOUNT TO ROLE ANALYST", on_account("MANAGE GRANTS")
    ),
    Row(_SQL + "revoke-privilege", "REVOKE USAGE ON SCHEMA D.S FROM ROLE ANALYST", on("SCHEMA", "D.S", "OWNERSHIP")),
    Row(
        _SQL + "revoke-privilege",
        "REVOKE BIND SERVICE ENDPOINT ON ACCOUNT FROM ROLE ANALYST",
        on_account("MANAGE GRANTS"),
    ),
    Row(
        _SQL + "create-secret",
        "CREATE SECRET D.S.N TYPE = GENERIC_STRING SECRET_STRING = 'x'",
        [*IN_SCHEMA, *on("SCHEMA", "D.S", "CREATE SECRET")],
    ),
    Row(
        _SQL + "create-external-access-integration",
        "CREATE EXTERNAL ACCESS INTEGRATION N ALLOWED_NETWORK_RULES = (D.S.R) ENABLED = TRUE",
        on_account("CREATE INTEGRATION"),
    ),
    Row(_SQL + "show-grants", "SHOW GRANTS TO ROLE WORKER"),
    Row(_GUIDE + "monitoring-services", "CALL SYSTEM$GET_COMPUTE_POOL_MONITOR_ENDPOINTS()"),
)
