"""What names and owners Snowpark Container Services refuse."""

import re

from simulator.catalog import Service
from simulator.errors import SqlError, SqlErrorKind
from simulator.sql.request import Request

# The account's own roles, which may not own what runs code.
# Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/additional-considerations-services-jobs
PRIVILEGED_ROLES = {"ACCOUNTADMIN", "SECURITYADMIN", "ORGADMIN"}
_LABEL = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")


def require_plain(name: str, kind: str) -> None:
    """Raise SqlError for a name in quotes, also where only one of its parts is.

    Sources: the pages CREATE SERVICE, CREATE COMPUTE POOL, CREATE IMAGE REPOSITORY and SHOW SERVICE CONTAINERS below
    https://docs.snowflake.com/en/sql-reference/sql/
    """
    if '"' in name:
        message = f"Quoted names are not supported for {kind} and for its database and schema: {name}"
        raise SqlError(SqlErrorKind.QUOTED_NAME, message)


def require_label(name: str) -> None:
    """Raise SqlError for a service whose name cannot be a DNS label.

    Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services
    """
    if not _LABEL.fullmatch(name.lower().replace("_", "-")):
        raise SqlError(SqlErrorKind.SERVICE_NAME, f"Invalid service name '{name}': it must be a valid DNS label.")


def require_service(service: Service) -> None:
    """Raise SqlError for a job service, which cannot be altered.

    Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services
    """
    if service.job:
        raise SqlError(SqlErrorKind.IS_A_JOB, "A job service cannot be altered.")


def require_owner(request: Request) -> None:
    """Raise SqlError for a role that may not own a service."""
    if request.session.role in PRIVILEGED_ROLES:
        message = f"A service cannot be owned by the privileged role {request.session.role}."
        raise SqlError(SqlErrorKind.PRIVILEGED_OWNER, message)
