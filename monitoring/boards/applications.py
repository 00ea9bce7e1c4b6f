"""SPCS / Applications: which applications are scraped, how long that takes, and what they publish."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row, Timeline
from monitoring.selectors import IN_SERVICES
from monitoring.signals import applications, stack

APPLICATIONS = Board(
    uid="spcs-applications",
    title="SPCS / Applications",
    description="Metrics that services publish themselves: which are scraped, duration, share of limits, and names.",
    rows=(
        Row(
            title="Now",
            panels=(
                Number(signal=applications.answering(IN_SERVICES), width=8),
                Number(signal=applications.silent(IN_SERVICES), width=8),
                Number(signal=applications.series(IN_SERVICES), width=8),
                Grid(listing=applications.listing(IN_SERVICES)),
                Timeline(signal=applications.over_time(IN_SERVICES), states=applications.ANSWERS, width=12),
                Lines(signal=applications.samples(IN_SERVICES)),
            ),
        ),
        Row(
            title="What is wrong",
            panels=(
                Grid(listing=applications.opted_in(IN_SERVICES), width=14),
                Lines(signal=applications.failures(), width=10),
                Grid(listing=stack.APPLICATION_ALERT_LIST),
            ),
        ),
        Row(
            title="What they publish",
            panels=(
                Grid(listing=applications.names(IN_SERVICES), width=14, height=10),
                Lines(signal=applications.series_by_service(IN_SERVICES), width=10, height=10),
                Lines(signal=applications.seconds(IN_SERVICES), width=24),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service"),
    links=(("LLM serving", "spcs-llm"),),
)
