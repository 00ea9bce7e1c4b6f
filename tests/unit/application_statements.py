"""The rows of the table that are about applications: lists of services and instances, and who may reach them."""

from statement_parts import IN_SCHEMA, SQL, Row, on, on_account, operate

from simulator.errors import SqlErrorKind

_OWNED = [grant for name in ("OLD", "STANDING", "JOB") for grant in on("SERVICE", f"D.S.{name}", "OWNERSHIP")]
APPLICATION_ROWS = (
    Row(
        SQL + "show-services",
        "SHOW SERVICES EXCLUDE JOBS IN ACCOUNT",
        [*IN_SCHEMA, *operate("MONITOR")],
        # The order is fixed, and a job has a list of its own.
        (("SHOW SERVICES IN ACCOUNT EXCLUDE JOBS", SqlErrorKind.SYNTAX),),
        soft=True,
    ),
    Row(SQL + "show-services", "SHOW SERVICES IN DATABASE D", [*IN_SCHEMA, *operate("USAGE")], soft=True),
    Row(
        SQL + "show-services",
        "SHOW SERVICES EXCLUDE JOBS IN COMPUTE POOL WEB_POOL",
        [*IN_SCHEMA, *operate("OPERATE")],
        (("SHOW SERVICES IN COMPUTE POOL NOWHERE", SqlErrorKind.MISSING),),
        soft=True,
    ),
    Row(
        SQL + "show-service-instances-in-service",
        "SHOW SERVICE INSTANCES IN SERVICE D.S.OLD",
        operate("MONITOR"),
        (
            ('SHOW SERVICE INSTANCES IN SERVICE D.S."OLD"', SqlErrorKind.QUOTED_NAME),
            ("SHOW SERVICE INSTANCES IN SERVICE D.S.NONE", SqlErrorKind.MISSING),
        ),
    ),
    Row(
        SQL + "grant-service-role",
        "GRANT SERVICE ROLE D.S.OLD!all_endpoints_usage TO ROLE ANALYST",
        operate("OWNERSHIP"),
    ),
    Row(
        SQL + "revoke-service-role",
        "REVOKE SERVICE ROLE D.S.OLD!viewer FROM ROLE ANALYST",
        operate("OWNERSHIP"),
        (("REVOKE SERVICE ROLE D.S.OLD!editor FROM ROLE ANALYST", SqlErrorKind.MISSING),),
    ),
    Row(
        SQL + "grant-privilege",
        "GRANT MONITOR ON ALL SERVICES IN SCHEMA D.S TO ROLE ANALYST",
        [*IN_SCHEMA, *_OWNED],
        (("GRANT MONITOR ON ALL SERVICES IN SCHEMA D.S TO ROLE NOBODY", SqlErrorKind.MISSING),),
    ),
    Row(
        SQL + "revoke-privilege",
        "REVOKE MONITOR ON ALL SERVICES IN SCHEMA D.S FROM ROLE ANALYST",
        [*IN_SCHEMA, *_OWNED],
    ),
    Row(
        SQL + "grant-privilege",
        "GRANT MONITOR ON FUTURE SERVICES IN SCHEMA D.S TO ROLE ANALYST",
        [*IN_SCHEMA, *on_account("MANAGE GRANTS")],
    ),
    Row(
        SQL + "revoke-privilege",
        "REVOKE MONITOR ON FUTURE SERVICES IN SCHEMA D.S FROM ROLE ANALYST",
        [*IN_SCHEMA, *on_account("MANAGE GRANTS")],
    ),
)
