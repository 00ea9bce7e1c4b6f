"""Nothing stands in two places without a test that holds them together."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import dockerfiles
import shipped_ports as ports
from trees import read_yaml

from monitoring.signals.store import OWN_SAMPLES, OWN_SERIES
from simulator import faults
from spcsmetrics.core import versions
from spcsmetrics.core.paths import COMPOSE_FILE, DEPLOY, GRAFANA, OTEL, PROMETHEUS, ROOT
from spcsmetrics.deploy import sizing
from spcsmetrics.images.definition import IMAGES, SHIPPED, SIMULATOR_IMAGE
from spcsmetrics.programs import collector, manifest
from spcsmetrics.upkeep import lint

CONFIG = read_yaml(collector.CONFIG)


def texts(tree: Any) -> Iterator[str]:
    """Yield every text of a tree of YAML."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict | list):
        for part in tree.values() if isinstance(tree, dict) else tree:
            yield from texts(part)


def default(text: str) -> str:
    """Return what a text of the collector's configuration is where its variable is not set."""
    return text.removeprefix("${env:").removesuffix("}").partition(":-")[2]


def port(address: str) -> int:
    return int(address.rsplit(":", 1)[1])


def own_metrics() -> dict[str, Any]:
    """Return where the collector shows its own metrics."""
    (reader,) = CONFIG["service"]["telemetry"]["metrics"]["readers"]
    exporter: dict[str, Any] = reader["pull"]["exporter"]["prometheus"]
    return exporter


def probes() -> dict[str, dict[str, Any]]:
    """Return the readiness probe of each container of the service."""
    containers = read_yaml(DEPLOY / "service.yaml")["spec"]["containers"]
    return {container["name"]: container["readinessProbe"] for container in containers}


def test_the_module_version_of_prometheus_follows_from_its_version() -> None:
    assert versions.prometheus_module() == "v0.316.0"


def test_the_launcher_bounds_queries_by_the_figures_that_sizes_are_made_of() -> None:
    text = (PROMETHEUS / "launcher" / "limits.go").read_text()
    names = {
        "baseBytes": sizing.STORE_BASE / 2**20,
        "headSeriesBytes": sizing.STORE_SERIES,
        "sampleBytes": sizing.QUERY_SAMPLE,
        "resultSeriesBytes": sizing.QUERY_SERIES,
        "ownSeries": OWN_SERIES,
        "usable": sizing.STORE_SHARE,
    }
    found = re.findall(rf"^\t({'|'.join(names)})\s+= ([\d._]+)(?: \* mib)?$", text, re.M)
    assert {name: float(number.replace("_", "")) for name, number in found} == names
    (reads,) = re.findall(r"^\tmaxReads\s+= (\d+)$", (PROMETHEUS / "launcher" / "reads.go").read_text(), re.M)
    assert int(reads) == sizing.QUERIES


def test_the_page_of_sizes_is_the_table_that_deploy_takes() -> None:
    page = (ROOT / "docs" / "performance.md").read_text().split("## Sizes")[1]
    listed = re.findall(r"^\| ([\d,]+) \| ([\d,]+) MiB \| (\d+) MB \| ([\d,]+) MiB \| `(\w+)` \|(.+)\|$", page, re.M)
    assert [(*row[:5], row[5].split()) for row in listed] == [
        (
            f"{size.series:,}",
            f"{size.collector_mib:,}",
            str(size.queue_bytes // 1_000_000),
            f"{size.store_mib:,}",
            next(family for family in sizing.FAMILIES if size.fits(family)),
            [str(size.volume_gib(15)), "GiB", "|", str(size.volume_gib(90)), "GiB"],
        )
        for size in sizing.SIZES
    ]


def test_the_stores_own_scrapes_are_as_often_as_alerts_assume() -> None:
    rules = read_yaml(PROMETHEUS / "prometheus.yml")
    assert rules["global"]["scrape_interval"] == "30s"
    assert "/ 30 " in OWN_SAMPLES


def test_ports_are_the_same_everywhere() -> None:
    store = f"localhost:{ports.STORE}"
    assert urlsplit(default(CONFIG["exporters"]["spcs_store"]["endpoint"])).netloc == store
    rules = read_yaml(PROMETHEUS / "prometheus.yml")
    (job,) = rules["scrape_configs"]
    (discovered,) = job["http_sd_configs"]
    assert discovered["url"] == f"http://localhost:{ports.LAUNCHER}/targets"
    launcher = (PROMETHEUS / "launcher" / "targets.go").read_text()
    assert f'grafana = "localhost:{ports.GRAFANA}"' in launcher
    (source,) = read_yaml(GRAFANA / "provisioning/datasources/prometheus.yaml")["datasources"]
    assert source["url"] == f"http://{store}"
    assert urlsplit(dockerfiles.health_command(GRAFANA / "Dockerfile")[-1]).port == ports.GRAFANA
    assert CONFIG["receivers"]["spcs"]["self_endpoint"] == f"localhost:{own_metrics()['port']}"


def test_the_probes_of_the_service_ask_where_the_containers_answer() -> None:
    probed = {name: probe["port"] for name, probe in probes().items()}
    assert probed["otel"] == port(CONFIG["extensions"]["health_check"]["endpoint"])
    assert probed["grafana"] == ports.GRAFANA


def test_runs_on_this_machine_keep_as_much_garbage_as_the_image() -> None:
    assert dockerfiles.environment(OTEL / "Dockerfile")["GOGC"] == collector.GOGC


def test_all_parts_carry_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert versions.PRODUCT == project == manifest.read_manifest()["dist"]["version"]
    for board in (GRAFANA / "dashboards").glob("*.json"):
        assert f"Version {versions.PRODUCT}." in json.loads(board.read_text())["description"]


def test_bases_are_pinned_and_stand_in_no_dockerfile() -> None:
    for image in [*SHIPPED.values(), SIMULATOR_IMAGE]:
        assert dockerfiles.bases(image.dockerfile) == ["${BASE}" if image.base else "scratch"]
    for reference in versions.BASES.values():
        assert re.search(r":v?\d+\.\d+", reference)
    assert set(lint.DOCKERFILES) == {image.dockerfile for image in [*SHIPPED.values(), SIMULATOR_IMAGE]}


def test_every_variable_of_the_image_is_documented() -> None:
    used = {name for text in texts(CONFIG) for name in re.findall(r"\$\{env:(\w+)", text)}
    comments = [line for line in collector.CONFIG.read_text().splitlines() if line.startswith("#   SPCS_")]
    assert used == {comment.split()[1] for comment in comments}
    assert used <= set(re.findall(r"`(SPCS_\w+)`", (ROOT / "docs" / "configuration.md").read_text()))


def test_every_fault_of_the_simulator_is_documented() -> None:
    page = (ROOT / "docs" / "demo.md").read_text()
    known = {"account": faults.ACCOUNT_FAULTS, "pool": faults.POOL_FAULTS, "node": faults.NODE_FAULTS}
    known |= {"services": faults.SERVICE_FAULTS, "driver": faults.DRIVER_FAULTS}
    for part, names in known.items():
        (row,) = re.findall(rf"^\| {part} \| (.+) \|$", page, re.M)
        assert tuple(re.findall(r"`([\w-]+)`", row)) == names


def test_the_page_of_ports_lists_every_port_once() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text().split("## Ports")[1]
    listed = [int(number) for number in re.findall(r"^\| (\d+) \|", page, re.M)]
    debug = port(CONFIG["receivers"]["spcs"]["debug_endpoint"])
    inside = {ports.PROMETHEUS, ports.STORE, own_metrics()["port"], debug}
    assert sorted(listed) == sorted({*inside, *(probe["port"] for probe in probes().values())})
    assert ports.NODE not in listed, "a node's exporter is on another host"


def test_the_stack_runs_the_images_that_the_build_makes() -> None:
    services = read_yaml(COMPOSE_FILE)["services"]
    references = {image.reference for image in [*IMAGES.values(), SIMULATOR_IMAGE]}
    assert {service["image"] for service in services.values()} == references


def test_links_in_the_documents_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("*/*/README.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text())]
    broken = [f"{page}: {link}" for page, link in links if "://" not in link and not (page.parent / link).exists()]
    assert not broken
    assert len(links) > 50
