"""The images of this machine, pushed by the real Docker into the simulated account's repository."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import SETTINGS, Desk, open_desk
from containers import docker
from machines import stand_in_for_grafana

from simulator.privileges import ADMINISTRATOR
from spcsmetrics.deploy.grants import list_grants
from spcsmetrics.images.definition import IMAGES


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path) as found:
        found.run_sql(ADMINISTRATOR, *(one.sql for one in list_grants(found.settings)))
        yield found


@pytest.fixture(autouse=True)
def _all_images() -> Iterator[None]:
    with stand_in_for_grafana():
        yield


class Watcher(threading.Thread):
    """Reads the command line of every process while a task runs."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.lines: set[str] = set()
        self.over = False

    def run(self) -> None:
        while not self.over:
            for file in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    self.lines.add(file.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue
            time.sleep(0.02)


@pytest.mark.parametrize("way", ["token", "session"])
def test_images_are_pushed_once_and_found_by_their_digests(desk: Desk, way: str) -> None:
    if way == "token":
        file = desk.folder / "registry-token"
        file.write_text(desk.token)
        desk.write_settings(SETTINGS + f'registry_token_file = "{file}"\n')
    watcher = Watcher()
    watcher.start()
    done = desk.inv("deploy", "--timeout=20")
    watcher.over = True
    watcher.join()
    assert done.returncode == 0, done.stderr
    assert not [line for line in watcher.lines if desk.token in line]
    images = desk.catalog()["images"]
    assert len(images) == len(IMAGES)
    containers = desk.catalog()["services"]["SPCS_METRICS.PUBLIC.SPCS_METRICS"]["specification"]["spec"]["containers"]
    assert {one["image"].removeprefix("/") for one in containers} == set(images)
    again = desk.inv("deploy", "--timeout=20")
    assert again.returncode == 0, again.stderr
    assert "nothing was sent" in again.stderr


def test_what_the_registry_refuses_is_one_sentence(desk: Desk) -> None:
    file = desk.folder / "registry-token"
    file.write_text("wrong-token")
    desk.write_settings(SETTINGS + f'registry_token_file = "{file}"\n')
    done = desk.inv("deploy", "--timeout=20")
    assert done.returncode == 1
    assert "refuses the login" in done.stderr
    assert "set registry_token_file to a programmatic access token" in done.stderr
    assert "wrong-token" not in done.stderr
    # The tag that the push needed goes too.
    assert "spcs_metrics/public" not in docker("images", "--format", "{{.Repository}}").stdout
    assert "Traceback" not in done.stderr
