"""The stack itself: nodes scraped, discovery, collector, store, Grafana, and the version of each."""

from monitoring.selectors import JOB
from monitoring.signals import NONE_IS_GOOD, SHARE, Column, Line, Listing, Signal

RATE = "$__rate_interval"

NODES_UP = Signal(
    "Nodes scraped", "Nodes whose last scrape succeeded.", "short",
    (Line(f'count(up{{job="{JOB}"}} == 1) or vector(0)', "nodes"),), steps=((None, "red"), (1, "green")),
)  # fmt: skip
NODES_DOWN = Signal(
    "Nodes not scraped", "Nodes whose last scrape failed.", "short",
    (Line(f'count(up{{job="{JOB}"}} == 0) or vector(0)', "nodes"),), steps=NONE_IS_GOOD,
)  # fmt: skip
ALERTS_FIRING = Signal(
    "Alerts firing", "Alerts that fire now, the watchdog aside.", "short",
    (Line('count(ALERTS{alertstate="firing", severity!="none"}) or vector(0)', "alerts"),), steps=NONE_IS_GOOD,
)  # fmt: skip
ALERT_LIST = Listing(
    "Alerts", "Alerts that wait or fire now; each has a page of what to do in the documentation.",
    {"alertname": "Alert", "severity": "Severity", "alertstate": "State"},
    (Column("Series", 'count by (alertname, severity, alertstate) (ALERTS{severity!="none"})'),),
    "no alert waits or fires: all is well",
)  # fmt: skip
LAST_SUCCESS = Signal(
    "Age of the last good discovery", "Time since the collector's last look at account and DNS without a failure.", "s",
    (Line("max(spcs_discovery_last_success_age_seconds)", "age"),),
    "no discovery has been without a failure since the collector began",
    steps=((None, "green"), (300, "orange"), (900, "red")),
)  # fmt: skip
VERSIONS = Listing(
    "Versions", "What runs: all parts carry one version, and the store has its own.",
    {"job": "Job", "component": "Part", "version": "Version"},
    (
        Column(
            "Parts",
            "count by (job, component, version) ("
            'label_replace(label_replace(target_info{job="otelcol"}, "version", "$1", "service_version", "(.+)"),'
            ' "component", "collector", "", "")'
            ' or label_replace(spcs_build_info, "job", "rules and boards", "", "")'
            ' or label_replace(prometheus_build_info, "component", "prometheus", "", "")'
            ' or label_replace(grafana_build_info, "component", "grafana", "", ""))',
        ),
    ),
)  # fmt: skip
UP = Signal(
    "Scrape health by node", "1 while a node's scrapes succeed, 0 while they fail.", "bool",
    (Line(f'max by (instance) (up{{job="{JOB}"}})', "{{instance}}"),), decimals=0,
)  # fmt: skip
SCRAPE_SECONDS = Signal(
    "Scrape duration by node", "Seconds that a scrape of each node takes; at 10 s it is given up.", "s",
    (Line(f'max by (instance) (scrape_duration_seconds{{job="{JOB}"}})', "{{instance}}"),),
)  # fmt: skip
SCRAPE_SHARE = Signal(
    "Samples of a scrape: share of the limit", "Samples of each node against the most that are taken of one.",
    "percentunit",
    (
        Line(
            f'max by (instance) (scrape_samples_scraped{{job="{JOB}"}}'
            f' / (scrape_sample_limit{{job="{JOB}"}} > 0))',
            "{{instance}}",
        ),
    ),
    steps=SHARE,
)  # fmt: skip
FAILURES = Signal(
    "Failures by reason", "Failures a second of the discovery and of scrapes, by reason.", "cps",
    (
        Line(f"sum by (reason) (rate(spcs_discovery_failures_total[{RATE}]))", "discovery: {{reason}}"),
        Line(f"sum by (reason) (rate(spcs_scrape_failures_total[{RATE}]))", "scrape: {{reason}}"),
    ),
    "nothing has failed since the collector began",
)  # fmt: skip
REFRESH_SECONDS = Signal(
    "Discovery: duration", "Seconds that a look at account and DNS takes.", "s",
    (Line("max(spcs_discovery_refresh_duration_seconds)", "refresh"),),
)  # fmt: skip
DISCOVERED_NODES = Signal(
    "Discovery: nodes by pool", "Nodes that the collector knows of each pool, also those kept while DNS fails.",
    "short",
    (Line("max by (snow_compute_pool_name) (spcs_discovery_nodes)", "{{snow_compute_pool_name}}"),), decimals=0,
)  # fmt: skip
COLLECTOR_POINTS = Signal(
    "Collector: samples a second", "Samples that the collector took, refused, sent, and failed to send.", "cps",
    (
        Line(f"sum(rate(otelcol_receiver_accepted_metric_points[{RATE}]))", "taken"),
        Line(f"sum(rate(otelcol_receiver_refused_metric_points[{RATE}]))", "refused"),
        Line(f"sum(rate(otelcol_exporter_sent_metric_points[{RATE}]))", "sent"),
        Line(f"sum(rate(otelcol_exporter_send_failed_metric_points[{RATE}])) or vector(0)", "failed"),
    ),
)  # fmt: skip
QUEUE = Signal(
    "Collector: queue", "Share of the queue that waits for the store; a full one refuses samples.", "percentunit",
    (Line("max(otelcol_exporter_queue_size / (otelcol_exporter_queue_capacity > 0))", "queue"),), steps=SHARE,
)  # fmt: skip
MEMORY = Signal(
    "Memory of the parts", "Resident memory of collector, store and Grafana.", "bytes",
    (
        Line("max(otelcol_process_memory_rss)", "collector"),
        Line("max by (job) (process_resident_memory_bytes)", "{{job}}"),
    ),
)  # fmt: skip
CPU = Signal(
    "CPU cores of the parts", "CPU cores that collector, store and Grafana use.", "short",
    (
        Line(f"sum(rate(otelcol_process_cpu_seconds[{RATE}]))", "collector"),
        Line(f"sum by (job) (rate(process_cpu_seconds_total[{RATE}]))", "{{job}}"),
    ),
)  # fmt: skip
SERIES = Signal(
    "Store: series", "Series that the store holds in memory.", "short",
    (Line("max(prometheus_tsdb_head_series)", "series"),), decimals=0,
)  # fmt: skip
INGESTED = Signal(
    "Store: samples a second", "Samples that the store takes.", "cps",
    (Line(f"sum(rate(prometheus_tsdb_head_samples_appended_total[{RATE}]))", "samples"),),
)  # fmt: skip
DISK = Signal(
    "Store: disk", "Bytes of blocks, write-ahead log and head chunks, and the limit of the retention if one is set.",
    "bytes",
    (
        Line("max(prometheus_tsdb_storage_blocks_bytes)", "blocks"),
        Line("max(prometheus_tsdb_wal_storage_size_bytes)", "write-ahead log"),
        Line("max(prometheus_tsdb_head_chunks_storage_size_bytes)", "head chunks"),
        Line("max(prometheus_tsdb_retention_limit_bytes > 0)", "limit", dashed=True),
    ),
)  # fmt: skip
RULE_FAILURES = Signal(
    "Store: failed rules", "Evaluations of rules that failed within the time shown.", "short",
    (Line("sum(increase(prometheus_rule_evaluation_failures_total[$__range])) or vector(0)", "failures"),),
    steps=NONE_IS_GOOD, decimals=0,
)  # fmt: skip
PARTS_UP = Signal(
    "Parts that answer", "Collector, store and Grafana: 1 while its own metrics can be read.", "bool",
    (Line(f'max by (job) (up{{job!="{JOB}"}})', "{{job}}"),), decimals=0,
)  # fmt: skip

# Metrics of the parts themselves, and of every scrape; those of the receiver stand in its metadata.yaml.
OWN_METRICS = frozenset(
    {
        "ALERTS",
        "grafana_build_info",
        "otelcol_exporter_queue_capacity",
        "otelcol_exporter_queue_size",
        "otelcol_exporter_send_failed_metric_points",
        "otelcol_exporter_sent_metric_points",
        "otelcol_process_cpu_seconds",
        "otelcol_process_memory_rss",
        "otelcol_receiver_accepted_metric_points",
        "otelcol_receiver_refused_metric_points",
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "prometheus_build_info",
        "prometheus_rule_evaluation_failures_total",
        "prometheus_tsdb_head_chunks_storage_size_bytes",
        "prometheus_tsdb_head_samples_appended_total",
        "prometheus_tsdb_head_series",
        "prometheus_tsdb_retention_limit_bytes",
        "prometheus_tsdb_storage_blocks_bytes",
        "prometheus_tsdb_wal_storage_size_bytes",
        "scrape_duration_seconds",
        "scrape_sample_limit",
        "scrape_samples_scraped",
        "spcs_build_info",
        "target_info",
        "up",
    }
)
