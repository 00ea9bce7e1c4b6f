"""For each alert a course of events: when it must be silent, and when it must fire.

Values are promtool's: '0+1x9' counts up, '5x9' stays, '_x9' is absent, each a minute apart.
"""

from dataclasses import dataclass

from monitoring.selectors import JOB

POOL = 'snow_compute_pool_name="P"'
NODE = f'{POOL}, snow_compute_pool_node_id="10.0.0.1", snow_compute_pool_node_instance_family="CPU_X64_S"'
SERVICE = f'{NODE}, snow_database_name="D", snow_schema_name="S", snow_service_name="A", snow_service_type="Service"'
CONTAINER = f'{SERVICE}, snow_service_container_instance="0", snow_service_container_name="main"'
VOLUME = f'{SERVICE}, snow_service_container_instance="0", snow_volume_name="data", snow_volume_replica="0"'
GPU = f'{CONTAINER}, gpu="0"'
SCRAPED = f'job="{JOB}", instance="10.0.0.1:9001"'

GIB = 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Series (selector -> values), a minute at which the alert is silent, and one at which it fires."""

    series: dict[str, str]
    silent: int
    fires: int


def _container(name: str, more: str = "") -> str:
    return f"{name}{{{CONTAINER}{more}}}"


def _launcher(name: str, labels: str = '{job="launcher"}') -> str:
    return f"spcs_launcher_{name}{labels}"


_TO_CENTRAL = 'job="otelcol", exporter="spcs_store/central"'

SCENARIOS: dict[str, Scenario] = {
    "SpcsContainerOOMKilled": Scenario(
        series={
            _container("container_restarts"): "0x20 1x20",
            _container("container_state_last_finished_reason", ', reason="FailedWithOOM"'): "_x20 1x20",
        },
        silent=19,
        fires=24,
    ),
    "SpcsContainerRestartingOften": Scenario(
        series={_container("container_restarts"): "0x20 1+1x20"}, silent=22, fires=34
    ),
    "SpcsContainerExitedNonZero": Scenario(
        series={
            _container("container_restarts"): "0x20 1x20",
            _container("container_state_last_finished_exitcode"): "0x20 1x20",
        },
        silent=19,
        fires=23,
    ),
    "SpcsContainerPendingTooLong": Scenario(
        series={_container("container_state_pending_reason", ', reason="FailedToPullImage"'): "_x10 1x30"},
        silent=24,
        fires=27,
    ),
    "SpcsContainerStartSlow": Scenario(
        series={
            _container("container_state_pending"): "_x5 1x40",
            _container("container_state_running").replace('instance="0"', 'instance="1"'): "1x60",
        },
        silent=19,
        fires=22,
    ),
    "SpcsServiceNotRunning": Scenario(
        series={
            _container("container_state_running"): "1x10 stale _x40",
            _container("container_state_pending"): "_x11 1x40",
        },
        silent=19,
        fires=24,
    ),
    "SpcsContainerMemoryNearLimit": Scenario(
        series={_container("container_memory_usage"): "50x10 95x40", _container("container_memory_limit"): "100x60"},
        silent=18,
        fires=24,
    ),
    "SpcsContainerCPUSaturated": Scenario(
        series={_container("container_cpu_usage"): "1x10 2x40", _container("container_cpu_limit"): "2x60"},
        silent=22,
        fires=30,
    ),
    "SpcsNodeMemoryHigh": Scenario(
        series={_container("container_memory_usage"): "50x10 95x40", f"node_memory_capacity{{{NODE}}}": "100x60"},
        silent=22,
        fires=30,
    ),
    "SpcsPoolHasNoHeadroom": Scenario(
        series={
            _container("container_cpu_requested"): "1x10 2.9x40",
            _container("container_state_pending"): "1x60",
            f"node_cpu_capacity{{{NODE}}}": "3x60",
        },
        silent=22,
        fires=30,
    ),
    "SpcsRequestsFarAboveUse": Scenario(
        series={
            _container("container_memory_requested"): "80x500",
            _container("container_memory_usage"): "10x500",
            f"node_memory_capacity{{{NODE}}}": "100x500",
        },
        silent=300,
        fires=400,
    ),
    "SpcsGpuMemoryNearCapacity": Scenario(
        series={
            f"container_gpu_memory_usage{{{GPU}}}": "50x10 99x40",
            f"container_gpu_memory_capacity{{{GPU}}}": "100x60",
        },
        silent=18,
        fires=24,
    ),
    "SpcsGpuIdle": Scenario(
        series={
            f"container_gpu_utilization{{{GPU}}}": "0.9x60 0.01x600",
            f"node_gpu_capacity{{{NODE}}}": "1x660",
        },
        silent=440,
        fires=520,
    ),
    "SpcsVolumeAlmostFull": Scenario(
        series={f"volume_usage{{{VOLUME}}}": "50x10 98x20", f"volume_capacity{{{VOLUME}}}": "100x40"},
        silent=9,
        fires=14,
    ),
    "SpcsVolumeFillingUp": Scenario(
        series={f"volume_usage{{{VOLUME}}}": "60+0.08x500", f"volume_capacity{{{VOLUME}}}": "100x600"},
        silent=300,
        fires=390,
    ),
    "SpcsEgressDenied": Scenario(
        series={f'network_egress_denied_packets{{{SERVICE}, snow_service_container_instance="0"}}': "0x20 0+60x40"},
        silent=25,
        fires=40,
    ),
    "SpcsPoolMetricsVanished": Scenario(
        series={
            f"node_cpu_capacity{{{NODE}}}": "3x20 stale _x100",
            f'spcs_compute_pool_info{{{POOL}, state="ACTIVE", instance_family="CPU_X64_S"}}': "1x120",
        },
        silent=25,
        fires=110,
    ),
    "SpcsNodeMetricsDown": Scenario(series={f"up{{{SCRAPED}}}": "1x10 0x20"}, silent=12, fires=15),
    "SpcsNoMetrics": Scenario(series={f"up{{{SCRAPED}}}": "1x10 stale _x40"}, silent=10, fires=20),
    "SpcsDiscoveryFailing": Scenario(
        series={'spcs_discovery_last_success_age_seconds{job="otelcol"}': "30x10 60+60x60"}, silent=25, fires=40
    ),
    "SpcsSeriesNearScrapeLimit": Scenario(
        series={
            f"scrape_samples_scraped{{{SCRAPED}}}": "1500x10 17000x40",
            f"scrape_sample_limit{{{SCRAPED}}}": "20000x60",
        },
        silent=22,
        fires=30,
    ),
    "SpcsCollectorExportFailing": Scenario(
        series={
            'spcs_lost_samples_total{job="otelcol"}': "0x50",
            'spcs_store_refused_samples_total{job="otelcol", exporter="spcs_store"}': "0x10 0+100x40",
            # What a copy loses, the own store still has.
            f"spcs_store_refused_samples_total{{{_TO_CENTRAL}}}": "0+100x60",
        },
        silent=15,
        fires=30,
    ),
    # It takes nothing for a while, as it does behind a broken way out; the own store's samples go on.
    "SpcsCentralStoreFailing": Scenario(
        series={
            f"spcs_store_written_samples_total{{{_TO_CENTRAL}}}": "0+60000x10 600000x40",
            f"spcs_store_refused_samples_total{{{_TO_CENTRAL}}}": "0x60",
            f"spcs_store_dropped_samples_total{{{_TO_CENTRAL}}}": "0x60",
            'spcs_store_written_samples_total{job="otelcol", exporter="spcs_store"}': "0+60000x60",
        },
        silent=27,
        fires=33,
    ),
    "SpcsPrometheusVolumeFilling": Scenario(
        series={
            _launcher("volume_free_bytes"): f"{5 * GIB}x60 {3.5 * GIB:.0f}-{GIB // 100}x120",
            _launcher("volume_size_bytes"): f"{25 * GIB}x180",
            _launcher("volume_floor_bytes"): f"{GIB // 4}x180",
        },
        silent=70,
        fires=160,
    ),
    "SpcsPrometheusVolumeFull": Scenario(
        series={
            _launcher("volume_free_bytes"): f"{5 * GIB}x10 {GIB // 3}x20",
            _launcher("volume_floor_bytes"): f"{GIB // 4}x30",
        },
        silent=9,
        fires=13,
    ),
    "SpcsPrometheusLogFailing": Scenario(
        series={
            'prometheus_tsdb_wal_writes_failed_total{job="prometheus"}': "0x40",
            _launcher("restarts_total", '{job="launcher", reason="repair"}'): "0x10 1x30",
        },
        silent=9,
        fires=13,
    ),
    # Everything has stopped, as it does on a full volume: what the store has is old.
    "SpcsPrometheusStoresNothing": Scenario(series={'up{job="prometheus"}': "1x10 _x20"}, silent=10, fires=13),
    # A quarter of what was sent is lost, as much as the store adds itself.
    "SpcsPrometheusDropsSamples": Scenario(
        series={
            'spcs_store_written_samples_total{job="otelcol", exporter="spcs_store"}': "0+60000x60",
            f"spcs_store_written_samples_total{{{_TO_CENTRAL}}}": "0+60000x60",
            'prometheus_tsdb_head_samples_appended_total{job="prometheus"}': "0+75000x20 1500000+60000x40",
            'prometheus_tsdb_head_out_of_order_samples_appended_total{job="prometheus"}': "0x60",
            'scrape_samples_post_metric_relabeling{job="prometheus"}': "1500x60",
            'prometheus_rule_group_last_evaluation_samples{rule_group="g"}': "6000x60",
            'prometheus_rule_group_interval_seconds{rule_group="g"}': "30x60",
        },
        silent=22,
        fires=40,
    ),
    "SpcsStackOutgrown": Scenario(
        series={
            'prometheus_tsdb_head_series{job="prometheus"}': "50000x10 60000x50",
            _launcher("series_limit"): "45000x60",
        },
        silent=35,
        fires=45,
    ),
    "SpcsPrometheusRestartingOften": Scenario(
        series={_launcher("restarts_total", '{job="launcher", reason="ended"}'): "0x10 1x10 2x10 3x20"},
        silent=20,
        fires=33,
    ),
    "SpcsRuleEvaluationFailing": Scenario(
        series={'prometheus_rule_evaluation_failures_total{job="prometheus", rule_group="g"}': "0x10 0+1x40"},
        silent=20,
        fires=35,
    ),
    "SpcsWatchdog": Scenario(series={}, silent=-1, fires=1),
}

# Healthy: what is published stays within its bounds for half a day.
HEALTHY: dict[str, str] = {
    f"up{{{SCRAPED}}}": "1x720",
    f"scrape_samples_scraped{{{SCRAPED}}}": "1500x720",
    f"scrape_sample_limit{{{SCRAPED}}}": "20000x720",
    f"node_cpu_capacity{{{NODE}}}": "3x720",
    f"node_memory_capacity{{{NODE}}}": "100x720",
    _container("container_cpu_usage"): "0.5x720",
    _container("container_cpu_requested"): "1x720",
    _container("container_cpu_limit"): "2x720",
    _container("container_memory_usage"): "30x720",
    _container("container_memory_requested"): "40x720",
    _container("container_memory_limit"): "60x720",
    _container("container_restarts"): "3x720",
    _container("container_state_running"): "1x720",
    _container("container_state_started"): "1x720",
    _container("container_state_last_finished_reason", ', reason="Done"'): "1x720",
    _container("container_state_last_finished_exitcode"): "0x720",
    f"node_gpu_capacity{{{NODE}}}": "1x720",
    f"container_gpu_utilization{{{GPU}}}": "0.6x720",
    f"container_gpu_memory_usage{{{GPU}}}": "50x720",
    f"container_gpu_memory_capacity{{{GPU}}}": "100x720",
    f"volume_usage{{{VOLUME}}}": "50x720",
    f"volume_capacity{{{VOLUME}}}": "100x720",
    f'network_egress_denied_packets{{{SERVICE}, snow_service_container_instance="0"}}': "7x720",
    'spcs_discovery_last_success_age_seconds{job="otelcol"}': "30x720",
    'spcs_lost_samples_total{job="otelcol"}': "0x720",
    'up{job="prometheus", instance="localhost:9092"}': "1x720",
    'up{job="launcher", instance="localhost:9091"}': "1x720",
    'spcs_store_written_samples_total{job="otelcol", exporter="spcs_store"}': "0+60000x720",
    f"spcs_store_written_samples_total{{{_TO_CENTRAL}}}": "0+60000x720",
    f"spcs_store_refused_samples_total{{{_TO_CENTRAL}}}": "0x720",
    f"spcs_store_dropped_samples_total{{{_TO_CENTRAL}}}": "0x720",
    'prometheus_tsdb_head_samples_appended_total{job="prometheus"}': "0+75000x720",
    'scrape_samples_post_metric_relabeling{job="prometheus"}': "1500x720",
    'prometheus_rule_group_last_evaluation_samples{rule_group="g"}': "6000x720",
    'prometheus_rule_group_interval_seconds{rule_group="g"}': "30x720",
    'prometheus_tsdb_head_out_of_order_samples_appended_total{job="prometheus"}': "0x720",
    'prometheus_tsdb_wal_writes_failed_total{job="prometheus"}': "0x720",
    _launcher("accepts_samples"): "1x720",
    _launcher("series_limit"): "45000x720",
    'prometheus_tsdb_head_series{job="prometheus"}': "50000x720",
    # Two hours fill it, and retention frees as much.
    _launcher("volume_free_bytes"): " ".join([f"{5.5 * GIB:.0f}-{GIB // 200}x119"] * 6),
    _launcher("volume_size_bytes"): f"{25 * GIB}x720",
    _launcher("volume_floor_bytes"): f"{GIB // 4}x720",
    _launcher("volume_inodes"): "1600000x720",
    _launcher("volume_free_inodes"): "1590000x720",
    _launcher("restarts_total", '{job="launcher", reason="repair"}'): "0x720",
    _launcher("restarts_total", '{job="launcher", reason="ended"}'): "1x720",
    'prometheus_rule_evaluation_failures_total{job="prometheus", rule_group="g"}': "0x720",
}
