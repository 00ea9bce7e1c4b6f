"""What programs are built without is refused by name, and what stands in for the rest of it works."""

import json
import re
import subprocess
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml
from waiting import wait_for

from spcsmetrics.local import parts, processes
from spcsmetrics.programs import collector, demo_store, licences

INSIDE = {"SNOWFLAKE_HOST": "snowflake.internal"}
# An exporter beside the store's, which sends metrics.
PIPELINE = {"receivers": ["spcs"], "processors": ["memory_limiter"], "exporters": ["otlp_http/backend"]}
BACKEND = {"service": {"pipelines": {"metrics/backend": PIPELINE}}}


def run_collector(overlay: dict[str, Any], tmp_path: Path) -> str:
    """Return what a collector says that refuses its configuration, with more of it."""
    more = tmp_path / "more.yaml"
    more.write_text(yaml.safe_dump(overlay))
    command: list[str | Path] = [collector.binary(), f"--config={collector.CONFIG}", f"--config={more}"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, env=INSIDE, timeout=20)
    assert done.returncode != 0
    return done.stderr


@pytest.mark.parametrize("detector", ["aws.ec2", "aws.ecs", "aws.eks", "azure.vm", "gcp"])
def test_a_detector_that_is_left_out_is_refused(detector: str, tmp_path: Path) -> None:
    wanted: dict[str, Any] = {"detection/development": {"detectors": [{detector: {}}]}}
    said = run_collector({"service": {"telemetry": {"resource": wanted}}}, tmp_path)
    assert f"this collector is built without the resource detector {detector}" in said


def test_a_key_in_a_tpm_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.pem").touch()
    files = {"cert_file": str(tmp_path / "key.pem"), "key_file": str(tmp_path / "key.pem")}
    tls = files | {"tpm": {"enabled": True, "path": "/dev/tpm0"}}
    backend = {"exporters": {"otlp_http/backend": {"endpoint": "https://localhost:1", "tls": tls}}}
    said = run_collector(backend | BACKEND, tmp_path)
    assert "failed to open TPM (/dev/tpm0): this collector is built without tpm" in said


def test_a_compression_that_is_left_out_fails_each_request_with_its_name(tmp_path: Path) -> None:
    more = tmp_path / "more.yaml"
    exporter = {"endpoint": "http://127.0.0.1:9", "compression": "lz4", "retry_on_failure": {"enabled": False}}
    more.write_text(yaml.safe_dump({"exporters": {"otlp_http/backend": exporter}} | BACKEND))
    with processes.open_run(tmp_path) as run:
        simulation = parts.start_simulator(run, pools=1, nodes=1, containers=1)
        part = parts.start_collector(run, simulation, parts.start_store(run), "1s", "1s", more=[more])
        refused = "this collector is built without lz4: choose gzip, zstd or snappy"
        wait_for(lambda: refused in part.log.read_text(), 20)


@pytest.mark.parametrize("key", ["sigv4", "azuread", "google_iam"])
def test_a_demos_store_refuses_to_sign_in_to_a_cloud(key: str, tmp_path: Path) -> None:
    config = tmp_path / "prometheus.yml"
    config.write_text(yaml.safe_dump({"remote_write": [{"url": "http://localhost:1", key: {}}]}))
    command: list[str | Path] = [
        demo_store.built(),
        f"--config.file={config}",
        f"--storage.tsdb.path={tmp_path / 'data'}",
    ]
    done = subprocess.run(command, capture_output=True, check=False, text=True, timeout=20)
    assert done.returncode != 0
    assert f"this program is built without {key}" in done.stderr


def test_the_collector_holds_no_library_of_a_cloud_and_none_of_kubernetes() -> None:
    names = [module.path for module in licences.modules(collector.binary())]
    assert "go.opentelemetry.io/otel/sdk" in names
    left_out = re.compile(r"(?i)aws-sdk|azure|google\.golang\.org/api|cloud\.google|s2a|k8s\.io|go-tpm|lz4|go-openapi")
    assert [name for name in names if left_out.search(name)] == []


def test_a_demos_store_sends_its_alerts(tmp_path: Path) -> None:
    received: list[dict[str, Any]] = []

    class Alertmanager(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if self.path == "/api/v2/alerts":
                received.extend(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    rule = {"alert": "Always", "expr": "vector(1)", "labels": {"severity": "none"}, "annotations": {"summary": 'a "b"'}}
    rules, config = tmp_path / "rules.yaml", tmp_path / "prometheus.yml"
    rules.write_text(yaml.safe_dump({"groups": [{"name": "one", "interval": "1s", "rules": [rule]}]}))
    with HTTPServer(("127.0.0.1", 0), Alertmanager) as server, processes.open_run(tmp_path / "run") as run:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        targets = [{"static_configs": [{"targets": [f"127.0.0.1:{server.server_port}"]}]}]
        config.write_text(yaml.safe_dump({"rule_files": [str(rules)], "alerting": {"alertmanagers": targets}}))
        data = f"--storage.tsdb.path={tmp_path / 'data'}"
        run.start(
            "prometheus", [demo_store.built(), f"--config.file={config}", data, "--web.listen-address=127.0.0.1:0"]
        )
        wait_for(lambda: bool(received), 30)
        server.shutdown()
    sent = received[0]
    assert sent["labels"] == {"alertname": "Always", "severity": "none"}
    assert sent["annotations"] == {"summary": 'a "b"'}
    assert datetime.fromisoformat(sent["startsAt"]) < datetime.fromisoformat(sent["endsAt"])
    assert "expr=vector" in sent["generatorURL"]
