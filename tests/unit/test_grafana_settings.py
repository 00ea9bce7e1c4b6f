"""Grafana's settings: what runs beside the boards, and where their data comes from."""

from configparser import ConfigParser

from trees import read_yaml

from spcsmetrics.core.paths import GRAFANA
from spcsmetrics.core.versions import GRAFANA as VERSION

# What others list of data/plugins-bundled in the image of 13.2.1. A pull request "Add to default bundled and
# preinstalled plugins" put each there: grafana 129166 (prometheus), 128865 (loki), 129593 (influxdb) and others.
BUNDLED = {
    "elasticsearch", "grafana-postgresql-datasource", "grafana-pyroscope-datasource", "influxdb", "jaeger", "loki",
    "mssql", "mysql", "opentsdb", "prometheus", "stackdriver", "tempo", "zipkin",
}  # fmt: skip
# It is not among those: a data source of Grafana's own program, which may be left off as well.
OWN = {"cloudwatch"}


def test_of_the_bundled_data_sources_only_the_one_in_use_starts() -> None:
    settings = ConfigParser(interpolation=None)
    settings.read_string((GRAFANA / "grafana.ini").read_text())
    sources = read_yaml(GRAFANA / "provisioning/datasources/prometheus.yaml")["datasources"]
    disabled = set(settings["plugins"]["disable_plugins"].split(","))
    assert disabled == (BUNDLED | OWN) - {source["type"] for source in sources}


def test_grafana_has_the_version_that_no_longer_leaks_when_it_compresses() -> None:
    # grafana 132743: pkg/middleware/gziper.go kept a goroutine for each answer to HEAD; mended in 13.2.1 by 131366.
    assert tuple(int(part) for part in VERSION.split(".")) >= (13, 2, 1)
