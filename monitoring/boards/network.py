"""SPCS / Network: what leaves and enters, what is denied, and who sends most."""

from monitoring.boards.model import Board, Lines, Number, Row
from monitoring.selectors import IN_SERVICES
from monitoring.signals import network

NETWORK = Board(
    uid="spcs-network",
    title="SPCS / Network",
    description="Egress, denied packets, and the connections of endpoints.",
    rows=(
        Row(
            "Denied",
            (Number(network.denied_in_range(IN_SERVICES), width=6), Lines(network.denied(IN_SERVICES), width=18)),
        ),
        Row(
            "Egress",
            (
                Lines(network.egress(IN_SERVICES, "bytes")),
                Lines(network.egress(IN_SERVICES, "packets")),
                Lines(network.talkers("transmitted")),
                Lines(network.talkers("received")),
            ),
        ),
        Row(
            "Ingress",
            (Lines(network.ingress(IN_SERVICES, "connections_active")), Lines(network.ingress(IN_SERVICES, "cps"))),
        ),
    ),
    variables=("pool", "database", "schema", "service"),
)
