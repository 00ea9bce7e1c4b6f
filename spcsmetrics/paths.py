"""Where things lie in the repository."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
LOCKS = ROOT / "locks"
PLUGIN = ROOT / "plugins" / "spcsdiscovery"
OTEL = ROOT / "otel-builder"
PROMETHEUS = ROOT / "prometheus"
GRAFANA = ROOT / "grafana"
DEPLOY = ROOT / "deploy"
SIMULATOR = ROOT / "simulator"
COMPOSE_FILE = ROOT / "tests" / "stack" / "compose.yaml"
