"""The documents list what the built collector shows and takes, no more and no less."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import documents
import pytest
import yaml
from central_stores import write_files
from stands import Stand, open_stand
from waiting import wait_for

from spcsmetrics.core import ports, process
from spcsmetrics.core.paths import PLUGIN
from spcsmetrics.core.toolchain import go_environment
from spcsmetrics.programs import collector
from spcsmetrics.upkeep.tests import FUZZERS, go_command

METADATA = yaml.safe_load((PLUGIN / "metadata.yaml").read_text())
EXPORTER = yaml.safe_load((PLUGIN / "storeexporter" / "metadata.yaml").read_text())


@pytest.fixture(scope="module", autouse=True)
def _shards() -> Iterator[None]:
    """One of one shard has every pool, and shows what is said about shards."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPCS_SHARD_INDEX", "0")
        patch.setenv("SPCS_SHARD_COUNT", "1")
        yield


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Return one that sends a copy too, which shows what only copies have."""
    folder = tmp_path_factory.mktemp("stand")
    with open_stand(folder / "run", more=write_files(folder, "http://127.0.0.1:9/nobody/listens")) as ready:
        yield ready


@pytest.fixture(scope="module")
def page(stand: Stand) -> list[str]:
    """Return the collector's page of metrics after a failure of the account and of a node, which make every metric."""
    node = stand.nodes()[0]
    for path, fault in (("account", "unauthorized"), (f"nodes/{node}", "garbage")):
        stand.admin("PUT", f"/faults/{path}", {"fault": fault})
    wait_for(lambda: all(stand.own_metrics(f"spcs_{part}_failures_total") for part in ("discovery", "scrape")), 20)
    return stand.own_page()


def shown(page: list[str], kind: str) -> dict[str, str]:
    """Return what the lines # HELP or # TYPE say of each metric of the receiver."""
    lines = [line.split(" ", 3)[2:] for line in page if line.startswith(f"# {kind} spcs_")]
    return dict(lines)


def test_every_metric_of_the_receiver_is_documented(page: list[str]) -> None:
    listed = documents.first_column(documents.section(documents.README, "Metrics of the receiver and the exporter"))
    assert set(shown(page, "TYPE")) == set(listed) - documents.reasons()


def test_the_metadata_says_what_the_receiver_shows(page: list[str]) -> None:
    metrics: dict[str, Any] = METADATA["telemetry"]["metrics"] | EXPORTER["telemetry"]["metrics"]
    assert shown(page, "HELP") == {name: metric["description"] for name, metric in metrics.items()}
    kinds = {name: "counter" if "sum" in metric else "gauge" for name, metric in metrics.items()}
    assert shown(page, "TYPE") == kinds
    assert METADATA["type"] == "spcs"


def test_the_metadata_names_every_label_that_a_metric_has(page: list[str]) -> None:
    for name, metric in METADATA["telemetry"]["metrics"].items():
        for line in page:
            if line.startswith((f"{name}{{", f"{name} ")):
                assert re.findall(r'(\w+)="', line) == sorted(metric.get("attributes", [])), line
    used = {label for metric in METADATA["telemetry"]["metrics"].values() for label in metric.get("attributes", [])}
    assert used == set(METADATA["attributes"])


def test_every_key_of_the_receiver_is_documented() -> None:
    command = [str(collector.binary()), "print-config", "--mode=unredacted", f"--config={collector.CONFIG}"]
    env = {"SNOWFLAKE_HOST": "snowflake.internal"}
    printed = subprocess.run(command, capture_output=True, check=True, text=True, env=env).stdout
    # The receiver knows the key password only to refuse it.
    keys = set(yaml.safe_load(printed)["receivers"]["spcs"]) - {"password"}
    assert keys == set(documents.first_column(documents.section(documents.README, "Keys")))


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_asks_where_the_shipped_collector_answers(status: int, code: int) -> None:
    configuration = yaml.safe_load(collector.CONFIG.read_text())
    port = int(configuration["extensions"]["health_check"]["endpoint"].rsplit(":", 1)[1])

    class Collector(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    if not ports.can_bind("127.0.0.1", port):
        pytest.skip(f"somebody listens on port {port} of this machine")
    with HTTPServer(("127.0.0.1", port), Collector) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        done = subprocess.run(
            ["healthcheck"], executable=collector.binary(), capture_output=True, check=False, text=True
        )
        thread.join()
    assert done.returncode == code, done.stderr


def test_every_fuzzer_is_run() -> None:
    command = [*go_command("test"), "-json", "-list=^Fuzz", "./..."]
    printed = [json.loads(line) for line in process.run(command, cwd=PLUGIN, env=go_environment()).splitlines()]
    found = {
        (line["Package"].rsplit("/", 1)[1], line["Output"].strip())
        for line in printed
        if line["Action"] == "output" and line["Output"].startswith("Fuzz")
    }
    assert found == set(FUZZERS)
