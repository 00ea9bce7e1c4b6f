"""The task deploy: plan, print, apply, wait."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from spcsmetrics.core import groups
from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.deploy import estimate, planner, readiness, repository, session
from spcsmetrics.deploy.planner import Change
from spcsmetrics.deploy.session import Account
from spcsmetrics.deploy.settings import Settings, read_settings
from spcsmetrics.deploy.specification import render
from spcsmetrics.deploy.state import State, find_repository_url, read_state
from spcsmetrics.images.definition import IMAGES


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says: the settings' file, and what to do with them."""

    settings: str = ""
    create_pool: bool = False
    pushed: bool = False
    offline: bool = False
    timeout: int = 900


def deploy(options: Options, *, dry: bool) -> None:
    """Bring the account to what the settings want, and print the URL. With dry, print the plan and change nothing.

    Raises UserError; a run that broke off is continued by the next.
    """
    settings = read_settings(options.settings)
    carry_out([groups.group_step("deploy")])
    if options.offline:
        if not dry:
            raise UserError("--offline only prints what an empty account would be sent: add --dry")
        _print_offline(settings, options)
        return
    try:
        _deploy_into(settings, options, dry=dry)
    except session.NoConnectionError:
        if not dry or settings.connection:
            raise
        console.print("There is no connection to an account: this is what an empty one would be sent.")
        _print_offline(settings, options)


def _print_offline(settings: Settings, options: Options) -> None:
    offline = replace(options, offline=True)
    _print_plan(settings, _plan(settings, State(), offline, dry=True), estimate.calculate(0, settings))


def _deploy_into(settings: Settings, options: Options, *, dry: bool) -> None:
    with session.open_account(settings.connection, settings.role) as account:
        state = read_state(account.execute, settings)
        changes = _plan(settings, state, options, dry=dry)
        if dry:
            _print_plan(settings, changes, estimate.estimate(account.execute, settings))
            return
        if any("CREATE SERVICE" in change.sql for change in changes):
            for line in estimate.estimate(account.execute, settings).lines(settings):
                console.print(f"- {line}")
        _apply(settings, account, changes)
        _wait(settings, account, options.timeout)


def _plan(settings: Settings, state: State, options: Options, *, dry: bool) -> list[Change]:
    tags = repository.find_tags(settings, pushed=options.pushed, dry=dry)
    specification = specify(settings, state, tags)
    return planner.make_plan(
        settings,
        state,
        specification,
        tags,
        create_pool=options.create_pool or options.offline,
        pushed=options.pushed and not options.offline,
    )


def specify(settings: Settings, state: State, tags: Mapping[str, str]) -> dict[str, Any]:
    """Return the specification for images of these tags."""
    return render(settings, planner.image_paths(settings, tags), state.user or "DEPLOYER")


def _print_plan(settings: Settings, changes: list[Change], figures: estimate.Estimate) -> None:
    for line in figures.lines(settings):
        console.print(line)
    if not changes:
        console.print("Everything is as wanted: nothing would be sent.")
    for change in changes:
        print(f"-- {change.title}")  # noqa: T201 - the plan is the output
        if change.sql:
            print(f"{change.sql};")  # noqa: T201


def _apply(settings: Settings, account: Account, changes: list[Change]) -> None:
    if not changes:
        console.print("- Everything is as wanted: nothing was sent")
    carry_out(_step(settings, account, change) for change in changes)


def _step(settings: Settings, account: Account, change: Change) -> Step:
    if change.sql:
        return Step(title=change.title, detail=change.sql, action=lambda: account.execute(change.sql))

    def push() -> None:
        # Asked now: the repository may be a minute old.
        url = find_repository_url(account.execute, settings) or ""
        repository.push(settings, account, url, IMAGES[change.image], change.tag)

    return Step(title=change.title, detail="docker push", action=push, stream=True)


def _wait(settings: Settings, account: Account, seconds: int) -> None:
    name = settings.service_name
    with console.status(f"Waiting for {name} ...") as status:
        url = readiness.wait_until_ready(
            account.execute, settings, seconds, lambda what: status.update(f"Waiting for {name}: {what} ...")
        )
    console.print(f"- {name} is ready; open it as a user whose role has {name}!viewer, or as its owner:")
    print(url)  # noqa: T201 - the result


def upgrade(options: Options, tag: str, *, dry: bool) -> None:
    """Move the service to images of another tag that are in the repository, and leave everything else.

    Raises UserError where there is no service yet.
    """
    settings = read_settings(options.settings)
    carry_out([groups.group_step("deploy")])
    settings = replace(settings, tag=tag or settings.tag)
    with session.open_account(settings.connection, settings.role) as account:
        state = read_state(account.execute, settings)
        if not state.service:
            raise UserError(f"there is no service {settings.service_name} to upgrade: run ./inv deploy")
        changes = _plan(settings, state, replace(options, pushed=bool(tag)), dry=dry)
        if dry:
            _print_plan(settings, changes, estimate.estimate(account.execute, settings))
            return
        _apply(settings, account, changes)
        _wait(settings, account, options.timeout)
