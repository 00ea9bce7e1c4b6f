"""What boards must show of block volumes."""

from courses import FULL_VOLUME, VOLUME, Figure

VOLUME_FIGURES: dict[str, Figure] = {
    "a full volume is full now": Figure(
        board="spcs-volumes", panel="Volumes", what="Full in", series=FULL_VOLUME, rows={VOLUME: 0}, minute=10
    ),
    "a volume that hardly grows is not years from being full": Figure(
        board="spcs-volumes",
        panel="Volumes",
        what="Full in",
        series={
            series: values.replace("100x", "10+0.00001x") if "usage" in series else values
            for series, values in FULL_VOLUME.items()
        },
        rows={VOLUME: 30 * 86_400},
        minute=10,
    ),
    "a volume with room for a day of its growth is full in a day": Figure(
        board="spcs-volumes",
        panel="Volumes",
        what="Full in",
        # 120 an hour: 240 are in use after two, and there is room for 24 times 120.
        series={series: "0+1x300" if "usage" in series else f"{240 + 24 * 120}x300" for series in FULL_VOLUME},
        rows={VOLUME: 86_400},
        minute=120,
    ),
}
