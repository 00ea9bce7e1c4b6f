"""The task deploy: plan, print, apply, wait."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import Step, carry_out, console
from spcsmetrics.core.text import visible
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.deploy import (
    addresses,
    estimate,
    libraries,
    ownership,
    planner,
    preflight,
    readiness,
    repository,
    session,
    tags,
)
from spcsmetrics.deploy.announcement import announce
from spcsmetrics.deploy.connections import NoConnectionError
from spcsmetrics.deploy.estimate import Estimate
from spcsmetrics.deploy.planner import Change
from spcsmetrics.deploy.session import Account
from spcsmetrics.deploy.settings import Settings, parse_settings, read_settings
from spcsmetrics.deploy.specification import render
from spcsmetrics.deploy.state import State, find_repository_url, read_state
from spcsmetrics.images.definition import IMAGES, Image


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says: the settings' file, and what to do with them."""

    settings: str = ""
    create_pool: bool = False
    pushed: bool = False
    offline: bool = False
    timeout: int = 900
    adopt: bool = False
    # Where released images are pulled from, such as docker.io/acme, and their tag.
    images: str = ""
    tag: str = ""

    def find_source(self, image: Image, tag: str) -> str:
        """Return where an image is pulled from; nothing where it is this machine's."""
        return f"{self.images}/{image.name}:{tag}" if self.images else ""


def deploy(options: Options, *, dry: bool) -> None:
    """Bring the account to what the settings want, and print the URL. With dry, print the plan and change nothing.

    Raises UserError; a run that broke off is continued by the next.
    """
    settings = _with_images(read_settings(options.settings), options)
    libraries.install(dry=dry)
    preflight.check_settings(settings)
    if options.offline:
        if not dry:
            raise UserError("--offline only prints what an empty account would be sent: add --dry")
        _print_offline(settings, options)
        return
    try:
        _deploy_into(settings, options, dry=dry)
    except NoConnectionError:
        if not dry or settings.connection:
            raise
        console.print("Without a connection to an account: this is what an empty one would be sent.")
        _print_offline(settings, options)


def _with_images(settings: Settings, options: Options) -> Settings:
    """Return the settings with the tag of released images. Raises UserError for words that do not go together."""
    if not options.images:
        if options.tag:
            raise UserError("--tag is the tag of released images: add --images with their namespace, or set tag")
        return settings
    if options.pushed:
        raise UserError("--images pulls and pushes the images, and --pushed says that they are there: leave one out")
    if not re.fullmatch(r"[a-z0-9][a-z0-9._:/-]*[a-z0-9]", options.images):
        raise UserError(f"--images is {options.images!r}: write a namespace such as acme or registry.example.com/acme")
    return replace(settings, tag=parse_settings({"tag": options.tag}).tag or settings.tag or PRODUCT)


def _print_offline(settings: Settings, options: Options) -> None:
    offline = replace(options, offline=True)
    figures = estimate.calculate(0, 0, settings)
    _print_plan(settings, _plan(settings, State(), offline, figures, dry=True, keep=False), figures)


def _deploy_into(settings: Settings, options: Options, *, dry: bool) -> None:
    with session.open_account(settings.connection, settings.role) as account:
        settings = addresses.settle(settings, private=account.private)
        state = announce(account, options.settings, settings)
        _reach(settings, account, state, options, dry=dry, keep=True)


def _reach(settings: Settings, account: Account, state: State, options: Options, *, dry: bool, keep: bool) -> None:
    """Judge, plan, and print the plan or carry it out, then wait."""
    ownership.require_own(settings, state, adopt=options.adopt)
    for note in preflight.check_account(account.execute, settings, state, create_pool=options.create_pool):
        console.print(f"- {note}")
    figures = estimate.estimate(account.execute, settings, state)
    changes = _plan(settings, state, options, figures, dry=dry, keep=keep)
    if dry:
        _print_plan(settings, changes, figures)
        return
    lines = figures.lines(settings) if any("CREATE SERVICE" in change.sql for change in changes) else figures.warnings()
    for line in lines:
        console.print(f"- {line}")
    _apply(settings, account, state, changes, options)
    if changes:
        _confirm(settings, account, options, figures, keep=keep)
    _wait(settings, account, options.timeout)


def _plan(
    settings: Settings, state: State, options: Options, figures: Estimate, *, dry: bool, keep: bool
) -> list[Change]:
    choice = tags.choose(settings, state, pushed=options.pushed, dry=dry, keep=keep)
    if choice.note:
        console.print(f"- {choice.note}")
    if options.images:
        console.print(f"- Images that are not in the repository are pulled from {options.images} for linux/amd64.")
    return planner.make_plan(
        settings,
        state,
        specify(settings, state, choice.tags, figures),
        choice.tags,
        create_pool=options.create_pool or options.offline,
        pushed=(options.pushed or choice.there) and not options.offline,
        adopt=options.adopt,
    )


def _confirm(settings: Settings, account: Account, options: Options, figures: Estimate, *, keep: bool) -> None:
    """Raise UserError where the account is not as wanted now: somebody else changed it at the same time."""
    state = read_state(account.execute, settings)
    choice = tags.choose(settings, state, pushed=options.pushed, dry=False, keep=keep)
    # The figures of before: a pool that was created meanwhile has a node of its own.
    specification = specify(settings, state, choice.tags, figures)
    left = planner.make_plan(settings, state, specification, choice.tags, create_pool=False, pushed=True, adopt=True)
    if left:
        raise UserError(
            f"the account is not as wanted after all, because somebody else changed it meanwhile ({left[0].title}):"
            " look at ./inv deploy --dry, and run it again"
        )


def specify(settings: Settings, state: State, wanted: Mapping[str, str], figures: Estimate) -> dict[str, Any]:
    """Return the specification for images of these tags.

    Who deployed first stays Grafana's administrator until the settings name another.
    """
    administrator = state.administrator or state.user or "DEPLOYER"
    images = planner.image_paths(settings, wanted)
    return render(settings, images, administrator, figures.size, figures.volume_gib)


def _print_plan(settings: Settings, changes: list[Change], figures: Estimate) -> None:
    for line in figures.lines(settings):
        console.print(line)
    if not changes:
        console.print("Everything is as wanted: nothing would be sent.")
    for change in changes:
        print(visible(f"-- {change.title}"))  # noqa: T201 - the plan is the output
        for field in change.fields:
            print(visible(f"--   {field}"))  # noqa: T201
        if change.sql:
            print(visible(f"{change.sql};"))  # noqa: T201 - the plan is the output


def _apply(settings: Settings, account: Account, state: State, changes: list[Change], options: Options) -> None:
    if not changes:
        console.print("- Everything is as wanted: nothing was sent")
    door = repository.Door(settings=settings, account=account)
    if state.repository_url and any(change.image for change in changes):
        door.open(state.repository_url)
    for change in changes:
        for field in change.fields:
            console.print(f"- {field}")
    carry_out(_step(settings, account, door, change, options) for change in changes)


def _step(settings: Settings, account: Account, door: repository.Door, change: Change, options: Options) -> Step:
    if change.sql:
        return Step(title=change.title, detail=change.sql, action=lambda: account.execute(change.sql))

    def push() -> None:
        # Asked now: the repository may be a minute old.
        url = find_repository_url(account.execute, settings) or ""
        repository.push(door, url, IMAGES[change.image], change.tag, source)

    source = options.find_source(IMAGES[change.image], change.tag)
    return Step(
        title=change.title,
        detail=f"docker pull {source} and push" if source else "docker push",
        action=push,
        stream=True,
    )


def _wait(settings: Settings, account: Account, seconds: int) -> None:
    name = settings.service_name
    with console.status(f"Waiting for {name} ...") as status:
        url = readiness.wait_until_ready(
            account.execute, settings, seconds, lambda what: status.update(f"Waiting for {name}: {what} ...")
        )
    console.print(f"- {name} is ready; open it as a user whose role has {name}!viewer, or as its owner:")
    print(visible(url))  # noqa: T201 - the result
    if "GF_SERVER_ROOT_URL" not in dict(settings.environment):
        console.print(
            f'- For links in messages, add GF_SERVER_ROOT_URL = "{url}" to [environment] of the settings, and deploy'
        )


def upgrade(options: Options, tag: str, *, dry: bool) -> None:
    """Move the service to images of another tag that are in the repository, and leave everything else.

    Raises UserError where the service is missing.
    """
    settings = read_settings(options.settings)
    libraries.install(dry=dry)
    preflight.check_settings(settings)
    settings = replace(settings, tag=tag or settings.tag)
    with session.open_account(settings.connection, settings.role) as account:
        settings = addresses.settle(settings, private=account.private)
        state = announce(account, options.settings, settings)
        if not state.service:
            raise UserError(f"the role does not see a service {settings.service_name} to upgrade: run ./inv deploy")
        _reach(settings, account, state, replace(options, pushed=bool(tag)), dry=dry, keep=False)
