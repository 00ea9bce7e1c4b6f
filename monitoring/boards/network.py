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
            title="Denied and sent",
            panels=(
                Number(signal=network.denied_in_range(IN_SERVICES), width=6, height=10),
                Lines(signal=network.denied(IN_SERVICES), width=18, height=10),
                Lines(signal=network.talkers("transmitted"), height=10),
                Lines(signal=network.talkers("received"), height=10),
            ),
        ),
        Row(
            title="Ingress",
            panels=(
                Lines(signal=network.ingress(IN_SERVICES, "connections_active")),
                Lines(signal=network.ingress(IN_SERVICES, "cps")),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service"),
)
