"""SPCS / Right-sizing and cost: unused requests, suggested requests, and what the pools cost."""

from monitoring.boards.model import Board, Grid, Lines, Note, Number, Row
from monitoring.prices import EFFECTIVE, SOURCE
from monitoring.signals import sizing

_BILL = (
    "Credits here are an estimate: hours in which nodes were there, times the credits of their instance family in "
    f"Snowflake's [Service Consumption Table]({SOURCE}), effective {EFFECTIVE}, as in a copy of its text that others "
    "keep: compare them with the table in effect before you rely on them. A family that is not among them costs an "
    "unknown amount. Every start of a node is billed for at least five minutes, which the estimate "
    "leaves out. The price of a credit depends on region, edition and contract: set yours above. The account's view "
    "`SNOWPARK_CONTAINER_SERVICES_HISTORY` has the billed credits, up to three hours late."
)

SIZING = Board(
    uid="spcs-sizing",
    title="SPCS / Right-sizing and cost",
    description="Unused requests, suggested requests, node hours and credits.",
    rows=(
        Row(
            title="Requested and unused",
            panels=(
                Number(signal=sizing.NODE_HOURS, width=6),
                Number(signal=sizing.CREDITS, width=6),
                Number(signal=sizing.UNUSED_NOW, width=12),
                Lines(signal=sizing.unused("cpu"), height=9),
                Lines(signal=sizing.unused("memory"), height=9),
                Grid(listing=sizing.SUGGESTIONS, height=8),
            ),
        ),
        Row(
            title="Cost",
            panels=(
                Grid(listing=sizing.COST, width=14, height=8),
                Lines(signal=sizing.REQUESTED_UNUSED_SHARE, width=10),
                Note(title="About the credits", text=_BILL),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service"),
    texts={"price_per_credit": ("Price of a credit", "2.00")},
)
