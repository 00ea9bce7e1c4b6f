"""The table of statements: each with Snowflake's page, the privileges that it needs, and what the page rules out."""

from application_statements import APPLICATION_ROWS
from job_statements import JOB_ROWS
from statement_parts import (
    CREATING,
    GUIDE,
    IN_SCHEMA,
    PAGES,
    READING,
    SQL,
    Row,
    create,
    on,
    on_account,
    operate,
    specification,
)

from simulator.errors import SqlErrorKind

NO_SERVICE = SqlErrorKind.MISSING
ROWS = (
    *JOB_ROWS,
    *APPLICATION_ROWS,
    Row(PAGES + "functions/current_role", "SELECT CURRENT_ROLE(), CURRENT_USER(), CURRENT_ACCOUNT()"),
    Row(SQL + "show-compute-pools", "SHOW COMPUTE POOLS", on("COMPUTE POOL", "WEB_POOL", "USAGE"), soft=True),
    Row(
        SQL + "show-compute-pools",
        "SHOW COMPUTE POOLS LIKE 'WEB_POOL'",
        on("COMPUTE POOL", "WEB_POOL", "USAGE"),
        soft=True,
    ),
    Row(
        SQL + "show-compute-pool-instance-families",
        "SHOW COMPUTE POOL INSTANCE FAMILIES",
        refused=(("SHOW COMPUTE POOL FAMILIES", SqlErrorKind.SYNTAX),),
    ),
    Row(
        SQL + "create-compute-pool",
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
    Row(
        SQL + "alter-compute-pool",
        "ALTER COMPUTE POOL WEB_POOL SET MIN_NODES = 3 MAX_NODES = 3 COMMENT = 'x'",
        on("COMPUTE POOL", "WEB_POOL", "MODIFY"),
        (('ALTER COMPUTE POOL "my-pool" SET MIN_NODES = 3 MAX_NODES = 3', SqlErrorKind.QUOTED_NAME),),
    ),
    Row(SQL + "show-databases", "SHOW DATABASES LIKE 'D'", on("DATABASE", "D", "USAGE"), soft=True),
    Row(SQL + "create-database", "CREATE DATABASE IF NOT EXISTS N", on_account("CREATE DATABASE")),
    Row(SQL + "show-schemas", "SHOW SCHEMAS LIKE 'S' IN DATABASE D", on("DATABASE", "D", "USAGE")),
    Row(SQL + "create-schema", "CREATE SCHEMA IF NOT EXISTS D.N", on("DATABASE", "D", "CREATE SCHEMA")),
    Row(SQL + "show-image-repositories", "SHOW IMAGE REPOSITORIES LIKE 'IMAGES' IN SCHEMA D.S", IN_SCHEMA),
    Row(
        SQL + "create-image-repository",
        "CREATE IMAGE REPOSITORY IF NOT EXISTS D.S.N",
        [*IN_SCHEMA, *on("SCHEMA", "D.S", "CREATE IMAGE REPOSITORY")],
        (
            ('CREATE IMAGE REPOSITORY IF NOT EXISTS D.S."my-images"', SqlErrorKind.QUOTED_NAME),
            ('CREATE IMAGE REPOSITORY IF NOT EXISTS "my-db".S.N', SqlErrorKind.QUOTED_NAME),
        ),
    ),
    Row(
        SQL + "show-images-in-image-repository",
        "SHOW IMAGES IN IMAGE REPOSITORY D.S.IMAGES",
        on("IMAGE REPOSITORY", "D.S.IMAGES", "READ"),
    ),
    Row(
        SQL + "show-integrations",
        "SHOW EXTERNAL ACCESS INTEGRATIONS LIKE 'HOOKS'",
        on("INTEGRATION", "HOOKS", "USAGE"),
        soft=True,
    ),
    Row(SQL + "show-secrets", "SHOW SECRETS LIKE 'TOKEN' IN SCHEMA D.S", IN_SCHEMA),
    Row(
        SQL + "create-service",
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
        GUIDE + "working-with-services",
        create(secret="D.S.TOKEN"),
        [*CREATING, *on("SECRET", "D.S.TOKEN", "READ")],
        ((create(secret="D.S.NONE"), SqlErrorKind.MISSING),),
    ),
    Row(
        SQL + "create-service",
        create(more=" EXTERNAL_ACCESS_INTEGRATIONS = (HOOKS)"),
        [*CREATING, *on("INTEGRATION", "HOOKS", "USAGE")],
        ((create(more=" EXTERNAL_ACCESS_INTEGRATIONS = (NONE_SUCH)"), SqlErrorKind.MISSING),),
    ),
    Row(
        SQL + "alter-service",
        f"ALTER SERVICE D.S.OLD FROM SPECIFICATION {specification()}",
        [*READING, *operate("OPERATE")],
        (
            (f"ALTER SERVICE D.S.OLD FROM SPECIFICATION {specification(size='50Gi')}", SqlErrorKind.VOLUMES_CHANGED),
            (f"ALTER SERVICE D.S.NONE FROM SPECIFICATION {specification()}", NO_SERVICE),
        ),
    ),
    Row(SQL + "alter-service", "ALTER SERVICE D.S.OLD SUSPEND", operate("OPERATE")),
    Row(SQL + "alter-service", "ALTER SERVICE D.S.OLD RESUME", operate("OPERATE")),
    Row(
        SQL + "alter-service",
        "ALTER SERVICE D.S.OLD SET EXTERNAL_ACCESS_INTEGRATIONS = (HOOKS)",
        [*operate("OWNERSHIP"), *on("INTEGRATION", "HOOKS", "USAGE")],
    ),
    Row(SQL + "alter-service", "ALTER SERVICE D.S.OLD UNSET EXTERNAL_ACCESS_INTEGRATIONS", operate("OWNERSHIP")),
    Row(SQL + "alter-service", "ALTER SERVICE D.S.OLD SET COMMENT = 'x'", operate("OWNERSHIP")),
    Row(SQL + "alter-service", "ALTER SERVICE D.S.OLD SET AUTO_RESUME = FALSE", operate("OWNERSHIP")),
    Row(
        SQL + "alter-service",
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
        SQL + "drop-service",
        "DROP SERVICE D.S.OLD FORCE",
        operate("OWNERSHIP"),
        (
            ("DROP SERVICE D.S.OLD", SqlErrorKind.HAS_VOLUMES),
            ('DROP SERVICE D.S."OLD" FORCE', SqlErrorKind.QUOTED_NAME),
        ),
    ),
    Row(
        SQL + "create-snapshot",
        'CREATE SNAPSHOT D.S.N FROM SERVICE D.S.OLD VOLUME "data" INSTANCE 0',
        [*IN_SCHEMA, *on("SCHEMA", "D.S", "CREATE SNAPSHOT"), *operate("OPERATE")],
        (
            ('CREATE SNAPSHOT D.S.KEPT FROM SERVICE D.S.OLD VOLUME "data" INSTANCE 0', SqlErrorKind.ALREADY_EXISTS),
            ('CREATE SNAPSHOT D.S.N FROM SERVICE D.S.OLD VOLUME "other" INSTANCE 0', SqlErrorKind.VOLUME_MISSING),
        ),
    ),
    Row(SQL + "show-snapshots", "SHOW SNAPSHOTS IN SCHEMA D.S", IN_SCHEMA),
    Row(SQL + "drop-snapshot", "DROP SNAPSHOT D.S.KEPT", on("SNAPSHOT", "D.S.KEPT", "OWNERSHIP")),
    Row(SQL + "show-services", "SHOW SERVICES IN SCHEMA D.S", [*IN_SCHEMA, *operate("USAGE")], soft=True),
    Row(SQL + "show-services", "SHOW SERVICES LIKE 'OLD' IN SCHEMA D.S", [*IN_SCHEMA, *operate("USAGE")], soft=True),
    Row(
        SQL + "desc-service",
        "DESCRIBE SERVICE D.S.OLD",
        operate("USAGE"),
        (('DESCRIBE SERVICE D.S."OLD"', SqlErrorKind.QUOTED_NAME),),
    ),
    Row(SQL + "show-endpoints", "SHOW ENDPOINTS IN SERVICE D.S.OLD", operate("USAGE")),
    # This page takes names in quotes, unlike those beside it.
    Row(SQL + "show-endpoints", 'SHOW ENDPOINTS IN SERVICE "D"."S"."OLD"', operate("USAGE")),
    Row(
        SQL + "show-service-containers-in-service",
        "SHOW SERVICE CONTAINERS IN SERVICE D.S.OLD",
        operate("MONITOR"),
        (('SHOW SERVICE CONTAINERS IN SERVICE D.S."OLD"', SqlErrorKind.QUOTED_NAME),),
    ),
    Row(
        PAGES + "functions/system_get_service_logs",
        "SELECT SYSTEM$GET_SERVICE_LOGS('D.S.OLD', 0, 'otel', 5)",
        operate("MONITOR"),
        (("SELECT SYSTEM$GET_SERVICE_LOGS('D.S.OLD', 0, 'none', 5)", SqlErrorKind.CONTAINER_MISSING),),
    ),
    Row(
        SQL + "grant-service-role",
        "GRANT SERVICE ROLE D.S.OLD!viewer TO ROLE ANALYST",
        operate("OWNERSHIP"),
        (
            ("GRANT SERVICE ROLE D.S.OLD!editor TO ROLE ANALYST", SqlErrorKind.MISSING),
            ("GRANT SERVICE ROLE D.S.OLD!viewer TO ROLE NOBODY", SqlErrorKind.MISSING),
        ),
    ),
    Row(SQL + "show-grants", "SHOW GRANTS OF SERVICE ROLE D.S.OLD!viewer", operate("USAGE")),
    # What an administrator runs from ./inv grants and from the pages, and what the collector asks.
    Row(SQL + "create-role", "CREATE ROLE IF NOT EXISTS N", on_account("CREATE ROLE")),
    Row(
        SQL + "grant-role",
        "GRANT ROLE WORKER TO ROLE SYSADMIN",
        on_account("MANAGE GRANTS"),
        (("GRANT ROLE NOBODY TO ROLE SYSADMIN", SqlErrorKind.MISSING),),
    ),
    Row(
        SQL + "grant-role",
        "GRANT ROLE WORKER TO USER SOMEBODY",
        on_account("MANAGE GRANTS"),
        (("GRANT ROLE NOBODY TO USER SOMEBODY", SqlErrorKind.MISSING),),
    ),
    Row(SQL + "revoke-role", "REVOKE ROLE WORKER FROM ROLE SYSADMIN", on_account("MANAGE GRANTS")),
    Row(
        SQL + "grant-privilege",
        "GRANT USAGE ON SCHEMA D.S TO ROLE ANALYST",
        on("SCHEMA", "D.S", "OWNERSHIP"),
        (("GRANT USAGE ON WAREHOUSE D TO ROLE ANALYST", SqlErrorKind.SYNTAX),),
    ),
    Row(SQL + "grant-privilege", "GRANT BIND SERVICE ENDPOINT ON ACCOUNT TO ROLE ANALYST", on_account("MANAGE GRANTS")),
    Row(SQL + "revoke-privilege", "REVOKE USAGE ON SCHEMA D.S FROM ROLE ANALYST", on("SCHEMA", "D.S", "OWNERSHIP")),
    Row(
        SQL + "revoke-privilege",
        "REVOKE BIND SERVICE ENDPOINT ON ACCOUNT FROM ROLE ANALYST",
        on_account("MANAGE GRANTS"),
    ),
    Row(
        SQL + "create-secret",
        "CREATE SECRET IF NOT EXISTS D.S.N TYPE = GENERIC_STRING SECRET_STRING = 'x' COMMENT = 'y'",
        [*IN_SCHEMA, *on("SCHEMA", "D.S", "CREATE SECRET")],
        (("CREATE SECRET D.S.TOKEN TYPE = GENERIC_STRING SECRET_STRING = 'x'", SqlErrorKind.ALREADY_EXISTS),),
    ),
    Row(SQL + "show-secrets", "SHOW SECRETS IN SCHEMA D.S", IN_SCHEMA),
    # What a role does not see is not there for it.
    Row(SQL + "drop-secret", "DROP SECRET IF EXISTS D.S.TOKEN"),
    Row(
        SQL + "create-external-access-integration",
        "CREATE EXTERNAL ACCESS INTEGRATION N ALLOWED_NETWORK_RULES = (D.S.R) ENABLED = TRUE",
        on_account("CREATE INTEGRATION"),
    ),
    Row(SQL + "show-grants", "SHOW GRANTS TO ROLE WORKER"),
    Row(GUIDE + "monitoring-services", "CALL SYSTEM$GET_COMPUTE_POOL_MONITOR_ENDPOINTS()"),
)
