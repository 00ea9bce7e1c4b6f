"""The stack itself: nodes scraped, discovery, collector, Grafana, and the version of each."""

from monitoring.selectors import (
    ACCOUNT,
    APPLICATION_JOB,
    DATABASE,
    IN_POOLS,
    JOB,
    POOL,
    SCHEMA,
    SERVICE,
    TO_OWN_STORE,
    legend,
)
from monitoring.signals import NONE_IS_GOOD, NONE_IS_PLAIN, SHARE, Column, Line, Listing, Signal

RATE = "$__rate_interval"

NODES_UP = Signal(
    title="Nodes scraped",
    meaning="Nodes whose last scrape succeeded.",
    unit="short",
    lines=(Line(expr=f'count(up{{job="{JOB}"}} == 1) or count(up{{job="{JOB}"}}) * 0', legend="nodes"),),
    steps=((None, "red"), (1, "green")),
)
NODES_DOWN = Signal(
    title="Nodes not scraped",
    meaning="Nodes whose last scrape failed.",
    unit="short",
    lines=(Line(expr=f'count(up{{job="{JOB}"}} == 0) or count(up{{job="{JOB}"}}) * 0', legend="nodes"),),
    steps=NONE_IS_GOOD,
)
# Whoever publishes an application must not change what boards of the platform show.
_OF_PLATFORM, _OF_APPLICATIONS = 'alertname!~"SpcsApplication.+"', 'alertname=~"SpcsApplication.+"'
_FIRING = f'alertstate="firing", severity!="none", {_OF_PLATFORM}'

ALERTS_FIRING = Signal(
    title="Alerts firing",
    meaning="Alerts that fire now. The watchdog, which shows that they are evaluated, does not count; alerts about "
    "applications are on their board.",
    unit="none",
    lines=(
        Line(
            expr=f'count(ALERTS{{{_FIRING}}}) or count(ALERTS{{severity="none"}}) * 0',
            legend="alerts",
        ),
    ),
    empty="alerts are not evaluated",
    steps=NONE_IS_GOOD,
)


def _list_alerts(title: str, which: str) -> Listing:
    return Listing(
        title=title,
        meaning="Alerts that fire, by severity, and alerts that soon may, with the pool and service that they are "
        "about. Click on an alert for its runbook, on a pool or service to open it.",
        keys={"alertname": "Alert", POOL: "Pool", DATABASE: "Database", SCHEMA: "Schema", SERVICE: "Service"},
        columns=(
            Column(
                title="State",
                expr=f"max by (alertname, {POOL}, {DATABASE}, {SCHEMA}, {SERVICE}) ("
                f'ALERTS{{alertstate="firing", severity="critical", {which}}} * 4'
                f' or ALERTS{{alertstate="firing", severity="warning", {which}}} * 3'
                f' or ALERTS{{alertstate="firing", severity="info", {which}}} * 2'
                f' or ALERTS{{alertstate="pending", severity!="none", {which}}})',
                unit="none",
                texts={
                    "1": ("pending", "text"),
                    "2": ("info", "blue"),
                    "3": ("warning", "orange"),
                    "4": ("critical", "red"),
                },
            ),
        ),
        empty="no alert is pending or firing",
        hidden=("Database", "Schema"),
        links=(("Alert", "runbook"), ("Pool", "spcs-pool"), ("Service", "spcs-service")),
    )


ALERT_LIST = _list_alerts("Alerts", _OF_PLATFORM)
APPLICATION_ALERT_LIST = _list_alerts("Alerts about applications", _OF_APPLICATIONS)
_ANY_ACCOUNT = f'{ACCOUNT}=~".+"'
_IN_ANY_ACCOUNT = f"{IN_POOLS}, {_ANY_ACCOUNT}"
_KNOWN = f"sum by ({ACCOUNT}) (spcs_pool:nodes:known{{{_IN_ANY_ACCOUNT}}})"
ACCOUNT_LIST = Listing(
    title="Accounts",
    meaning="Every account of which the store has series; all else on the boards is of the one that is chosen above. "
    "Click on an account to choose it.",
    keys={ACCOUNT: "Account"},
    columns=(
        Column(
            title="Alerts",
            expr=f"count by ({ACCOUNT}) (ALERTS{{{_FIRING}, {_ANY_ACCOUNT}}}) or {_KNOWN} * 0",
            unit="none",
            steps=NONE_IS_PLAIN,
        ),
        Column(title="Nodes", expr=_KNOWN, unit="none"),
        Column(title="Publish", expr=f"sum by ({ACCOUNT}) (spcs_pool:nodes:count{{{_IN_ANY_ACCOUNT}}})", unit="none"),
        Column(title="Running", expr=f"sum by ({ACCOUNT}) (container_state_running{{{_IN_ANY_ACCOUNT}}})", unit="none"),
        Column(
            title="Pending",
            expr=f"sum by ({ACCOUNT}) (container_state_pending{{{_IN_ANY_ACCOUNT}}})",
            unit="none",
            steps=NONE_IS_PLAIN,
        ),
    ),
    empty="the collector does not know the name of its account",
    links=(("Account", "spcs-home"),),
)
LAST_SUCCESS = Signal(
    title="Last good discovery",
    meaning="Time since the collector's last refresh from account and DNS without a failure.",
    unit="s",
    lines=(Line(expr="max(spcs_discovery_last_success_age_seconds)", legend="age"),),
    empty="no discovery has succeeded since the collector started",
    steps=((None, "green"), (300, "orange"), (900, "red")),
)
VERSIONS = Listing(
    title="Versions",
    meaning="What runs: collector, rules and boards share one version; Prometheus and Grafana have their own.",
    keys={"job": "Job", "component": "Part", "version": "Version"},
    columns=(
        Column(
            title="Parts",
            expr="count by (job, component, version) ("
            'label_replace(label_replace(target_info{job="otelcol"}, "version", "$1", "service_version", "(.+)"),'
            ' "component", "collector", "", "")'
            ' or label_replace(spcs_build_info, "job", "rules and boards", "", "")'
            ' or label_replace(prometheus_build_info, "component", "prometheus", "", "")'
            ' or label_replace(grafana_build_info, "component", "grafana", "", ""))',
        ),
    ),
)
# Values of what answers or does not -> text and colour.
ANSWERS = {"0": ("does not answer", "red"), "1": ("answers", "green")}
UP = Signal(
    title="Scrape health by node",
    meaning="1 while a node's scrapes succeed, 0 while they fail.",
    unit="none",
    lines=(Line(expr=f'max by (instance) (up{{job="{JOB}"}})', legend="{{instance}}"),),
    decimals=0,
)
SCRAPE_SECONDS = Signal(
    title="Scrape duration by node",
    meaning="Seconds that a scrape of each node takes; it times out at 10 s.",
    unit="s",
    lines=(Line(expr=f'max by (instance) (scrape_duration_seconds{{job="{JOB}"}})', legend="{{instance}}"),),
)
SCRAPE_SHARE = Signal(
    title="Samples of a scrape: share of the limit",
    meaning="Samples of each node's scrape as a share of the limit; past it the scrape is lost.",
    unit="percentunit",
    lines=(
        Line(
            expr=f'max by (instance) (scrape_samples_scraped{{job="{JOB}"}}'
            f' / (scrape_sample_limit{{job="{JOB}"}} > 0))',
            legend="{{instance}}",
        ),
    ),
    steps=SHARE,
)
FAILURES = Signal(
    title="Failures by reason",
    meaning="Failures a second of the discovery and of scrapes, by reason.",
    unit="suffix:failures/s",
    lines=(
        Line(expr=f"sum by (reason) (rate(spcs_discovery_failures_total[{RATE}]))", legend="discovery: {{reason}}"),
        Line(expr=f"sum by (reason) (rate(spcs_scrape_failures_total[{RATE}]))", legend="scrape: {{reason}}"),
    ),
    empty="nothing has failed since the collector started",
)
REFRESH_SECONDS = Signal(
    title="Discovery: duration",
    meaning="Seconds that a refresh from account and DNS takes.",
    unit="s",
    lines=(Line(expr="max(spcs_discovery_refresh_duration_seconds)", legend="refresh"),),
)
DISCOVERED_NODES = Signal(
    title="Discovery: nodes by pool",
    meaning="Nodes that the collector knows of each pool, also those kept while DNS fails.",
    unit="short",
    lines=(Line(expr=f"max by ({POOL}) (spcs_discovery_nodes)", legend=legend(POOL)),),
    decimals=0,
)
COLLECTOR_POINTS = Signal(
    title="Collector: samples a second",
    meaning="Samples scraped, written by the store, refused by it, and lost because the queue was full.",
    unit="suffix:samples/s",
    lines=(
        Line(expr=f"sum(rate(spcs_scraped_samples_total[{RATE}]))", legend="scraped"),
        Line(expr=f"sum(rate(spcs_store_written_samples_total{{{TO_OWN_STORE}}}[{RATE}]))", legend="written"),
        Line(expr=f"sum(rate(spcs_store_refused_samples_total{{{TO_OWN_STORE}}}[{RATE}]))", legend="refused"),
        Line(expr=f"sum(rate(spcs_lost_samples_total[{RATE}]))", legend="lost"),
    ),
)
QUEUE_SHARE = f"otelcol_exporter_queue_size{{{TO_OWN_STORE}}} / (otelcol_exporter_queue_capacity{{{TO_OWN_STORE}}} > 0)"
QUEUE = Signal(
    title="Collector: queue",
    meaning="Share of the queue that waits for the store; a full one refuses samples.",
    unit="percentunit",
    lines=(Line(expr=f"max({QUEUE_SHARE})", legend="queue"),),
    steps=SHARE,
)
MEMORY = Signal(
    title="Memory of the parts",
    meaning="Resident memory of collector, store and Grafana.",
    unit="bytes",
    lines=(
        Line(expr="max(otelcol_process_memory_rss)", legend="collector"),
        Line(expr="max by (job) (process_resident_memory_bytes)", legend="{{job}}"),
    ),
)
CPU = Signal(
    title="CPU cores of the parts",
    meaning="CPU cores that collector, store and Grafana use.",
    unit="short",
    lines=(
        Line(expr=f"sum(rate(otelcol_process_cpu_seconds[{RATE}]))", legend="collector"),
        Line(expr=f"sum by (job) (rate(process_cpu_seconds_total[{RATE}]))", legend="{{job}}"),
    ),
)
PARTS_UP = Signal(
    title="Parts that answer",
    meaning="Collector, store, its launcher and Grafana, of each service: 1 while its own metrics can be read.",
    unit="none",
    lines=(Line(expr=f'max by (job, instance) (up{{job!~"{JOB}|{APPLICATION_JOB}"}})', legend="{{job}} {{instance}}"),),
    decimals=0,
)

# Metrics of the parts themselves, and of every scrape; those of the receiver stand in its metadata.yaml.
OWN_METRICS = frozenset(
    {
        "ALERTS",
        "grafana_build_info",
        "otelcol_exporter_queue_capacity",
        "otelcol_exporter_queue_size",
        "otelcol_process_cpu_seconds",
        "otelcol_process_memory_rss",
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
        "prometheus_rule_group_interval_seconds",
        "prometheus_rule_group_last_evaluation_samples",
        "prometheus_tsdb_head_out_of_order_samples_appended_total",
        "prometheus_tsdb_wal_writes_failed_total",
        "scrape_body_size_bytes",
        "scrape_duration_seconds",
        "scrape_sample_limit",
        "scrape_samples_post_metric_relabeling",
        "scrape_samples_scraped",
        "spcs_build_info",
        "spcs_launcher_accepts_samples",
        "spcs_launcher_reserve_bytes",
        "spcs_launcher_restarts_total",
        "spcs_launcher_series_limit",
        "spcs_launcher_volume_floor_bytes",
        "spcs_launcher_volume_free_bytes",
        "spcs_launcher_volume_free_inodes",
        "spcs_launcher_volume_inodes",
        "spcs_launcher_volume_size_bytes",
        "target_info",
        "up",
    }
)
