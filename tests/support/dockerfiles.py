"""Reading Dockerfiles as Docker does: instructions, with continued lines joined and comments left out."""

import json
import shlex
from pathlib import Path


def instructions(file: Path) -> list[tuple[str, str]]:
    """Return each instruction of a Dockerfile with what follows it."""
    lines = [line for line in file.read_text().splitlines() if line.strip() and not line.lstrip().startswith("#")]
    pairs = [line.strip().partition(" ") for line in "\n".join(lines).replace("\\\n", " ").splitlines()]
    return [(word.upper(), rest.strip()) for word, _, rest in pairs]


def bases(file: Path) -> list[str]:
    """Return what each stage is built on."""
    return [rest.split()[0] for word, rest in instructions(file) if word == "FROM"]


def environment(file: Path) -> dict[str, str]:
    """Return the variables that an image sets."""
    pairs = [pair for word, rest in instructions(file) if word == "ENV" for pair in shlex.split(rest)]
    return dict(pair.split("=", 1) for pair in pairs)


def health_command(file: Path) -> list[str]:
    """Return the words of the command that checks an image's health."""
    (rest,) = [rest for word, rest in instructions(file) if word == "HEALTHCHECK"]
    words: list[str] = json.loads(rest.partition("CMD ")[2])
    return words
