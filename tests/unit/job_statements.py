"""The rows of the table that are about job services."""

from statement_parts import (
    GUIDE,
    IN_SCHEMA,
    RUNNING,
    SQL,
    Row,
    execute_job,
    on,
    specification,
)

from simulator.errors import SqlErrorKind

JOB_ROWS = (
    Row(
        SQL + "execute-job-service",
        execute_job(),
        RUNNING,
        (
            (execute_job('D.S."my-job"'), SqlErrorKind.QUOTED_NAME),
            (execute_job('"my-db".S.NEW'), SqlErrorKind.QUOTED_NAME),
            (execute_job(pool='"my-pool"'), SqlErrorKind.QUOTED_NAME),
            (execute_job("D.S.ENDS_IN_"), SqlErrorKind.SERVICE_NAME),
            (execute_job("D.S.JOB"), SqlErrorKind.ALREADY_EXISTS),
            (execute_job("D.S.OLD"), SqlErrorKind.ALREADY_EXISTS),
            (execute_job(image="/d/s/images/spcs-oss-arm:1"), SqlErrorKind.IMAGE_PLATFORM),
            (execute_job(image="/d/s/images/nothing:1"), SqlErrorKind.IMAGE_MISSING),
            (execute_job(pool="RESTING"), SqlErrorKind.POOL_SUSPENDED),
            (execute_job(pool="NOWHERE"), SqlErrorKind.MISSING),
            # The pool comes first and the specification last.
            (
                f"EXECUTE JOB SERVICE IN COMPUTE POOL WEB_POOL FROM SPECIFICATION {specification(public=False)}"
                " NAME = D.S.NEW ASYNC = TRUE",
                SqlErrorKind.SYNTAX,
            ),
            (
                f"EXECUTE JOB SERVICE NAME = D.S.NEW IN COMPUTE POOL WEB_POOL ASYNC = TRUE"
                f" FROM SPECIFICATION {specification(public=False)}",
                SqlErrorKind.SYNTAX,
            ),
        ),
    ),
    # Without a service that the role sees it does nothing.
    Row(
        SQL + "drop-service",
        "DROP SERVICE IF EXISTS D.S.JOB",
        refused=(("DROP SERVICE D.S.NONE", SqlErrorKind.MISSING),),
    ),
    Row(
        GUIDE + "working-with-services",
        "SHOW SERVICES LIKE 'JOB' IN SCHEMA D.S",
        [*IN_SCHEMA, *on("SERVICE", "D.S.JOB", "USAGE")],
        (
            ("ALTER SERVICE D.S.JOB SUSPEND", SqlErrorKind.IS_A_JOB),
            ("ALTER SERVICE D.S.JOB RESUME", SqlErrorKind.IS_A_JOB),
            ("ALTER SERVICE D.S.JOB SET COMMENT = 'x'", SqlErrorKind.IS_A_JOB),
            (f"ALTER SERVICE D.S.JOB FROM SPECIFICATION {specification(public=False)}", SqlErrorKind.IS_A_JOB),
        ),
        soft=True,
    ),
)
