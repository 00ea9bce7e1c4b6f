"""Alerts. Each has a page in docs/runbooks and a scenario in the tests: silent before, firing after."""

from collections.abc import Iterator

from monitoring.rules import Alert
from monitoring.selectors import JOB, OF_SERVICE, POOL

_CONTAINER = (
    "{{ $labels.snow_database_name }}.{{ $labels.snow_schema_name }}.{{ $labels.snow_service_name }} instance "
    "{{ $labels.snow_service_container_instance }} container {{ $labels.snow_service_container_name }}"
)
_SERVICE = "{{ $labels.snow_database_name }}.{{ $labels.snow_schema_name }}.{{ $labels.snow_service_name }}"
_POOL = "pool {{ $labels.snow_compute_pool_name }}"
_NODE = "node {{ $labels.snow_compute_pool_node_id }} of pool {{ $labels.snow_compute_pool_name }}"
_PERCENT = "{{ $value | humanizePercentage }}"
# Jobs end by themselves; only what is meant to go on running is missed.
_SERVICES_ONLY = 'snow_service_type!~"(?i).*job.*"'


def _containers() -> Iterator[Alert]:
    yield Alert(
        "SpcsContainerOOMKilled",
        "increase(container_restarts[10m]) > 0 and ignoring (reason)"
        ' (container_state_last_finished_reason{reason="FailedWithOOM"} == 1)',
        "0m", "warning", "A container was killed since it reached its memory limit.",
        f"{_CONTAINER} was killed at its memory limit within the last 10 minutes.", "spcs-container",
    )  # fmt: skip
    yield Alert(
        "SpcsContainerRestartingOften",
        "increase(container_restarts[15m]) > 2",
        "5m", "critical", "A container restarts again and again.",
        f"{_CONTAINER} restarted {{{{ $value | humanize }}}} times within 15 minutes.", "spcs-container",
    )  # fmt: skip
    yield Alert(
        "SpcsContainerExitedNonZero",
        "changes(container_restarts[15m]) > 0 and container_state_last_finished_exitcode != 0",
        "0m", "info", "A container restarted after an exit code other than 0.",
        f"{_CONTAINER} ended with an error and was restarted.", "spcs-container",
    )  # fmt: skip
    yield Alert(
        "SpcsContainerPendingTooLong",
        'max without (reason) (container_state_pending_reason{reason!~"Initializing|Creating"}) == 1',
        "5m", "critical", "A container cannot start.",
        f"{_CONTAINER} waits for a reason that does not pass by itself, such as an image that cannot be pulled.",
        "spcs-container",
    )  # fmt: skip
    yield Alert(
        "SpcsContainerStartSlow",
        "container_state_pending == 1",
        "15m", "warning", "A container has been waiting for a quarter of an hour.",
        f"{_CONTAINER} is still pending.", "spcs-container",
    )  # fmt: skip
    yield Alert(
        "SpcsServiceNotRunning",
        f"count by ({POOL}, {OF_SERVICE}) (container_state_pending{{{_SERVICES_ONLY}}} == 1)"
        f" unless on ({POOL}, {OF_SERVICE}) count by ({POOL}, {OF_SERVICE}) (container_state_running == 1)",
        "10m", "critical", "A service has no running container.",
        f"{_SERVICE} has {{{{ $value }}}} pending containers and none that runs.", "spcs-service",
    )  # fmt: skip


def _resources() -> Iterator[Alert]:
    yield Alert(
        "SpcsContainerMemoryNearLimit",
        "spcs_container:container_memory_usage:ratio_limit > 0.9",
        "10m", "warning", "A container is near its memory limit.",
        f"{_CONTAINER} uses {_PERCENT} of its memory limit.", "spcs-container",
    )  # fmt: skip
    yield Alert(
        "SpcsContainerCPUSaturated",
        "spcs_container:container_cpu_usage:ratio_limit > 0.95",
        "15m", "warning", "A container runs at its CPU limit.",
        f"{_CONTAINER} uses {_PERCENT} of its CPU limit and is slowed down.", "spcs-container",
    )  # fmt: skip
    yield Alert(
        "SpcsNodeMemoryHigh",
        "spcs_node:container_memory_usage:ratio > 0.9",
        "15m", "warning", "A node has little memory left.",
        f"The containers on {_NODE} use {_PERCENT} of its memory.", "spcs-node",
    )  # fmt: skip
    yield Alert(
        "SpcsPoolHasNoHeadroom",
        "spcs_pool:container_memory_requested:ratio > 0.9 or spcs_pool:container_cpu_requested:ratio > 0.9",
        "15m", "warning", "A pool has no room for another instance.",
        f"{_PERCENT} of {_POOL} is requested.", "spcs-pool",
    )  # fmt: skip
    yield Alert(
        "SpcsRequestsFarAboveUse",
        f"sum by ({POOL}) (spcs_service:container_memory_requested_unused:sum)"
        f" / on ({POOL}) spcs_pool:node_memory_capacity:sum > 0.5",
        "6h", "info", "Half of a pool is reserved and not used.",
        f"{_PERCENT} of the memory of {_POOL} is requested and was not used for an hour.", "spcs-sizing",
    )  # fmt: skip
    yield Alert(
        "SpcsGpuMemoryNearCapacity",
        "spcs_gpu:container_gpu_memory_usage:ratio > 0.95",
        "10m", "warning", "A GPU's memory is almost full.",
        f"GPU {{{{ $labels.gpu }}}} on {_NODE} has {_PERCENT} of its memory in use.", "spcs-gpu",
    )  # fmt: skip
    yield Alert(
        "SpcsGpuIdle",
        "avg_over_time(spcs_gpu:container_gpu_utilization:avg[6h]) < 0.05",
        "1h", "info", "A GPU is paid for and hardly used.",
        f"GPU {{{{ $labels.gpu }}}} on {_NODE} was in use for {_PERCENT} of six hours.", "spcs-gpu",
    )  # fmt: skip


def _volumes_and_network() -> Iterator[Alert]:
    volume = f"Volume {{{{ $labels.snow_volume_name }}}} of {_SERVICE} instance {{{{ $labels.snow_volume_replica }}}}"
    yield Alert(
        "SpcsVolumeAlmostFull",
        "spcs_volume:volume_usage:ratio > 0.97",
        "1m", "critical", "A block volume is full.",
        f"{volume} is {_PERCENT} full: writes will fail.", "spcs-volumes",
    )  # fmt: skip
    yield Alert(
        "SpcsVolumeFillingUp",
        "spcs_volume:volume_usage:ratio > 0.85 and predict_linear(volume_usage[6h], 4 * 86400) > volume_capacity",
        "1h", "warning", "A block volume will be full within four days.",
        f"{volume} is {_PERCENT} full and goes on growing.", "spcs-volumes",
    )  # fmt: skip
    yield Alert(
        "SpcsEgressDenied",
        "spcs_service:network_egress_denied_packets:rate5m > 0",
        "10m", "warning", "A service tries to reach what it may not.",
        f"{{{{ $value | humanize }}}} packets a second of {_SERVICE} are denied.", "spcs-network",
    )  # fmt: skip


def _discovery() -> Iterator[Alert]:
    yield Alert(
        "SpcsPoolMetricsVanished",
        f"spcs_pool:nodes:count offset 15m unless on ({POOL}) spcs_pool:nodes:count",
        "10m", "info", "A pool publishes no metrics any more.",
        f"The nodes of {_POOL} are gone: it was suspended or dropped, or the role lost MONITOR on it.", "spcs-stack",
    )  # fmt: skip
    yield Alert(
        "SpcsNodeMetricsDown",
        f'up{{job="{JOB}"}} == 0',
        "3m", "critical", "A node cannot be scraped.",
        "The publisher of node {{ $labels.instance }} does not answer as it should.", "spcs-stack",
    )  # fmt: skip
    yield Alert(
        "SpcsNoMetrics",
        f'absent(up{{job="{JOB}"}})',
        "5m", "critical", "No node is scraped at all.",
        "The collector finds no node, or does not run.", "spcs-stack",
    )  # fmt: skip
    yield Alert(
        "SpcsDiscoveryFailing",
        "spcs_discovery_last_success_age_seconds > 900",
        "5m", "warning", "The discovery has had failures for a quarter of an hour.",
        "The last refresh without a failure was {{ $value | humanizeDuration }} ago: pools or nodes may be missing.",
        "spcs-stack",
    )  # fmt: skip
    yield Alert(
        "SpcsSeriesNearScrapeLimit",
        "scrape_samples_scraped / (scrape_sample_limit > 0) > 0.8",
        "15m", "warning", "A node publishes almost as much as is taken from it.",
        f"Node {{{{ $labels.instance }}}} is at {_PERCENT} of the limit: past it all of its metrics are lost.",
        "spcs-stack",
    )  # fmt: skip


def _pipeline() -> Iterator[Alert]:
    yield Alert(
        "SpcsCollectorExportFailing",
        'sum(rate({__name__=~"otelcol_exporter_(?:send|enqueue)_failed_metric_points"}[5m])) > 0',
        "10m", "critical", "The collector loses samples before they reach the store.",
        "{{ $value | humanize }} samples a second are lost.", "spcs-stack",
    )  # fmt: skip
    yield Alert(
        "SpcsPrometheusVolumeFilling",
        "(prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_wal_storage_size_bytes"
        " + prometheus_tsdb_head_chunks_storage_size_bytes) / (prometheus_tsdb_retention_limit_bytes > 0) > 1.1",
        "30m", "warning", "The store holds more than its retention allows.",
        f"The store is at {_PERCENT} of its limit: the volume may be too small for it.", "spcs-stack",
    )  # fmt: skip
    yield Alert(
        "SpcsRuleEvaluationFailing",
        "increase(prometheus_rule_evaluation_failures_total[5m]) > 0",
        "15m", "warning", "The store cannot compute some rules.",
        "Rules of group {{ $labels.rule_group }} fail: boards and alerts that need them are blind.", "spcs-stack",
    )  # fmt: skip
    yield Alert(
        "SpcsWatchdog",
        "vector(1)",
        "0m", "none", "Always fires: it proves that alerts arrive.",
        "This alert is always on. Whoever misses it knows that no alert would arrive.", "spcs-stack",
    )  # fmt: skip


ALERTS: dict[str, Alert] = {
    alert.name: alert for alert in (*_containers(), *_resources(), *_volumes_and_network(), *_discovery(), *_pipeline())
}
