"""SPCS / Right-sizing and cost: unused requests, suggested requests, and what the pools cost."""

from monitoring.boards.model import Board, Grid, Lines, Note, Number, Row
from monitoring.signals import sizing

_BILL = (
    "Credits here are an estimate: hours of nodes that published metrics, times what you set above for an hour of a "
    "node (Snowflake's consumption table has it for each instance family). The account's view "
    "`SNOWPARK_CONTAINER_SERVICES_HISTORY` has the billed credits, up to three hours late."
)

SIZING = Board(
    uid="spcs-sizing",
    title="SPCS / Right-sizing and cost",
    description="Unused requests, suggested requests, node hours and credits.",
    rows=(
        Row(
            "Requested and unused",
            (
                Lines(sizing.unused("cpu"), width=8),
                Lines(sizing.unused("memory"), width=8),
                Lines(sizing.REQUESTED_UNUSED_SHARE, width=8),
                Grid(sizing.SUGGESTIONS, height=12),
            ),
        ),
        Row(
            "Cost",
            (
                Number(sizing.NODE_HOURS, width=12),
                Number(sizing.CREDITS, width=12),
                Note(title="About the credits", text=_BILL),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service"),
    texts={"credits_per_node_hour": ("Credits an hour of a node", "0.11")},
)
