"""The store: its series, samples, volume, restarts and rules."""

from monitoring.selectors import APPLICATION_JOB, JOB
from monitoring.signals import CAPACITY, LIMIT, NONE_IS_GOOD, Line, Signal
from monitoring.signals.stack import RATE

# Measured, with some spare: series of rules and of the stack itself make a tenth more than nodes publish.
OWN_SERIES = 1.15
SERIES = Signal(
    title="Store: series",
    meaning="Series that the store holds in memory, and for how many the service is sized.",
    unit="short",
    lines=(
        Line(expr="max(prometheus_tsdb_head_series)", legend="series"),
        Line(expr=f"max(spcs_launcher_series_limit > 0) * {OWN_SERIES}", legend="sized for", dashed=True, color=LIMIT),
    ),
    decimals=0,
)
# What the store's own scrapes, every 30 s, and its rules add a second.
OWN_SAMPLES = (
    f'(sum(scrape_samples_post_metric_relabeling{{job!~"{JOB}|{APPLICATION_JOB}|otelcol"}}) / 30'
    " + sum(prometheus_rule_group_last_evaluation_samples / prometheus_rule_group_interval_seconds))"
)
INGESTED = Signal(
    title="Store: samples a second",
    meaning="Samples that the store takes, in order and late, and how many of them its own scrapes and rules add.",
    unit="suffix:samples/s",
    lines=(
        Line(expr=f"sum(rate(prometheus_tsdb_head_samples_appended_total[{RATE}]))", legend="in order"),
        Line(expr=f"sum(rate(prometheus_tsdb_head_out_of_order_samples_appended_total[{RATE}]))", legend="late"),
        Line(expr=OWN_SAMPLES, legend="own", dashed=True),
    ),
)
DISK = Signal(
    title="Store: disk",
    meaning="Bytes of blocks, write-ahead log and head chunks, and the limit of the retention if one is set.",
    unit="bytes",
    lines=(
        Line(expr="max(prometheus_tsdb_storage_blocks_bytes)", legend="blocks"),
        Line(expr="max(prometheus_tsdb_wal_storage_size_bytes)", legend="write-ahead log"),
        Line(expr="max(prometheus_tsdb_head_chunks_storage_size_bytes)", legend="head chunks"),
        Line(expr="max(prometheus_tsdb_retention_limit_bytes > 0)", legend="limit", dashed=True, color=LIMIT),
    ),
)
ACCEPTS = Signal(
    title="Store accepts samples",
    meaning="1 while the store keeps what it gets: its volume has room, and its own newest samples are stored.",
    unit="bool",
    # The second half needs nothing new in the store to turn 0.
    lines=(
        Line(
            expr="(min(spcs_launcher_accepts_samples) or vector(1))"
            ' * count(count_over_time(up{job="prometheus"}[1m])) or vector(0)',
            legend="accepts",
        ),
    ),
    steps=((None, "red"), (1, "green")),
)
VOLUME = Signal(
    title="Store: volume",
    meaning="Free space of the store's volume, and the floor below which samples wait in the collector.",
    unit="bytes",
    lines=(
        Line(expr="max(spcs_launcher_volume_size_bytes)", legend="size", dashed=True, color=CAPACITY),
        Line(expr="min(spcs_launcher_volume_free_bytes)", legend="free"),
        Line(expr="max(spcs_launcher_volume_floor_bytes)", legend="floor", dashed=True, color=LIMIT),
        Line(expr="min(spcs_launcher_reserve_bytes)", legend="kept for repairs", dashed=True),
    ),
)
INODES = Signal(
    title="Store: free inodes",
    meaning="Share of the volume's inodes that is free; without any no file can be made.",
    unit="percentunit",
    lines=(
        Line(expr="min(spcs_launcher_volume_free_inodes / (spcs_launcher_volume_inodes > 0))", legend="free inodes"),
    ),
    empty="the volume's file system counts no inodes",
)
RESTARTS = Signal(
    title="Store: restarts and failed writes",
    meaning="Starts of Prometheus after the first, by reason, and writes to the write-ahead log that failed.",
    unit="short",
    lines=(
        Line(expr=f"sum by (reason) (increase(spcs_launcher_restarts_total[{RATE}]))", legend="start: {{reason}}"),
        Line(expr=f"sum(increase(prometheus_tsdb_wal_writes_failed_total[{RATE}]))", legend="failed writes"),
    ),
    decimals=0,
)
RULE_FAILURES = Signal(
    title="Store: failed rules",
    meaning="Evaluations of rules that failed within the time shown.",
    unit="short",
    lines=(Line(expr="sum(round(increase(prometheus_rule_evaluation_failures_total[$__range])))", legend="failures"),),
    steps=NONE_IS_GOOD,
    decimals=0,
)
