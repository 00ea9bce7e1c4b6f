"""SPCS / Network: what leaves and enters, what is denied, and who sends most."""

from monitoring.boards.model import Board, Lines, Number, Row
from monitoring.selectors import S
from monitoring.signals import network

NETWORK = Board(
    uid="spcs-network",
    title="SPCS / Network",
    description="Egress, denied packets, and the connections of endpoints.",
    rows=(
        Row("Denied", (Number(network.denied_in_range(S), width=6), Lines(network.denied(S), width=18))),
        Row(
            "Egress",
            (
                Lines(network.egress(S, "bytes")),
                Lines(network.egress(S, "packets")),
                Lines(network.talkers("transmitted")),
                Lines(network.talkers("received")),
            ),
        ),
        Row("Ingress", (Lines(network.ingress(S, "connections_active")), Lines(network.ingress(S, "cps")))),
    ),
    variables=("pool", "database", "schema", "service"),
)
