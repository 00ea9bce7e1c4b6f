"""The network: egress, what the egress policy denies, and connections of endpoints."""

from monitoring.selectors import (
    ENDPOINT,
    IN_POOLS,
    INSTANCE_LEGEND,
    NODE_LEGEND,
    OF_INSTANCE,
    OF_NODE,
    OF_SERVICE,
    SERVICE_LEGEND,
    legend,
)
from monitoring.signals import NONE_IS_GOOD, Line, Signal

_NO_NETWORK = "no service that is chosen has sent or received anything"


def egress(where: str, what: str, by: str = OF_INSTANCE, name: str = INSTANCE_LEGEND) -> Signal:
    """Return bytes or packets a second to and from outside."""
    unit = {"bytes": "Bps", "packets": "pps"}[what]
    return Signal(
        title=f"Egress: {what} a second",
        meaning=f"{what.capitalize()} a second received from outside, and sent there.",
        unit=unit,
        lines=tuple(
            Line(
                expr=f"sum by ({by}) (rate(network_egress_{way}_{what}{{{where}}}[$__rate_interval]))",
                legend=f"{name} {way}",
            )
            for way in ("received", "transmitted")
        ),
        empty=_NO_NETWORK,
    )


def egress_of_nodes(where: str, what: str) -> Signal:
    """Return bytes or packets a second to and from outside by node."""
    return egress(where, what, OF_NODE, NODE_LEGEND)


def denied(where: str) -> Signal:
    """Return the denied packets a second."""
    return Signal(
        title="Egress: packets denied a second",
        meaning="Packets a second that were denied: a network rule or an external access integration misses a host.",
        unit="pps",
        lines=(
            Line(
                expr=f"sum by ({OF_SERVICE}) (rate(network_egress_denied_packets{{{where}}}[$__rate_interval]))",
                legend=SERVICE_LEGEND,
            ),
        ),
        empty=_NO_NETWORK,
        steps=((None, "green"), (0.001, "orange")),
    )


def denied_in_range(where: str) -> Signal:
    """Return how many packets were denied in the time shown."""
    return Signal(
        title="Packets denied in this time",
        meaning="Packets that were denied within the time shown.",
        unit="short",
        lines=(
            Line(
                expr=f"sum(ceil(increase(network_egress_denied_packets{{{where}}}[$__range]))) or vector(0)",
                legend="denied",
            ),
        ),
        steps=NONE_IS_GOOD,
        decimals=0,
    )


def talkers(way: str) -> Signal:
    """Return the ten services that send (transmitted) or receive (received) most."""
    verb = {"transmitted": "send", "received": "receive"}[way]
    recorded = f"spcs_service:network_egress_{way}_bytes:rate5m{{{IN_POOLS}}}"
    return Signal(
        title=f"Services that {verb} most",
        meaning=f"The ten services that {verb} most bytes a second from or to outside.",
        unit="Bps",
        lines=(Line(expr=f"topk(10, sum by ({OF_SERVICE}) ({recorded}))", legend=SERVICE_LEGEND),),
        empty=_NO_NETWORK,
    )


def ingress(where: str, what: str) -> Signal:
    """Return open connections (connections_active) or new ones a second (cps) of each endpoint."""
    title, unit = {"connections_active": ("open connections", "short"), "cps": ("new connections a second", "cps")}[
        what
    ]
    expr = f"sum by ({OF_SERVICE}, {ENDPOINT}) (network_ingress_{what}{{{where}}})"
    return Signal(
        title=f"Ingress: {title}",
        meaning=f"{title.capitalize()} of each endpoint.",
        unit=unit,
        lines=(Line(expr=expr, legend=f"{SERVICE_LEGEND} {legend(ENDPOINT)}"),),
        empty="no service that is chosen has an endpoint",
    )
