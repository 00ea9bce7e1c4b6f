"""What a machine without Docker Hub has instead: a login, and an image in place of Grafana's."""

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from containers import docker

from spcsmetrics.images import builders
from spcsmetrics.images.definition import IMAGES

# writer and its-password, as htpasswd and as docker login write them.
USERS = "writer:$2b$04$hP8nKQ3N4yGxxl.4L8I5/uNGuBOdyYOjttWPngq3zmkC6kqkh8e4a\n"
LOGIN = "d3JpdGVyOml0cy1wYXNzd29yZA=="


@contextmanager
def stand_in_for_grafana() -> Iterator[None]:
    """Where Grafana's image is missing, let one stand in that says the same of itself: nobody looks into it."""
    reference = IMAGES["grafana"].reference
    missing = docker("image", "inspect", reference).returncode != 0
    if missing:
        build_stand_in(reference)
    try:
        yield
    finally:
        if missing:
            docker("rmi", reference)


def build_stand_in(reference: str) -> None:
    """Build an image of one file with the labels of a shipped one."""
    with tempfile.TemporaryDirectory() as folder:
        lines = "".join(f"LABEL {name}={json.dumps(value)}\n" for name, value in builders.labels().items())
        (Path(folder) / "Dockerfile").write_text(f"FROM scratch\n{lines}COPY Dockerfile /\n")
        docker("build", "--quiet", "--tag", reference, folder)
