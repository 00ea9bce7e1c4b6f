"""SPCS / Right-sizing and cost: what is requested in vain, what would do, and what the pools cost."""

from monitoring.boards.model import Board, Grid, Lines, Note, Number, Row
from monitoring.signals import sizing

_BILL = (
    "Credits here are an estimate: hours of nodes that published metrics, times what you set above for an hour of a "
    "node (Snowflake's consumption table has it for each instance family). What is billed stands in the account's view "
    "`SNOWPARK_CONTAINER_SERVICES_HISTORY`, up to three hours late."
)

SIZING = Board(
    "spcs-sizing",
    "SPCS / Right-sizing and cost",
    "Requests that nobody uses, requests that would do, node hours and credits.",
    (
        Row(
            "Requested and unused",
            (
                Lines(sizing.unused("cpu"), 8),
                Lines(sizing.unused("memory"), 8),
                Lines(sizing.REQUESTED_UNUSED_SHARE, 8),
                Grid(sizing.SUGGESTIONS, 12),
            ),
        ),
        Row("Cost", (Number(sizing.NODE_HOURS, 12), Number(sizing.CREDITS, 12), Note("About the credits", _BILL))),
    ),
    ("pool", "database", "schema", "service"),
    {"credits_per_node_hour": ("Credits an hour of a node", "0.11")},
)
