"""What the simulated account refuses: every code once, with its name.

Sources: https://docs.snowflake.com/en/developer-guide/sql-api/reference and the errors that snowflake-connector-python
knows. The pages about services give no codes: those that begin with 395 are this account's own.
"""

import enum


@enum.unique
class SqlErrorKind(enum.Enum):
    """Why a statement is refused: Snowflake's code and SQL state."""

    SYNTAX = ("001003", "42000")
    ALREADY_EXISTS = ("002002", "42710")
    MISSING = ("002003", "02000")
    UNKNOWN_FUNCTION = ("002140", "42601")
    NOT_PRIVILEGED = ("003001", "42501")
    UNKNOWN_FAMILY = ("390908", "22023")
    QUOTED_NAME = ("395001", "42601")
    SERVICE_NAME = ("395002", "42601")
    PRIVILEGED_OWNER = ("395003", "42501")
    POOL_SUSPENDED = ("395004", "22023")
    IMAGE_PLATFORM = ("395013", "22023")
    IMAGE_MISSING = ("395012", "22023")
    CONTAINER_MISSING = ("395014", "22023")
    INVALID_SPECIFICATION = ("395018", "22023")
    VOLUME_MISSING = ("395019", "22023")
    VOLUMES_CHANGED = ("395074", "22023")
    NOT_SUSPENDED = ("395075", "22023")
    HAS_VOLUMES = ("395076", "22023")
    IS_A_JOB = ("395077", "22023")


class SqlError(Exception):
    """A statement that the account refuses."""

    def __init__(self, kind: SqlErrorKind, message: str) -> None:
        super().__init__(message)
        self.code, self.state = kind.value


def missing(kind: str, *name: str) -> SqlError:
    """Return the refusal of a name that nothing has, or that the role may not see."""
    message = f"SQL compilation error:\n{kind} '{'.'.join(name)}' does not exist or not authorized."
    return SqlError(SqlErrorKind.MISSING, message)


class Refusal(enum.Enum):
    """Why a request is refused before its statement is read. Drivers see code and message, and no HTTP status."""

    NO_USER_AGENT = (400, "390142", "08001", "The request has no User-Agent header.")
    INVALID_TOKEN = (401, "390303", "08001", "Invalid OAuth access token.")
    EXPIRED_TOKEN = (401, "390318", "08001", "OAuth access token expired.")
    INVALID_SESSION = (401, "390104", "08001", "ID token is invalid.")
    EXPIRED_SESSION = (401, "390114", "08001", "Authentication token has expired. The user must authenticate again.")
    NETWORK_POLICY = (403, "390422", "08001", "The address is not allowed by a network policy.")
    STATEMENT_MISSING = (404, "390404", "02000", "The statement is unknown.")
    RATE_LIMITED = (429, "390505", "08001", "Too many requests.")
    # As gosnowflake's ErrRoleNotExist, and the account's text as the drivers report it.
    UNKNOWN_ROLE = (
        403,
        "390189",
        "08004",
        "Role '{}' specified in the connect string does not exist or not authorized. Contact your local system"
        " administrator, or attempt to login with another role, e.g. PUBLIC.",
    )
    SERVER_ERROR = (500, "390100", "08001", "Internal error.")
    UNAVAILABLE = (503, "390506", "08001", "The service is unavailable.")

    def __init__(self, status: int, code: str, state: str, message: str) -> None:
        self.status, self.code, self.state, self.message = status, code, state, message
