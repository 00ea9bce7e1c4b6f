"""The session with the account: the only module that knows Snowpark."""

import contextlib
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import connections
from spcsmetrics.deploy.addresses import is_private
from spcsmetrics.deploy.refusals import describe, explain, mask

Row = dict[str, Any]
_SECONDS = 60


class Account:
    """An open session of a connection: runs SQL, and gives what the image registry wants."""

    def __init__(self, session: Any, connection: str, *, private: bool = False) -> None:  # noqa: ANN401 - untyped
        self._session = session
        self.connection, self.private = connection, private

    def execute(self, sql: str) -> list[Row]:
        """Run one statement and return its rows by column name. Raises UserError with the account's reason."""
        from snowflake.connector.errors import Error  # noqa: PLC0415 - slow, and of the group deploy
        from snowflake.snowpark.exceptions import SnowparkClientException  # noqa: PLC0415 - as above

        try:
            return [row.as_dict() for row in self._session.sql(sql).collect()]
        except SnowparkClientException as error:
            code = int(getattr(error, "sql_error_code", None) or 0)
            raise explain(describe(sql), code, str(error.message)) from None
        except Error as error:
            raise explain(describe(sql), int(error.errno or 0), str(error.msg)) from None

    @property
    def user(self) -> str:
        """Return the user's name."""
        return str(self._session.connection.user)

    def issue_registry_token(self) -> str:
        """Return a password for the image registry, as Snowflake's own command line gets it from its session.

        Source: snowflake-cli, src/snowflake/cli/_plugins/spcs/image_registry/manager.py
        """
        from snowflake.connector.errors import Error  # noqa: PLC0415 - slow, and of the group deploy

        try:
            issued = self._session.connection._rest._token_request("ISSUE")["data"]
        except Error as error:
            raise explain("The token for the image registry", int(error.errno or 0), str(error.msg)) from None
        return json.dumps({"token": issued["sessionToken"], "expires_in": issued["validityInSecondsST"]})


@contextmanager
def open_account(connection: str, role: str) -> Iterator[Account]:
    """Yield a session of the connection that connections.toml or config.toml has, by name or the default one.

    Raises UserError for an unknown connection, and where the account does not let it in.
    """
    from snowflake.connector.errors import Error  # noqa: PLC0415 - slow, and of the group deploy
    from snowflake.snowpark import Session  # noqa: PLC0415 - as above
    from snowflake.snowpark.exceptions import SnowparkClientException  # noqa: PLC0415 - as above

    # Its warnings repeat what the sentences here say, with more words.
    logging.getLogger("snowflake").setLevel(logging.CRITICAL)
    name, values = connections.find(connection)
    # What the file says of time limits counts; a role that the settings name counts more than the file's.
    options = {"login_timeout": _SECONDS, "network_timeout": _SECONDS, **values, **({"role": role} if role else {})}
    # The driver's own diagnosis ends by itself, with tracebacks as its report.
    options.pop("enable_connection_diag", None)
    named = f"connection {name}" if connection else f"{name} connection"
    try:
        session = Session.builder.configs(options).create()
    except SnowparkClientException as error:
        raise explain(f"The {named}", 0, str(error.message)) from None
    except Error as error:
        raise explain(f"The {named}", int(error.errno or 0), str(error.msg)) from None
    except Exception as error:
        # The driver lets through whatever its libraries say of keys and values.
        raise UserError(
            f"The {named} cannot be used: {mask(str(error))}: check its values in connections.toml, above all"
            " private_key_file with private_key_file_pwd, or token"
        ) from None
    try:
        yield Account(session, name, private=is_private(values))
    finally:
        # A failure to close must not hide the original error.
        with contextlib.suppress(SnowparkClientException, Error):
            session.close()
