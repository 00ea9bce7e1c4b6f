"""The page that lists every published metric, made from the catalogue."""

from monitoring.metrics import CATALOGUE, CONTAINER, ENDPOINT, GPU, INSTANCE, NODE, VOLUME

_SETS = {
    "node": NODE,
    "instance": INSTANCE,
    "container": CONTAINER,
    "gpu": GPU,
    "endpoint": ENDPOINT,
    "volume": VOLUME,
}
_HEAD = """# Metrics

Every metric that the nodes publish, made by `./inv dashboards` from `monitoring/metrics.py`. All are typed
as gauges, also the totals of the network, which only grow. *Since* 1 had the first generation of publishers in some
form, under names of its own; 2 came with the documented names.
"""


def render() -> str:
    """Return the page."""
    lines = [_HEAD, "| metric | kind | unit | labels | since | meaning |", "|---|---|---|---|---|---|"]
    for metric in CATALOGUE.values():
        labels, more = _describe(metric.labels)
        since = 1 if metric.first else 2
        lines.append(
            f"| `{metric.name}` | {metric.kind} | `{metric.unit}` | {labels}{more} | {since} | {metric.meaning} |"
        )
    lines += ["", "## Labels", "", "| set | labels |", "|---|---|"]
    lines += [f"| {name} | {', '.join(f'`{label}`' for label in labels)} |" for name, labels in _SETS.items()]
    return "\n".join(lines) + "\n"


def _describe(labels: tuple[str, ...]) -> tuple[str, str]:
    """Return the name of the set that the labels are, and what they have beside it."""
    name = max((name for name in _SETS if set(_SETS[name]) <= set(labels)), key=lambda name: len(_SETS[name]))
    more = [label for label in labels if label not in _SETS[name]]
    return name, "".join(f", `{label}`" for label in more)
