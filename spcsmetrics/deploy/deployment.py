"""The tasks that bring an account to what the settings want: deploy, upgrade and rotate."""

import re
from dataclasses import replace

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.steps import console
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.deploy import addresses, estimate, libraries, ownership, preflight, session
from spcsmetrics.deploy.announcement import announce
from spcsmetrics.deploy.connections import NoConnectionError
from spcsmetrics.deploy.course import Course
from spcsmetrics.deploy.options import Options
from spcsmetrics.deploy.session import Account
from spcsmetrics.deploy.settings import Settings, parse_settings, read_settings
from spcsmetrics.deploy.state import State


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
    course = Course(settings=settings, options=offline, figures=estimate.calculate(0, 0, settings), keep=False)
    course.show(State())


def _deploy_into(settings: Settings, options: Options, *, dry: bool) -> None:
    with session.open_account(settings.connection, settings.role) as account:
        settings = addresses.settle(settings, private=account.private)
        state = announce(account, options.settings, settings)
        _reach(settings, account, state, options, dry=dry, keep=True)


def _reach(
    settings: Settings, account: Account, state: State, options: Options, *, dry: bool, keep: bool, renew: bool = False
) -> None:
    """Judge, plan, and print the plan or carry it out, then wait."""
    ownership.require_own(settings, state, adopt=options.adopt)
    for note in preflight.check_account(account.execute, settings, state, create_pool=options.create_pool):
        console.print(f"- {note}")
    figures = estimate.estimate(account.execute, settings, state)
    course = Course(settings=settings, options=options, figures=figures, keep=keep, renew=renew)
    if dry:
        course.show(state)
        return
    course.follow(account, state)


def upgrade(options: Options, tag: str, *, dry: bool) -> None:
    """Move the service to images of another tag that are in the repository, and leave everything else.

    Raises UserError where the service is missing.
    """
    settings = read_settings(options.settings)
    libraries.install(dry=dry)
    preflight.check_settings(settings)
    settings = replace(settings, tag=parse_settings({"tag": tag}).tag or settings.tag)
    with session.open_account(settings.connection, settings.role) as account:
        settings = addresses.settle(settings, private=account.private)
        state = announce(account, options.settings, settings)
        if not state.service:
            raise UserError(f"the role does not see a service {settings.service_name} to upgrade: run ./inv deploy")
        _reach(settings, account, state, replace(options, pushed=bool(tag)), dry=dry, keep=False)


def rotate(options: Options, *, dry: bool) -> None:
    """Give the shards and the view new certificates, which restarts them one after another.

    A run that broke off is continued. Raises UserError where the deployment is one service, or is not there.
    """
    settings = read_settings(options.settings)
    libraries.install(dry=dry)
    preflight.check_settings(settings)
    with session.open_account(settings.connection, settings.role) as account:
        settings = addresses.settle(settings, private=account.private)
        state = announce(account, options.settings, settings)
        if not settings.scaled:
            raise UserError("one service has no certificates: they are between shards or replicas and the view")
        if not state.service:
            raise UserError(f"the role does not see a service {settings.service_name}: run ./inv deploy")
        _reach(settings, account, state, options, dry=dry, keep=True, renew=True)
