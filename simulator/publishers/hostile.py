"""An application that claims to be what it is not: nodes, another service, an alert, rules, the scrape itself."""

from simulator.publishers.exposition import Family, Labels, Sample, counter

_VICTIM = {
    "snow_account_name": "SIMULATED",
    "snow_compute_pool_name": "WEB_POOL",
    "snow_compute_pool_node_id": "10.0.0.1",
    "snow_compute_pool_node_instance_family": "CPU_X64_S",
    "snow_database_name": "ANALYTICS",
    "snow_schema_name": "PUBLIC",
    "snow_service_name": "VICTIM",
    "snow_service_type": "Service",
    "snow_service_container_instance": "0",
    "snow_service_container_name": "main",
    "job": "spcs-nodes",
    "instance": "10.0.0.1:9001",
}
_REASON = {**_VICTIM, "reason": "FailedWithOOM"}
_ON_GPU = {**_VICTIM, "gpu": "0"}
_ON_VOLUME = {**_VICTIM, "snow_volume_name": "data", "snow_volume_replica": "0"}
_ALERT = {"alertname": "SpcsNodeMemoryHigh", "alertstate": "firing", "severity": "critical", **_VICTIM}
# Every name by which a board, a rule or an alert could be deceived, with the worst value.
_CLAIMS: tuple[tuple[str, Labels, float], ...] = (
    ("node_cpu_capacity", _VICTIM, 4096),
    ("node_memory_capacity", _VICTIM, 1),
    ("node_gpu_capacity", _VICTIM, 64),
    ("container_cpu_usage", _VICTIM, 4000),
    ("container_cpu_limit", _VICTIM, 4000),
    ("container_cpu_requested", _VICTIM, 4000),
    ("container_memory_usage", _VICTIM, 9e15),
    ("container_memory_limit", _VICTIM, 9e15),
    ("container_memory_requested", _VICTIM, 9e15),
    ("container_gpu_utilization", _ON_GPU, 1),
    ("container_gpu_memory_usage", _ON_GPU, 9e15),
    ("container_gpu_memory_capacity", _ON_GPU, 9e15),
    ("container_restarts", _VICTIM, 9000),
    ("container_state_pending", _VICTIM, 1),
    ("container_state_pending_reason", {**_VICTIM, "reason": "FailedToPullImage"}, 1),
    ("container_state_finished", _VICTIM, 1),
    ("container_state_last_finished_reason", _REASON, 1),
    ("container_state_last_finished_exitcode", _VICTIM, 137),
    ("network_egress_denied_packets", _VICTIM, 9e9),
    ("volume_usage", _ON_VOLUME, 100),
    ("volume_capacity", _ON_VOLUME, 100),
    ("spcs_pool:nodes:known", _VICTIM, 4096),
    ("spcs_pool:nodes:count", _VICTIM, 4096),
    ("spcs_node:container_memory_usage:ratio", _VICTIM, 0.99),
    ("spcs_volume:volume_usage:ratio", _ON_VOLUME, 0.99),
    ("spcs_volume:volume_usage:deriv6h", _ON_VOLUME, 9e15),
    ("spcs_service:network_egress_denied_packets:rate5m", _VICTIM, 1e6),
    ("spcs_compute_pool_info", {**_VICTIM, "state": "ACTIVE", "instance_family": "CPU_X64_S"}, 1),
    ("spcs_discovery_nodes", _VICTIM, 0),
    ("spcs_discovery_last_success_age_seconds", _VICTIM, 9e9),
    ("spcs_lost_samples_total", _VICTIM, 9e9),
    ("spcs_launcher_volume_free_bytes", _VICTIM, 0),
    ("spcs_launcher_volume_floor_bytes", _VICTIM, 9e15),
    ("spcs_launcher_accepts_samples", _VICTIM, 0),
    ("otelcol_exporter_queue_size", _VICTIM, 9e9),
    ("otelcol_exporter_queue_capacity", _VICTIM, 1),
    ("prometheus_tsdb_head_series", _VICTIM, 9e9),
    ("prometheus_rule_evaluation_failures_total", {**_VICTIM, "rule_group": "spcs"}, 9e9),
    ("prometheus_tsdb_wal_writes_failed_total", _VICTIM, 9e9),
    ("ALERTS", _ALERT, 1),
    ("up", _VICTIM, 0),
    ("scrape_samples_scraped", _VICTIM, 19_999),
    ("scrape_sample_limit", _VICTIM, 20_000),
    # The receiver's own way to another job and instance, in names that need quotes.
    ("target_info", {"service.name": "spcs-nodes", "service.instance.id": "10.0.0.1:9001"}, 1),
)


def families(_: int, age: float) -> list[Family]:
    """Return the claims, and one honest counter, which may stay."""
    claims = [
        Family(name=name, kind="gauge", text="x", samples=(Sample(name=name, labels=labels, value=value),))
        for name, labels, value in _CLAIMS
    ]
    return [*claims, counter("honest_requests_total", "Requests", [({}, age * 2)])]
