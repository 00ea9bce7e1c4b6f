"""A job service: started, waited for, read, and removed whatever happens.

Source: https://docs.snowflake.com/en/sql-reference/sql/execute-job-service. Its usage notes and its examples have the
specification last, unlike its syntax.
"""

import time
from dataclasses import dataclass
from typing import Any

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import console
from spcsmetrics.deploy import readiness, rows
from spcsmetrics.deploy.names import COMMENT, LABEL, dollar_quoted, literal
from spcsmetrics.deploy.refusals import RefusedError
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.specification import as_json

# Source: https://docs.snowflake.com/en/developer-guide/snowpark-container-services/working-with-services
_ENDED = ("DONE", "FAILED", "CANCELLED", "INTERNAL_ERROR")
_PAUSE = 1.0
# What the account keeps of a container's output at most.
_LINES = 1000


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job of one container: its full name, the pool that it runs in, and its specification."""

    name: str
    pool: str
    specification: dict[str, Any]

    @property
    def container(self) -> str:
        """Return the name of its container."""
        return str(self.specification["spec"]["containers"][0]["name"])

    @property
    def start_sql(self) -> str:
        """Return the statement that starts it."""
        return (
            f"EXECUTE JOB SERVICE\n  IN COMPUTE POOL {self.pool}\n  NAME = {self.name}\n  ASYNC = TRUE\n"
            f"  COMMENT = {literal(COMMENT)}\n"
            f"  FROM SPECIFICATION {dollar_quoted(as_json(self.specification))}"
        )

    @property
    def removal_sql(self) -> str:
        """Return the statement that removes it, whether it is there or not."""
        return f"DROP SERVICE IF EXISTS {self.name}"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a job ended, in Snowflake's word, and what it printed."""

    status: str
    printed: str


def run(execute: Execute, job: Job, seconds: float) -> Outcome:
    """Run a job to its end, and remove it then, also after Ctrl-C or a failure.

    One that an earlier run was killed over is removed first. Raises UserError where something else has its name, where
    it does not end in time, and where it cannot be removed.
    """
    _clear(execute, job)
    try:
        execute(job.start_sql)
        outcome = _wait(execute, job, seconds)
    except BaseException:
        if left := _remove(execute, job):
            console.print(f"- {left}")
        raise
    if left := _remove(execute, job):
        raise UserError(left)
    return outcome


def _clear(execute: Execute, job: Job) -> None:
    there = rows.show_service(execute, job.name)
    if there is None:
        return
    if str(there["is_job"]).lower() != "true" or not (there["comment"] or "").startswith(LABEL):
        raise UserError(
            f"the job would be called {job.name}, and a service of that name that this project did not make is there:"
            " set service to another name"
        )
    console.print(f"- Removing the job {job.name} of an earlier run")
    execute(job.removal_sql)


def _remove(execute: Execute, job: Job) -> str:
    """Remove a job, and return what to say where that fails."""
    try:
        execute(job.removal_sql)
    except (UserError, KeyboardInterrupt) as error:
        reason = str(error) or "stopped"
        return f"the job {job.name} may still be there ({reason}): run {job.removal_sql}, or ./inv doctor --in-account"
    return ""


def _wait(execute: Execute, job: Job, seconds: float) -> Outcome:
    end = time.monotonic() + seconds
    with console.status(f"Waiting for {job.name} ...") as shown:
        while (status := rows.describe_service(execute, job.name)["status"]) not in _ENDED:
            state = _describe(execute, job) or status
            if time.monotonic() > end:
                raise UserError(
                    f"the job {job.name} did not end within {seconds:.0f} s: {state}; docs/troubleshooting.md goes on"
                    " from the message"
                )
            shown.update(f"Waiting for {job.name}: {state} ...")
            time.sleep(_PAUSE)
    try:
        printed = readiness.read_logs(execute, job.name, job.container, _LINES)
    except RefusedError as error:
        printed, state = "", str(error)
    else:
        state = _describe(execute, job)
    if not printed.strip():
        raise UserError(f"the job {job.name} is {status}, and the account has nothing that it printed: {state}")
    return Outcome(status=status, printed=printed)


def _describe(execute: Execute, job: Job) -> str:
    return ", ".join(readiness.describe(row) for row in rows.show_containers(execute, job.name))
