"""The central store, where a deployment sends it a copy: what it takes, and what waits for it."""

from monitoring.selectors import TO_CENTRAL_STORE
from monitoring.signals import SHARE, Line, Signal
from monitoring.signals.stack import RATE

_OFF = "no central store is set"

POINTS = Signal(
    title="Central store: samples a second",
    meaning="Samples of the copy that the central store wrote, that it refused, and that the queue on the volume did "
    "not take.",
    unit="suffix:samples/s",
    lines=tuple(
        Line(expr=f"sum(rate(spcs_store_{what}_samples_total{{{TO_CENTRAL_STORE}}}[{RATE}]))", legend=what)
        for what in ("written", "refused", "dropped")
    ),
    empty=_OFF,
)
QUEUE = Signal(
    title="Central store: queue",
    meaning="Share of the queue on the volume that waits for the central store; a full one drops copies.",
    unit="percentunit",
    lines=(
        Line(
            expr=f"max(otelcol_exporter_queue_size{{{TO_CENTRAL_STORE}}}"
            f" / (otelcol_exporter_queue_capacity{{{TO_CENTRAL_STORE}}} > 0))",
            legend="queue",
        ),
    ),
    empty=_OFF,
    steps=SHARE,
)
