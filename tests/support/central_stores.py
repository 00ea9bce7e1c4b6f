"""A central store of this machine, and what lets the collector send it a copy."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from spcsmetrics.programs import collector

TO_CENTRAL = '{exporter="spcs_store/central"}'


def write_files(folder: Path, endpoint: str, **queue: object) -> Sequence[Path]:
    """Return the files to merge over the collector's configuration: the shipped one, and what is of this machine.

    Args:
        folder: where the second file and the queue lie.
        endpoint: where the copy goes.
        queue: keys of the queue that differ.
    """
    directory = folder / "queue"
    directory.mkdir(exist_ok=True)
    here = {
        "exporters": {"spcs_store/central": {"endpoint": endpoint, "sending_queue": queue}},
        "extensions": {"file_storage/central": {"directory": str(directory)}},
    }
    file = folder / "central.yaml"
    file.write_text(yaml.safe_dump(here))
    return [collector.CENTRAL_CONFIG, file]
