"""Alerts about the stack itself: whether nodes are found and scraped, and whether samples arrive."""

from monitoring.rules import Alert, label
from monitoring.selectors import ACCOUNT, APPLICATION_JOB, JOB, POOL, TO_CENTRAL_STORE, TO_OWN_STORE
from monitoring.signals.stack import QUEUE_SHARE
from monitoring.signals.store import OWN_SAMPLES, OWN_SERIES

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
        # A collector that reports pools is alive: pools without nodes have an alert of their own, and a shard may have
        # none because others have all.
        expr=f'absent(up{{job="{JOB}"}}) unless on () count(spcs_compute_pool_info)'
        ' unless on () (sum(spcs_discovery_sharded_pools{owner="other_shard"}) > 0)',
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

_LOST = "sum(rate(spcs_lost_samples_total[5m]))"
_REFUSED = f"sum(rate(spcs_store_refused_samples_total{{{TO_OWN_STORE}}}[5m]))"

_PIPELINE = (
    Alert(
        name="SpcsCollectorExportFailing",
        # Where both are there they add up.
        expr=f"({_LOST} + {_REFUSED} or {_LOST} or {_REFUSED}) > 0"
        " or sum(rate(otelcol_exporter_send_failed_metric_points[5m])) > 0",
        lasting="10m",
        severity="critical",
        summary="The collector loses samples before they reach the store.",
        description="{{ $value | humanize }} samples a second are lost.",
        board="spcs-stack",
    ),
    Alert(
        name="SpcsCollectorQueueNearlyFull",
        expr=f"max({QUEUE_SHARE}) > 0.8",
        lasting="5m",
        severity="warning",
        summary="The collector's queue is nearly full.",
        description=f"{_PERCENT} of the queue waits for the store; a full queue refuses samples.",
        board="spcs-stack",
        panel="Collector: queue",
    ),
    Alert(
        name="SpcsPartDown",
        expr=f'max by (job, instance) (up{{job!~"{JOB}|{APPLICATION_JOB}"}}) == 0',
        lasting="5m",
        severity="warning",
        summary="A part of the stack does not answer.",
        description=f"The metrics of {label('job')} of {_TARGET} cannot be read.",
        board="spcs-stack",
        panel="Parts that answer",
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

# One cause, one alert: a full volume is why other writes fail. One that was full when the log was repaired has the
# room of the reserve, and none for the reserve.
_FULL = (
    "spcs_launcher_volume_free_bytes < 1.5 * spcs_launcher_volume_floor_bytes"
    " or spcs_launcher_volume_free_inodes < 0.05 * spcs_launcher_volume_inodes"
    " or spcs_launcher_reserve_bytes == 0"
)

_VOLUME = (
    Alert(
        name="SpcsPrometheusVolumeFilling",
        # Retention leaves a fifth of the volume free.
        expr="spcs_launcher_volume_free_bytes / spcs_launcher_volume_size_bytes < 0.15"
        " and predict_linear(spcs_launcher_volume_free_bytes[1h], 86400) < spcs_launcher_volume_floor_bytes"
        f" unless on ({ACCOUNT}) ({_FULL})",
        lasting="15m",
        severity="warning",
        summary="The store's volume will be full within a day.",
        description=f"{_PERCENT} of the volume is free, less than retention leaves, and it is filling.",
        board="spcs-stack",
        panel="Store: volume",
    ),
    Alert(
        name="SpcsPrometheusVolumeFull",
        expr=_FULL,
        lasting="1m",
        severity="critical",
        summary="The store's volume is full: samples wait in the collector's queue.",
        description="Once the queue is full, new samples are lost.",
        board="spcs-stack",
        panel="Store: volume",
    ),
    Alert(
        name="SpcsPrometheusLogFailing",
        # The launcher repairs the log by another start, after which Prometheus counts from 0.
        expr="(sum(increase(prometheus_tsdb_wal_writes_failed_total[5m])) > 0"
        ' or sum(increase(spcs_launcher_restarts_total{reason="repair"}[5m])) > 0'
        " or sum(spcs_launcher_accepts_samples == bool 0) > 0)"
        f" unless on ({ACCOUNT}) ({_FULL})",
        lasting="1m",
        severity="critical",
        summary="The store cannot write its write-ahead log.",
        description="Writes to the volume have failed: it is full, or broken.",
        board="spcs-stack",
        panel="Store: restarts and failed writes",
    ),
    Alert(
        name="SpcsPrometheusStoresNothing",
        # Says so even when nothing new can be stored, because that is what it looks for.
        expr='absent_over_time(up{job="prometheus"}[1m])',
        lasting="1m",
        severity="critical",
        summary="The store has stored nothing for a minute, not even its own metrics.",
        description="Boards show the past, and other alerts judge it.",
        board="spcs-stack",
        panel="Store accepts samples",
    ),
    Alert(
        name="SpcsPrometheusDropsSamples",
        # What the store adds by its own scrapes and rules must not stand in for what the collector has sent.
        expr=f"sum(rate(spcs_store_written_samples_total{{{TO_OWN_STORE}}}[5m]))"
        " > 1.1 * (sum(rate(prometheus_tsdb_head_samples_appended_total[5m]))"
        " + sum(rate(prometheus_tsdb_head_out_of_order_samples_appended_total[5m]))"
        f" - {OWN_SAMPLES})",
        lasting="10m",
        severity="critical",
        summary="The store acknowledges samples that it does not keep.",
        description="{{ $value | humanize }} samples a second are acknowledged, and fewer are stored.",
        board="spcs-stack",
        panel="Store: samples a second",
    ),
)

_PARTS = (
    Alert(
        name="SpcsPrometheusRestartingOften",
        expr='increase(spcs_launcher_restarts_total{reason="ended"}[30m]) > 1.5',
        lasting="1m",
        severity="warning",
        summary="Prometheus ends by itself again and again.",
        description="It was started {{ $value | humanize }} times in half an hour.",
        board="spcs-stack",
        panel="Store: restarts and failed writes",
    ),
)

_COPIES = f"rate(spcs_store_{{}}_samples_total{{{{{TO_CENTRAL_STORE}}}}}[5m])"

_CENTRAL = (
    Alert(
        name="SpcsCentralStoreFailing",
        # Each service sends by itself: one that stands still must not hide behind another.
        expr=f"(sum by (instance) ({_COPIES.format('written')}) == 0)"
        f" or (sum by (instance) ({_COPIES.format('refused')} + {_COPIES.format('dropped')}) > 0)",
        lasting="15m",
        severity="warning",
        summary="The central store does not take all samples.",
        description=f"It takes none of {_TARGET}, or refuses some, or the queue for it is full; the service's own store"
        " has all.",
        board="spcs-stack",
        panel="Central store: samples a second",
    ),
)

_SIZE = (
    Alert(
        name="SpcsStackOutgrown",
        expr=f"max(prometheus_tsdb_head_series) / {OWN_SERIES} > max(spcs_launcher_series_limit > 0)",
        lasting="30m",
        severity="warning",
        summary="There are more series than the service's memory is meant for.",
        description="Nodes publish about {{ $value | humanize }} series: collector and store may run out of memory.",
        board="spcs-stack",
        panel="Store: series",
    ),
)

STACK_ALERTS = (*_DISCOVERY, *_PIPELINE, *_VOLUME, *_PARTS, *_CENTRAL, *_SIZE)
