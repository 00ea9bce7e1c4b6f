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
        name="SpcsContainerOOMKilled",
        expr="increase(container_restarts[10m]) > 0 and ignoring (reason)"
        ' (container_state_last_finished_reason{reason="FailedWithOOM"} == 1)',
        lasting="0m",
        severity="warning",
        summary="A container was killed since it reached its memory limit.",
        description=f"{_CONTAINER} was killed at its memory limit within the last 10 minutes.",
        board="spcs-container",
    )
    yield Alert(
        name="SpcsContainerRestartingOften",
        expr="increase(container_restarts[15m]) > 2",
        lasting="5m",
        severity="critical",
        summary="A container restarts again and again.",
        description=f"{_CONTAINER} restarted {{{{ $value | humanize }}}} times within 15 minutes.",
        board="spcs-container",
    )
    yield Alert(
        name="SpcsContainerExitedNonZero",
        expr="changes(container_restarts[15m]) > 0 and container_state_last_finished_exitcode != 0",
        lasting="0m",
        severity="info",
        summary="A container restarted after an exit code other than 0.",
        description=f"{_CONTAINER} ended with an error and was restarted.",
        board="spcs-container",
    )
    yield Alert(
        name="SpcsContainerPendingTooLong",
        expr='max without (reason) (container_state_pending_reason{reason!~"Initializing|Creating"}) == 1',
        lasting="5m",
        severity="critical",
        summary="A container cannot start.",
        description=f"{_CONTAINER} waits for a reason that does not pass by itself, such as an image that cannot be pulled.",
        board="spcs-container",
    )
    yield Alert(
        name="SpcsContainerStartSlow",
        expr="container_state_pending == 1",
        lasting="15m",
        severity="warning",
        summary="A container has been waiting for a quarter of an hour.",
        description=f"{_CONTAINER} is still pending.",
        board="spcs-container",
    )
    yield Alert(
        name="SpcsServiceNotRunning",
        expr=f"count by ({POOL}, {OF_SERVICE}) (container_state_pending{{{_SERVICES_ONLY}}} == 1)"
        f" unless on ({POOL}, {OF_SERVICE}) count by ({POOL}, {OF_SERVICE}) (container_state_running == 1)",
        lasting="10m",
        severity="critical",
        summary="A service has no running container.",
        description=f"{_SERVICE} has {{{{ $value }}}} pending containers and none that runs.",
        board="spcs-service",
    )


def _resources() -> Iterator[Alert]:
    yield Alert(
        name="SpcsContainerMemoryNearLimit",
        expr="spcs_container:container_memory_usage:ratio_limit > 0.9",
        lasting="10m",
        severity="warning",
        summary="A container is near its memory limit.",
        description=f"{_CONTAINER} uses {_PERCENT} of its memory limit.",
        board="spcs-container",
    )
    yield Alert(
        name="SpcsContainerCPUSaturated",
        expr="spcs_container:container_cpu_usage:ratio_limit > 0.95",
        lasting="15m",
        severity="warning",
        summary="A container runs at its CPU limit.",
        description=f"{_CONTAINER} uses {_PERCENT} of its CPU limit and is slowed down.",
        board="spcs-container",
    )
    yield Alert(
        name="SpcsNodeMemoryHigh",
        expr="spcs_node:container_memory_usage:ratio > 0.9",
        lasting="15m",
        severity="warning",
        summary="A node has little memory left.",
        description=f"The containers on {_NODE} use {_PERCENT} of its memory.",
        board="spcs-node",
    )
    yield Alert(
        name="SpcsPoolHasNoHeadroom",
        expr="spcs_pool:container_memory_requested:ratio > 0.9 or spcs_pool:container_cpu_requested:ratio > 0.9",
        lasting="15m",
        severity="warning",
        summary="A pool has no room for another instance.",
        description=f"{_PERCENT} of {_POOL} is requested.",
        board="spcs-pool",
    )
    yield Alert(
        name="SpcsRequestsFarAboveUse",
        expr=f"sum by ({POOL}) (spcs_service:container_memory_requested_unused:sum)"
        f" / on ({POOL}) spcs_pool:node_memory_capacity:sum > 0.5",
        lasting="6h",
        severity="info",
        summary="Half of a pool is reserved and not used.",
        description=f"{_PERCENT} of the memory of {_POOL} is requested and was not used for an hour.",
        board="spcs-sizing",
    )
    yield Alert(
        name="SpcsGpuMemoryNearCapacity",
        expr="spcs_gpu:container_gpu_memory_usage:ratio > 0.95",
        lasting="10m",
        severity="warning",
        summary="A GPU's memory is almost full.",
        description=f"GPU {{{{ $labels.gpu }}}} on {_NODE} has {_PERCENT} of its memory in use.",
        board="spcs-gpu",
    )
    yield Alert(
        name="SpcsGpuIdle",
        expr="avg_over_time(spcs_gpu:container_gpu_utilization:avg[6h]) < 0.05",
        lasting="1h",
        severity="info",
        summary="A GPU is paid for and hardly used.",
        description=f"GPU {{{{ $labels.gpu }}}} on {_NODE} was in use for {_PERCENT} of six hours.",
        board="spcs-gpu",
    )


def _volumes_and_network() -> Iterator[Alert]:
    volume = f"Volume {{{{ $labels.snow_volume_name }}}} of {_SERVICE} instance {{{{ $labels.snow_volume_replica }}}}"
    yield Alert(
        name="SpcsVolumeAlmostFull",
        expr="spcs_volume:volume_usage:ratio > 0.97",
        lasting="1m",
        severity="critical",
        summary="A block volume is full.",
        description=f"{volume} is {_PERCENT} full: writes will fail.",
        board="spcs-volumes",
    )
    yield Alert(
        name="SpcsVolumeFillingUp",
        expr="spcs_volume:volume_usage:ratio > 0.85 and predict_linear(volume_usage[6h], 4 * 86400) > volume_capacity",
        lasting="1h",
        severity="warning",
        summary="A block volume will be full within four days.",
        description=f"{volume} is {_PERCENT} full and goes on growing.",
        board="spcs-volumes",
    )
    yield Alert(
        name="SpcsEgressDenied",
        expr="spcs_service:network_egress_denied_packets:rate5m > 0",
        lasting="10m",
        severity="warning",
        summary="A service tries to reach what it may not.",
        description=f"{{{{ $value | humanize }}}} packets a second of {_SERVICE} are denied.",
        board="spcs-network",
    )


def _discovery() -> Iterator[Alert]:
    yield Alert(
        name="SpcsPoolMetricsVanished",
        expr=f"spcs_pool:nodes:count offset 15m unless on ({POOL}) spcs_pool:nodes:count",
        lasting="10m",
        severity="info",
        summary="A pool publishes no metrics any more.",
        description=f"The nodes of {_POOL} are gone: it was suspended or dropped, or the role lost MONITOR on it.",
        board="spcs-stack",
    )
    yield Alert(
        name="SpcsNodeMetricsDown",
        expr=f'up{{job="{JOB}"}} == 0',
        lasting="3m",
        severity="critical",
        summary="A node cannot be scraped.",
        description="The publisher of node {{ $labels.instance }} does not answer as it should.",
        board="spcs-stack",
    )
    yield Alert(
        name="SpcsNoMetrics",
        expr=f'absent(up{{job="{JOB}"}})',
        lasting="5m",
        severity="critical",
        summary="No node is scraped at all.",
        description="The collector finds no node, or does not run.",
        board="spcs-stack",
    )
    yield Alert(
        name="SpcsDiscoveryFailing",
        expr="spcs_discovery_last_success_age_seconds > 900",
        lasting="5m",
        severity="warning",
        summary="The discovery has had failures for a quarter of an hour.",
        description="The last refresh without a failure was {{ $value | humanizeDuration }} ago: pools or nodes may be missing.",
        board="spcs-stack",
    )
    yield Alert(
        name="SpcsSeriesNearScrapeLimit",
        expr="scrape_samples_scraped / (scrape_sample_limit > 0) > 0.8",
        lasting="15m",
        severity="warning",
        summary="A node publishes almost as much as is taken from it.",
        description=f"Node {{{{ $labels.instance }}}} is at {_PERCENT} of the limit: past it all of its metrics are lost.",
        board="spcs-stack",
    )


def _pipeline() -> Iterator[Alert]:
    yield Alert(
        name="SpcsCollectorExportFailing",
        expr='sum(rate({__name__=~"otelcol_exporter_(?:send|enqueue)_failed_metric_points"}[5m])) > 0',
        lasting="10m",
        severity="critical",
        summary="The collector loses samples before they reach the store.",
        description="{{ $value | humanize }} samples a second are lost.",
        board="spcs-stack",
    )
    yield Alert(
        name="SpcsPrometheusVolumeFilling",
        expr="(prometheus_tsdb_storage_blocks_bytes + prometheus_tsdb_wal_storage_size_bytes"
        " + prometheus_tsdb_head_chunks_storage_size_bytes) / (prometheus_tsdb_retention_limit_bytes > 0) > 1.1",
        lasting="30m",
        severity="warning",
        summary="The store holds more than its retention allows.",
        description=f"The store is at {_PERCENT} of its limit: the volume may be too small for it.",
        board="spcs-stack",
    )
    yield Alert(
        name="SpcsRuleEvaluationFailing",
        expr="increase(prometheus_rule_evaluation_failures_total[5m]) > 0",
        lasting="15m",
        severity="warning",
        summary="The store cannot compute some rules.",
        description="Rules of group {{ $labels.rule_group }} fail: boards and alerts that need them are blind.",
        board="spcs-stack",
    )
    yield Alert(
        name="SpcsWatchdog",
        expr="vector(1)",
        lasting="0m",
        severity="none",
        summary="Always fires: it proves that alerts arrive.",
        description="This alert is always on. Whoever misses it knows that no alert would arrive.",
        board="spcs-stack",
    )


ALERTS: dict[str, Alert] = {
    alert.name: alert for alert in (*_containers(), *_resources(), *_volumes_and_network(), *_discovery(), *_pipeline())
}
