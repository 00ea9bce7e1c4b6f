"""The network: egress, what the egress policy denies, and connections of endpoints."""

from monitoring.ranking import LATEST, others, top
from monitoring.restarts import packets
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
    short,
)
from monitoring.signals import NONE_IS_GOOD, Line, Signal

_NO_NETWORK = "no service that is chosen has sent or received anything"


def egress(where: str, what: str, by: str = OF_INSTANCE, name: str = INSTANCE_LEGEND) -> Signal:
    """Return bytes or packets a second to and from outside."""
    unit = {"bytes": "Bps", "packets": "suffix:packets/s"}[what]
    return Signal(
        title=f"Egress: {what} a second",
        meaning=f"{what.capitalize()} a second received from outside, and sent there.",
        unit=unit,
        lines=tuple(
            Line(
                expr=f"sum by ({by}) (rate(network_egress_{way}_{what}{{{where}}}[$__rate_interval]))",
                legend=short(where, f"{name} {way}"),
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
        unit="suffix:packets/s",
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
        unit="none",
        lines=(Line(expr=f"sum({packets('network_egress_denied_packets', where, '$__range')})", legend="denied"),),
        empty=_NO_NETWORK,
        steps=NONE_IS_GOOD,
        decimals=0,
    )


def talkers(way: str) -> Signal:
    """Return the ten services that send (transmitted) or receive (received) most."""
    verb = {"transmitted": "send", "received": "receive"}[way]
    recorded = f"spcs_service:network_egress_{way}_bytes:rate5m{{{IN_POOLS}}}"
    latest = f"sum by ({OF_SERVICE}) ({recorded}{LATEST})"
    return Signal(
        title=f"Services that {verb} most",
        meaning=f"The ten services that {verb} most bytes a second from or to outside, and the others as a sum.",
        unit="Bps",
        lines=(
            Line(expr=top(f"sum by ({OF_SERVICE}) ({recorded})", latest), legend=SERVICE_LEGEND),
            Line(expr=others(f"sum by ({OF_SERVICE}) ({recorded})", latest), legend="other services"),
        ),
        empty=_NO_NETWORK,
    )


def ingress(where: str, what: str) -> Signal:
    """Return open connections (connections_active) or new ones a second (cps) of each endpoint."""
    title, unit = {
        "connections_active": ("open connections", "none"),
        "cps": ("new connections a second", "suffix:connections/s"),
    }[what]
    expr = f"sum by ({OF_SERVICE}, {ENDPOINT}) (network_ingress_{what}{{{where}}})"
    return Signal(
        title=f"Ingress: {title}",
        meaning=f"{title.capitalize()} of each endpoint.",
        unit=unit,
        lines=(Line(expr=expr, legend=short(where, f"{SERVICE_LEGEND} {legend(ENDPOINT)}")),),
        empty="no service that is chosen has an endpoint",
    )
