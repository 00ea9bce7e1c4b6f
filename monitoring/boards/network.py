"""SPCS / Network: what leaves and enters, what is denied, and who sends most."""

from monitoring.boards.model import Board, Lines, Number, Row
from monitoring.selectors import S
from monitoring.signals import devices

NETWORK = Board(
    uid="spcs-network",
    title="SPCS / Network",
    description="Egress, denied packets, and the connections of endpoints.",
    rows=(
        Row("Denied", (Number(devices.denied_in_range(S), width=6), Lines(devices.denied(S), width=18))),
        Row(
            "Egress",
            (
                Lines(devices.egress(S, "bytes")),
                Lines(devices.egress(S, "packets")),
                Lines(devices.talkers("transmitted")),
                Lines(devices.talkers("received")),
            ),
        ),
        Row("Ingress", (Lines(devices.ingress(S, "connections_active")), Lines(devices.ingress(S, "cps")))),
    ),
    variables=("pool", "database", "schema", "service"),
)
