"""The text format of Prometheus, as client libraries write it.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# What the client libraries send; names beyond letters, digits, _ and : need the second.
PLAIN = "text/plain; version=0.0.4; charset=utf-8"
UTF_8 = "text/plain; version=1.0.0; escaping=allow-utf-8; charset=utf-8"

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One line: the name with its suffix, labels and value."""

    name: str
    labels: Labels
    value: float

    def line(self) -> str:
        """Return the line."""
        pairs = ",".join(f'{_quoted(name)}="{value}"' for name, value in self.labels.items())
        return f"{self.name}{{{pairs}}} {self.value!r}" if pairs else f"{self.name} {self.value!r}"


def _quoted(name: str) -> str:
    return name if name.isidentifier() else f'"{name}"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """All samples of one metric, with its type and help."""

    name: str
    kind: str
    text: str
    samples: tuple[Sample, ...]

    def lines(self) -> list[str]:
        """Return the family as lines."""
        head = [f"# HELP {self.name} {self.text}", f"# TYPE {self.name} {self.kind}"]
        return head + [sample.line() for sample in self.samples]


def gauge(name: str, text: str, value: float, labels: Labels | None = None) -> Family:
    """Return a gauge of one series."""
    return Family(name=name, kind="gauge", text=text, samples=(Sample(name=name, labels=labels or {}, value=value),))


def counter(name: str, text: str, values: Sequence[tuple[Labels, float]]) -> Family:
    """Return a counter; its name ends in _total."""
    samples = tuple(Sample(name=name, labels=labels, value=float(int(value))) for labels, value in values)
    return Family(name=name, kind="counter", text=text, samples=samples)


def histogram(name: str, text: str, labels: Labels, bounds: Sequence[float], count: float, typical: float) -> Family:
    """Return a classic histogram of so many observations, half of which are below the typical one."""
    total = int(count)
    buckets = [(repr(float(bound)), int(total * _share_below(bound, typical))) for bound in bounds]
    samples = [
        Sample(name=f"{name}_bucket", labels={**labels, "le": bound}, value=float(value))
        for bound, value in [*buckets, ("+Inf", total)]
    ]
    samples.append(Sample(name=f"{name}_count", labels=labels, value=float(total)))
    samples.append(Sample(name=f"{name}_sum", labels=labels, value=total * typical * 1.3))
    return Family(name=name, kind="histogram", text=text, samples=tuple(samples))


def _share_below(bound: float, typical: float) -> float:
    """Return the share of a log-logistic distribution below a bound."""
    return 1 / (1 + (typical / bound) ** 3)


def render(families: Sequence[Family]) -> str:
    """Return the body of one scrape."""
    return "\n".join(line for family in families for line in family.lines()) + "\n"
