"""Recording rules and alerts, made here and written to prometheus/rules by ./inv boards."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A series that the store computes: level:metric:operation, its query, and what it means.

    docs/metrics.md lists the meanings beside those of the published metrics.
    """

    name: str
    expr: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A condition that someone should hear of.

    name has the prefix Spcs; lasting is how long it must hold; severity is critical, warning, info or none. summary is
    the same for every series, description has their labels. board is the one that shows more, panel the title of the
    one there that shows most.
    """

    name: str
    expr: str
    lasting: str
    severity: str
    summary: str
    description: str
    board: str
    panel: str = ""

    @property
    def of_own_store(self) -> bool:
        """Whether it is about the store that judges it: what is missing there has no account."""
        return self.expr.startswith(("absent", "vector"))


def label(name: str) -> str:
    """Return the template by which a description names a label's value."""
    return f"{{{{ $labels.{name} }}}}"
