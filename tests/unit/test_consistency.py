"""Nothing stands in two places without a test that holds them together."""

import json
import re
import tomllib

import shipped_ports as ports
import yaml

from simulator import faults
from spcsmetrics.core import versions
from spcsmetrics.core.paths import COMPOSE_FILE, GRAFANA, OTEL, PLUGIN, PROMETHEUS, ROOT
from spcsmetrics.images.definition import IMAGES, SIMULATOR_IMAGE
from spcsmetrics.programs import collector, manifest
from spcsmetrics.upkeep import lint, tests


def test_the_module_version_of_prometheus_follows_from_its_version() -> None:
    assert versions.prometheus_module() == "v0.316.0"


def test_ports_are_the_same_everywhere() -> None:
    config = (OTEL / "config.yaml").read_text()
    assert f"localhost:{ports.PROMETHEUS}/api" in config
    assert f"0.0.0.0:{ports.COLLECTOR_HEALTH}" in config
    assert f"port: {ports.COLLECTOR_METRICS}" in config
    store = (PROMETHEUS / "prometheus.yml").read_text()
    assert f"localhost:{ports.PROMETHEUS}" in store
    assert f"targets: [localhost:{ports.COLLECTOR_METRICS}]" in config
    assert f"debug_endpoint: localhost:{ports.COLLECTOR_DEBUG}" in config
    assert f":{ports.COLLECTOR_HEALTH}" in (OTEL / "healthcheck" / "main.go").read_text()
    assert f"localhost:{ports.PROMETHEUS}" in (GRAFANA / "provisioning/datasources/prometheus.yaml").read_text()
    assert f":{ports.GRAFANA}/" in (GRAFANA / "Dockerfile").read_text()
    assert f"metricsPort = {ports.NODE}" in (PLUGIN / "discovery" / "resolver.go").read_text()


def test_runs_on_this_machine_keep_as_much_garbage_as_the_image() -> None:
    assert f"ENV GOGC={collector.GOGC}\n" in (OTEL / "Dockerfile").read_text()


def test_all_parts_carry_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert versions.PRODUCT == project == manifest.read_manifest()["dist"]["version"]
    for board in (GRAFANA / "dashboards").glob("*.json"):
        assert f"Version {versions.PRODUCT}." in json.loads(board.read_text())["description"]


def test_bases_are_pinned_and_stand_in_no_dockerfile() -> None:
    for image in [*IMAGES.values(), SIMULATOR_IMAGE]:
        sources = re.findall(r"^FROM (.+)$", image.dockerfile.read_text(), re.M)
        assert sources == ["${BASE}" if image.base else "scratch"]
    for reference in versions.BASES.values():
        assert re.search(r":v?\d+\.\d+", reference)
    assert set(lint.DOCKERFILES) == {image.dockerfile for image in [*IMAGES.values(), SIMULATOR_IMAGE]}


def test_every_variable_of_the_image_is_documented() -> None:
    config = (OTEL / "config.yaml").read_text()
    used = set(re.findall(r"\$\{env:(\w+)", config))
    assert used == set(re.findall(r"^#   (SPCS_\w+)", config, re.M))
    assert used <= set(re.findall(r"`(SPCS_\w+)`", (ROOT / "docs" / "configuration.md").read_text()))


def test_every_key_of_the_receiver_is_documented_with_the_plugin() -> None:
    sources = (PLUGIN / "config.go").read_text() + (PLUGIN / "discovery" / "config.go").read_text()
    keys = set(re.findall(r'mapstructure:"(\w+)"', sources)) - {"password"}
    section = (PLUGIN / "README.md").read_text().split("## Keys")[1].split("\n## ")[0]
    assert keys == set(re.findall(r"^\| `(\w+)` \|", section, re.M))


def test_every_fault_of_the_simulator_is_documented() -> None:
    page = (ROOT / "docs" / "demo.md").read_text()
    known = {"account": faults.ACCOUNT_FAULTS, "pool": faults.POOL_FAULTS, "node": faults.NODE_FAULTS}
    known |= {"services": faults.SERVICE_FAULTS, "driver": faults.DRIVER_FAULTS}
    for part, names in known.items():
        (row,) = re.findall(rf"^\| {part} \| (.+) \|$", page, re.M)
        assert tuple(re.findall(r"`([\w-]+)`", row)) == names


def test_every_metric_and_reason_of_the_receiver_is_documented_with_the_plugin() -> None:
    page = (PLUGIN / "README.md").read_text()
    assert set(re.findall(r'"(spcs_\w+)"', (PLUGIN / "telemetry.go").read_text())) == set(
        re.findall(r"^\| `(spcs_\w+)` \|", page, re.M)
    )
    sources = [*(PLUGIN / "sqlapi").glob("*.go"), *(PLUGIN / "discovery").glob("*.go")]
    code = "".join(file.read_text() for file in sources if not file.name.endswith("_test.go"))
    reasons = set(re.findall(r'"((?:sql|dns)_\w+|pool_name)"', code)) - {"dns_name"}
    scrapes = (PLUGIN / "scrape_reason.go").read_text()
    reasons |= set(re.findall(r'return "(\w+)"', scrapes)) | set(re.findall(r', "(\w+)"\},$', scrapes, re.M))
    reasons |= set(re.findall(r'": +"(\w+)",$', (PLUGIN / "quiet.go").read_text(), re.M))
    assert {"sql_auth", "dns_timeout", "refused", "body_too_large", "duplicate_series"} <= reasons
    assert reasons <= set(re.findall(r"`(\w+)`", page))


def test_the_metadata_of_the_receiver_says_what_its_code_registers() -> None:
    metadata = yaml.safe_load((PLUGIN / "metadata.yaml").read_text())
    code = (PLUGIN / "telemetry.go").read_text()
    registered = re.findall(
        r'meter\.(Int64|Float64)Observable(Gauge|Counter)\("(\w+)",\s*metric\.WithDescription\("([^"]+)"\)', code
    )
    described = {
        (
            "Int64" if kind["value_type"] == "int" else "Float64",
            "Counter" if "sum" in metric else "Gauge",
            name,
            metric["description"],
        )
        for name, metric in metadata["telemetry"]["metrics"].items()
        for kind in [metric.get("sum") or metric["gauge"]]
    }
    assert set(registered) == described
    used = {label for metric in metadata["telemetry"]["metrics"].values() for label in metric.get("attributes", [])}
    assert used == set(metadata["attributes"])
    assert metadata["type"] == "spcs"


def test_the_page_of_ports_lists_every_port_once() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text().split("## Ports")[1]
    listed = [int(port) for port in re.findall(r"^\| (\d+) \|", page, re.M)]
    shipped = (ports.GRAFANA, ports.COLLECTOR_METRICS, ports.PROMETHEUS, ports.COLLECTOR_DEBUG)
    probed = (ports.COLLECTOR_HEALTH, ports.PROMETHEUS_HEALTH)
    assert sorted(listed) == sorted((*shipped, *probed))
    assert ports.NODE not in listed, "a node's publisher is on another host"


def test_every_fuzzer_is_run() -> None:
    found = {
        (file.parent.name, name)
        for file in PLUGIN.rglob("*_test.go")
        for name in re.findall(r"^func (Fuzz\w+)\(", file.read_text(), re.M)
    }
    assert found == set(tests.FUZZERS)


def test_the_stack_runs_the_images_that_the_build_makes() -> None:
    services = yaml.safe_load(COMPOSE_FILE.read_text())["services"]
    references = {image.reference for image in [*IMAGES.values(), SIMULATOR_IMAGE]}
    assert {service["image"] for service in services.values()} == references


def test_links_in_the_documents_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/*.md"), *ROOT.glob("*/*/README.md")]:
        for link in re.findall(r"\]\((?!http|#)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
