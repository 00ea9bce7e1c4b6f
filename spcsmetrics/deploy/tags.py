"""Which images a deployment is made of: this machine's, those of a tag, or those that run already."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from spcsmetrics.deploy import repository
from spcsmetrics.deploy.layout import list_images
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.state import State
from spcsmetrics.images.daemon import NoDaemonError, NoImageError
from spcsmetrics.images.definition import SHIPPED

# What this machine's images get: a version and the beginning of the image's id.
_MADE_HERE = re.compile(r".*-[0-9a-f]{12}|.*-not-built")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The tag of each image by its key, and what a person should know of how they were chosen.

    there says that they are in the repository already, so this machine's must not be sent under their tags.
    """

    tags: Mapping[str, str]
    note: str = ""
    there: bool = False


def choose(settings: Settings, state: State, *, pushed: bool, dry: bool, keep: bool) -> Choice:
    """Return the images to run.

    Args:
        settings: those whose tag counts before all.
        state: the account, with the images that run.
        pushed: the images are in the repository, under the settings' tag or this version.
        dry: only a plan is made, so a Docker daemon that does not answer is a note.
        keep: images of a tag that a person chose stay, as after ./inv upgrade --tag.

    Raises:
        UserError: an image was not built, or no Docker daemon answers.
    """
    running = _running(settings, state)
    if settings.tag or pushed:
        return Choice(tags=repository.find_tags(settings, pushed=pushed, dry=dry))
    if keep and running and not any(_MADE_HERE.fullmatch(tag) for tag in running.values()):
        tags = ", ".join(sorted(set(running.values())))
        return Choice(
            tags=running,
            there=True,
            note=f"The service keeps its images ({tags}), which were not made on this machine: ./inv upgrade sends this"
            " machine's, and ./inv upgrade --tag takes others.",
        )
    try:
        return Choice(tags=repository.find_tags(settings, pushed=False, dry=False))
    except NoDaemonError as error:
        if not dry:
            raise
        seen = "the plan leaves the images as they are" if running else "the plan writes a tag in their place"
        return Choice(
            tags=running or dict.fromkeys(list_images(settings), repository.NOT_BUILT),
            note=f"Docker was not asked ({error}): which images this machine has is not seen, and {seen}.",
        )
    except NoImageError:
        if not dry:
            raise
        return Choice(tags=repository.find_tags(settings, pushed=False, dry=True))


def _running(settings: Settings, state: State) -> dict[str, str]:
    """Return the tags of the images that run, by their key; nothing unless each that is needed has one.

    One that does not run, as where a pair is on its way to shards, is taken of the tag of all others.
    """
    paths = {key: path for found in state.found for key, path in found.paths.items()}
    tags = {key: path.rpartition(":")[2] for key, path in paths.items() if key in SHIPPED and ":" in path}
    needed = list_images(settings)
    if {"otel", "prometheus"} <= set(tags) and len(set(tags.values())) == 1:
        return dict.fromkeys(needed, tags["otel"])
    return {key: tags[key] for key in needed} if set(needed) <= set(tags) else {}
