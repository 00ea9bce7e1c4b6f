"""Grafana's settings: what runs beside the boards, and where their data comes from."""

from configparser import ConfigParser

import yaml

from spcsmetrics.core.paths import GRAFANA
from spcsmetrics.core.versions import GRAFANA as VERSION

# Data sources that Grafana's image bundles: pkg/setting/setting_plugins.go, defaultPreinstallPlugins.
BUNDLED = {
    "cloudwatch", "elasticsearch", "grafana-postgresql-datasource", "grafana-pyroscope-datasource", "influxdb",
    "jaeger", "loki", "mssql", "mysql", "opentsdb", "prometheus", "stackdriver", "tempo", "zipkin",
}  # fmt: skip


def test_of_the_bundled_data_sources_only_the_one_in_use_starts() -> None:
    settings = ConfigParser(interpolation=None)
    settings.read_string((GRAFANA / "grafana.ini").read_text())
    sources = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yaml").read_text())["datasources"]
    disabled = set(settings["plugins"]["disable_plugins"].split(","))
    assert disabled == BUNDLED - {source["type"] for source in sources}


def test_grafana_has_the_version_that_no_longer_leaks_when_it_compresses() -> None:
    # grafana 132743: pkg/middleware/gziper.go kept a goroutine for each answer to HEAD until 13.2.1.
    assert tuple(int(part) for part in VERSION.split(".")) >= (13, 2, 1)
