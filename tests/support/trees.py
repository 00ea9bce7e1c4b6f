"""YAML files of the repository."""

from pathlib import Path
from typing import Any

import yaml


def read_yaml(file: Path) -> Any:
    """Return a file's tree, read by the parser in C: the files of rules alone take a second without it."""
    return yaml.load(file.read_text(), yaml.CSafeLoader)
