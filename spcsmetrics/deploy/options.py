"""What the command line says of a deployment."""

from dataclasses import dataclass

from spcsmetrics.images.definition import Image


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
