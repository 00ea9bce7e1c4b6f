"""A machine with Docker whose images are labels, and whose pushes go to a registry in memory."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from shelves import Shelf

from spcsmetrics.images import scans
from spcsmetrics.images.daemon import NoImageError
from spcsmetrics.images.definition import SHIPPED
from spcsmetrics.images.release import run_release
from spcsmetrics.images.target import Target


@dataclass
class Machine:
    """A machine with Docker: labels of its images by their names, and what was pushed; kills ends it at that push."""

    shelf: Shelf
    labels: dict[str, dict[str, str]]
    folder: Path
    pushed: list[str] = field(default_factory=list)
    tagged: dict[str, str] = field(default_factory=dict)
    kills: str = ""

    def run(self, command: list[str], **_: object) -> str:
        """Do what Docker's command line does."""
        verb, *words = [str(word) for word in command[1:]]
        if verb == "tag":
            self.tagged[words[1]] = words[0]
        elif verb == "push":
            reference = words[-1]
            if self.kills and re.search(self.kills, reference):
                raise KeyboardInterrupt
            name, tag = reference.removeprefix(f"{self.shelf.host}/").rsplit(":", 1)
            self.shelf.put(name, tag, self.labels[self.tagged[reference]])
            self.pushed.append(reference)
        elif verb == "rmi":
            del self.tagged[words[-1]]
        return ""

    def find_id(self, reference: str) -> str:
        """Return the id that a push gives the configuration."""
        if reference not in self.labels:
            raise NoImageError(f"the image {reference} is not on this machine: run ./inv build first")
        shelf = Shelf()
        shelf.put("any", "any", self.labels[reference])
        return next(iter(shelf.blobs)).removeprefix("sha256:")

    def release(self, namespace: str = "acme", *, candidate: bool = False, source: str = "") -> None:
        run_release(Target(registry=self.shelf.host, namespace=namespace), source, "", candidate=candidate, dry=False)

    def scan(self) -> None:
        for image in SHIPPED.values():
            scans.note(image, [f"sha256:{self.find_id(image.reference)}"])
