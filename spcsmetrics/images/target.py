"""Where images go, and the tags that a version has there."""

import re
from dataclasses import dataclass

from spcsmetrics.core.errors import UserError
from spcsmetrics.images.definition import Image
from spcsmetrics.images.registry import Repository


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where images go: a registry's host with its port, and the namespace in it."""

    registry: str
    namespace: str

    @property
    def prefix(self) -> str:
        """Return what stands before an image's name, with a / at the end."""
        return "".join(f"{word}/" for word in (self.registry, self.namespace) if word)

    def reference(self, image: Image, tag: str) -> str:
        """Return what an image is called there."""
        return f"{self.prefix}{image.name}:{tag}"

    def repository(self, image: Image) -> Repository:
        """Return the repository of an image there."""
        return Repository(f"{self.prefix}{image.name}")


def parse_target(text: str) -> Target:
    """Return where host[:port]/namespace is. Raises UserError without a namespace."""
    host, _, namespace = text.partition("/")
    if not namespace:
        raise UserError(f"{text!r} names no images: write registry/namespace, such as localhost:5000/staging")
    return Target(registry=host, namespace=namespace)


def semver_tags(version: str) -> list[str]:
    """Return the tags of a version: itself, and for a release its minor, its major and latest.

    Raises UserError for anything but a semantic version.
    """
    match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?", version)
    if not match:
        raise UserError(f"{version} is not a semantic version: write MAJOR.MINOR.PATCH in spcsmetrics/core/versions.py")
    if match[4]:
        return [version]
    # Before 1.0 a minor version may break, so that a tag of the major alone would promise too much.
    shorter = [f"{match[1]}.{match[2]}", *([match[1]] if match[1] != "0" else [])]
    return [version, *shorter, "latest"]
