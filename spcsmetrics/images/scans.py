"""Which images were scanned without a finding: by id, and by the digests under which registries hold them."""

import json

from spcsmetrics.core.errors import UserError
from spcsmetrics.core.paths import BUILD
from spcsmetrics.images.definition import Image

RECORD = BUILD / "release" / "scanned.json"


def note(image: Image, names: list[str]) -> None:
    """Note that an image, under these ids and digests, was scanned, in place of an earlier one."""
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    RECORD.write_text(json.dumps(_read() | {image.key: names}, indent=2) + "\n")


def check(image: Image, names: set[str]) -> None:
    """Raise UserError unless the image of one of these ids and digests was scanned."""
    if not names & set(_read().get(image.key, [])):
        raise UserError(f"{image.name} ({min(names)[:19]}) was not scanned as it is now: run ./inv scan")


def _read() -> dict[str, list[str]]:
    try:
        return dict(json.loads(RECORD.read_text()))
    except (OSError, ValueError):
        return {}
