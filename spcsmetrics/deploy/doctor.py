"""The task doctor where an account is deployed to: from outside, or as a job inside the account."""

import contextlib
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import partial
from typing import Any

from spcsmetrics.core import groups
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.text import visible
from spcsmetrics.deploy import applications, jobs, ownership, session
from spcsmetrics.deploy.announcement import announce
from spcsmetrics.deploy.diagnosis import UNSEEN, diagnose
from spcsmetrics.deploy.grants import as_script, for_deployers, list_grants
from spcsmetrics.deploy.names import bare
from spcsmetrics.deploy.operations import open_account
from spcsmetrics.deploy.refusals import UNKNOWN_ROLE, RefusedError
from spcsmetrics.deploy.rows import Execute
from spcsmetrics.deploy.session import Account
from spcsmetrics.deploy.settings import Settings, read_settings
from spcsmetrics.deploy.state import State
from spcsmetrics.programs.doctor import UNHEALTHY

_LONGEST_NAME = 63
_SUFFIX = "_DOCTOR"


def examine(path: str, pools: Collection[str], *, as_json: bool, dry: bool) -> None:
    """Examine the pools from outside, and say what cannot be seen from there. Raises UserError for a broken pool."""
    settings = read_settings(path)

    def ask() -> None:
        try:
            with session.open_account(settings.connection, settings.role) as account:
                _report(account, path, settings, pools, as_json=as_json)
        except RefusedError as error:
            if error.code == UNKNOWN_ROLE and settings.role:
                # That these cannot be printed must not hide why.
                with contextlib.suppress(UserError):
                    _print_grants(settings)
            raise

    detail = f"SHOW COMPUTE POOLS and SHOW GRANTS over the connection {settings.connection or 'by default'}"
    step = Step(title="Examine the pools", detail=detail, action=ask, stream=True)
    carry_out([groups.group_step("deploy"), step], dry=dry)


def _report(account: Account, path: str, settings: Settings, pools: Collection[str], *, as_json: bool) -> None:
    state = announce(account, path, settings)
    report = diagnose(account.execute, settings, state, [pool.upper() for pool in pools])
    print(visible(report.as_json() if as_json else "\n".join(report.lines())))  # noqa: T201 - the result
    console.print(f"- {UNSEEN}")
    if not report.healthy:
        raise UserError(UNHEALTHY)


def _print_grants(settings: Settings) -> None:
    """Print all that an administrator runs where the role is not the user's, whom another of its roles names."""
    with session.open_account(settings.connection, "") as account:
        (row,) = account.execute("SELECT CURRENT_ROLE(), CURRENT_USER(), CURRENT_ACCOUNT()")
        user = str(row["CURRENT_USER()"])
    print(visible(as_script(list_grants(settings), inverse=False)))  # noqa: T201 - the result
    print(visible(for_deployers(settings, user)))  # noqa: T201


def examine_inside(path: str, pools: Collection[str], *, as_json: bool, timeout: int, dry: bool) -> None:
    """Run the doctor of the deployed collector as a job with the service's role, print its report and remove the job.

    Raises UserError where a pool is broken, and where the service is missing whose image and role it takes.
    """
    with open_account(path) as (settings, execute, state):
        job = _plan(settings, state, [*(bare(pool) for pool in settings.pools), *pools], as_json=as_json)
        run: Callable[[], Any] = partial(_run, execute, job, timeout)
        if dry:
            remove = Step(title="Remove the job", detail=job.removal_sql, action=run)
            carry_out([Step(title="Examine the pools", detail=job.start_sql, action=run), remove], dry=True)
            return
        run()


def _run(execute: Execute, job: jobs.Job, timeout: int) -> None:
    outcome = jobs.run(execute, job, timeout)
    print(visible(outcome.printed))  # noqa: T201 - the result
    if outcome.status != "DONE":
        raise UserError(UNHEALTHY)


def _plan(settings: Settings, state: State, pools: list[str], *, as_json: bool) -> jobs.Job:
    if not state.service:
        raise UserError(
            f"the role does not see a service {settings.service_name} whose image and role the doctor could take: run"
            " ./inv deploy, or ./inv doctor without --in-account"
        )
    ownership.require_own(settings, state, adopt=False)
    if state.service["owner"] != state.role:
        raise UserError(
            f"{settings.service_name} runs with the role {state.service['owner']}, and a job would run with"
            f" {state.role}, which may see other pools: set role to {state.service['owner']}"
        )
    arguments = [
        *([f"--pools={','.join(pools)}"] if pools else []),
        *([f"--shards={settings.shards}"] if settings.shards > 1 else []),
        *applications.doctor_arguments(settings),
        *(["--json"] if as_json else []),
    ]
    name = settings.service[: _LONGEST_NAME - len(_SUFFIX)] + _SUFFIX
    return jobs.Job(
        name=replace(settings, service=name).service_name,
        pool=settings.compute_pool,
        specification=_specify(state.paths["otel"], arguments),
    )


def _specify(image: str, arguments: list[str]) -> dict[str, Any]:
    container: dict[str, Any] = {
        "name": "doctor",
        "image": image,
        "command": ["/spcs-doctor"],
        # It runs beside the service on the same node.
        "resources": {"requests": {"cpu": "0.1", "memory": "128Mi"}, "limits": {"cpu": "0.5", "memory": "512Mi"}},
    }
    return {"spec": {"containers": [container | ({"args": arguments} if arguments else {})]}}
