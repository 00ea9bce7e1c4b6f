"""What boards must show of courses that were seen in a live store: a pool that was away, and containers that leak."""

from courses import Figure, container, node

# Four nodes for twenty hours but one.
AWAY_FOR_AN_HOUR = {f"node_cpu_capacity{{{node(n)}}}": "3x1139 stale _x119 3x1140" for n in range(1, 5)}
# Three containers restart every four minutes.
LEAKING = {
    f"container_restarts{{{container(n)}}}": " ".join(f"{count}x7" for count in range(5, 35)) for n in range(1, 4)
}

LIVE_FIGURES: dict[str, Figure] = {
    "hours leave out the one in which the pool was away": Figure(
        board="spcs-sizing",
        panel="Node hours in this time",
        what="hours",
        series=AWAY_FOR_AN_HOUR,
        rows={"{}": 76},
        hours=20,
        minute=1200,
    ),
    "restarts of an hour are counted, not extrapolated": Figure(
        board="spcs-pool",
        panel="Restarts in this time",
        what="restarts",
        series=LEAKING,
        rows={"{}": 45},
        hours=1,
        minute=90,
    ),
    "containers that leak restart twelve times in a quarter of an hour": Figure(
        board="spcs-pool",
        panel="Restarts in this time",
        what="restarts",
        series=LEAKING,
        rows={"{}": 12},
        hours=0.25,
        minute=90,
    ),
}
