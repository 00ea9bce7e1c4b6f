"""Alerts about the stack itself: whether nodes are found and scraped, and whether samples arrive."""

from monitoring.rules import Alert, label
from monitoring.selectors import JOB, POOL

_POOL = f"pool {label(POOL)}"
_TARGET = label("instance")
_PERCENT = "{{ $value | humanizePercentage }}"

_NODE_DOWN = f'(up{{job="{JOB}"}} == 0)'
# The pool of a node that does not answer is the one that it last named.
_LAST_POOL = f"topk by (instance) (1, max by (instance, {POOL}) (last_over_time(node_cpu_capacity[1d])))"

_DISCOVERY = (
    Alert(
        name="SpcsPoolMetricsVanished",
        # Nodes that are found and do not answer have an alert of their own.
        expr=f'max by ({POOL}, state) (spcs_compute_pool_info{{state!~"STARTING|STOPPING|SUSPENDED"}})'
        f" unless on ({POOL}) spcs_pool:nodes:count unless on ({POOL}) (spcs_discovery_nodes > 0)",
        lasting="10m",
        severity="warning",
        summary="A pool that should have nodes publishes no metrics.",
        description=f"The account has {_POOL} in state {label('state')}, and no node of it is found: "
        "the role may lack MONITOR on it.",
        board="spcs-stack",
    ),
    Alert(
        name="SpcsNodeMetricsDown",
        expr=f'label_replace({_NODE_DOWN} unless on (instance) ({_LAST_POOL}), "{POOL}", "unknown", "", "")'
        f" or {_NODE_DOWN} + on (instance) group_left ({POOL}) 0 * ({_LAST_POOL})",
        lasting="3m",
        severity="critical",
        summary="A node cannot be scraped.",
        description=f"The exporter of node {_TARGET} of {_POOL} does not answer as it should.",
        board="spcs-stack",
    ),
    Alert(
        name="SpcsNoMetrics",
        # A collector that tells of pools is alive: pools without nodes have an alert of their own.
        expr=f'absent(up{{job="{JOB}"}}) unless on () count(spcs_compute_pool_info)',
        lasting="5m",
        severity="critical",
        summary="No node is scraped at all.",
        description="The collector finds no node, or does not run.",
        board="spcs-stack",
    ),
    Alert(
        name="SpcsDiscoveryFailing",
        expr="spcs_discovery_last_success_age_seconds > 900",
        lasting="5m",
        severity="warning",
        summary="Discovery has not had the account and every pool for a quarter of an hour.",
        description="The last refresh that had both was {{ $value | humanizeDuration }} ago: "
        "pools or nodes may be missing.",
        board="spcs-stack",
    ),
    Alert(
        name="SpcsSeriesNearScrapeLimit",
        expr="scrape_samples_scraped / (scrape_sample_limit > 0) > 0.8",
        lasting="15m",
        severity="warning",
        summary="A node is close to its scrape limit.",
        description=f"Node {_TARGET} is at {_PERCENT} of the limit: past it the whole scrape is lost.",
        board="spcs-stack",
    ),
)

_PIPELINE = (
    Alert(
        name="SpcsCollectorExportFailing",
        expr="(sum(rate(spcs_lost_samples_total[5m])) or vector(0))"
        " + (sum(rate(spcs_store_refused_samples_total[5m])) or vector(0)) > 0"
        " or sum(rate(otelcol_exporter_send_failed_metric_points[5m])) > 0",
        lasting="10m",
        severity="critical",
        summary="The collector loses samples before they reach the store.",
        description="{{ $value | humanize }} samples a second are lost.",
        board="spcs-stack",
    ),
    Alert(
        name="SpcsCollectorQueueNearlyFull",
        expr="max(otelcol_exporter_queue_size / (otelcol_exporter_queue_capacity > 0)) > 0.8",
        lasting="5m",
        severity="warning",
        summary="The collector's queue is nearly full.",
        description=f"{_PERCENT} of the queue waits for the store; a full queue refuses samples.",
        board="spcs-stack",
        panel="Collector: queue",
    ),
    Alert(
        name="SpcsPartDown",
        expr=f'max by (job) (up{{job!="{JOB}"}}) == 0',
        lasting="5m",
        severity="warning",
        summary="A part of the stack does not answer.",
        description=f"The metrics of {label('job')} cannot be read.",
        board="spcs-stack",
        panel="Parts that answer",
    ),
    Alert(
        name="SpcsPrometheusVolumeFilling",
        expr="(prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_wal_storage_size_bytes"
        " + prometheus_tsdb_head_chunks_storage_size_bytes) / (prometheus_tsdb_retention_limit_bytes > 0) > 1.1",
        lasting="30m",
        severity="warning",
        summary="The store holds more than its retention allows.",
        description=f"The store is at {_PERCENT} of its limit: the volume may be too small for it.",
        board="spcs-stack",
    ),
    Alert(
        name="SpcsRuleEvaluationFailing",
        expr="increase(prometheus_rule_evaluation_failures_total[5m]) > 0",
        lasting="15m",
        severity="warning",
        summary="The store cannot compute some rules.",
        description="Rules of group {{ $labels.rule_group }} fail: boards and alerts that need them are blind.",
        board="spcs-stack",
    ),
    Alert(
        name="SpcsWatchdog",
        expr="vector(1)",
        lasting="1m",
        severity="none",
        summary="Always fires: it proves that alerts arrive.",
        description="This alert always fires. When it stops arriving, other alerts do not arrive either.",
        board="spcs-stack",
    ),
)

STACK_ALERTS = (*_DISCOVERY, *_PIPELINE)
