"""Where things lie in the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
LOCKS = ROOT / "locks"
PLUGIN = ROOT / "plugins" / "spcsdiscovery"
OTEL = ROOT / "otel-builder"
STANDINS = OTEL / "standins"
PROMETHEUS = ROOT / "prometheus"
GRAFANA = ROOT / "grafana"
THANOS = ROOT / "thanos"
DEPLOY = ROOT / "deploy"
SIMULATOR = ROOT / "simulator"
COMPOSE_FILE = ROOT / "tests" / "stack" / "compose.yaml"
BOARD_FOLDER = GRAFANA / "dashboards"
RULE_FOLDER = PROMETHEUS / "rules"
NOTIFYING_RULES = GRAFANA / "alerting" / "rules.yaml"
SHARD_RULES = GRAFANA / "view" / "alerting" / "shards.yaml"
METRICS_PAGE = ROOT / "docs" / "metrics.md"
MONITORING = ROOT / "monitoring"


def relative(path: Path) -> Path:
    """Return a path as seen from the repository's root, or as it is where it lies elsewhere."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
