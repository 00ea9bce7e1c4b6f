"""Alerts about the stack itself: whether nodes are found and scraped, and whether samples arrive."""

from monitoring.rules import Alert, label
from monitoring.selectors import JOB, POOL

_POOL = f"pool {label(POOL)}"
_TARGET = label("instance")
_PERCENT = "{{ $value | humanizePercentage }}"

_DISCOVERY = (
    Alert(
        name="SpcsPoolMetricsVanished",
        expr=f"spcs_pool:nodes:count offset 15m unless on ({POOL}) spcs_pool:nodes:count",
        lasting="10m",
        severity="info",
        summary="A pool has stopped publishing metrics.",
        description=f"The nodes of {_POOL} are gone: it was suspended or dropped, or the role lost MONITOR on it.",
        board="spcs-stack",
    ),
    Alert(
        name="SpcsNodeMetricsDown",
        expr=f'up{{job="{JOB}"}} == 0',
        lasting="3m",
        severity="critical",
        summary="A node cannot be scraped.",
        description=f"The exporter of node {_TARGET} does not answer as it should.",
        board="spcs-stack",
    ),
    Alert(
        name="SpcsNoMetrics",
        expr=f'absent(up{{job="{JOB}"}})',
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
        expr="sum(rate(spcs_lost_samples_total[5m])) + sum(rate(spcs_store_refused_samples_total[5m])) > 0"
        " or sum(rate(otelcol_exporter_send_failed_metric_points[5m])) > 0",
        lasting="10m",
        severity="critical",
        summary="The collector loses samples before they reach the store.",
        description="{{ $value | humanize }} samples a second are lost.",
        board="spcs-stack",
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
        lasting="0m",
        severity="none",
        summary="Always fires: it proves that alerts arrive.",
        description="This alert always fires. When it stops arriving, other alerts do not arrive either.",
        board="spcs-stack",
    ),
)

STACK_ALERTS = (*_DISCOVERY, *_PIPELINE)
