"""Courses of events as people meet them, and all alerts that fire at a minute: one for each cause, and no other."""

from dataclasses import dataclass

from alert_scenarios import CONTAINER, GPU, NODE, POOL, SCRAPED, Scenario

JOB_CONTAINER = CONTAINER.replace('type="Service"', 'type="Job"')
OTHER = CONTAINER.replace('instance="0"', 'instance="1"')
OOM, FAILED, NO_IMAGE = (f', reason="{reason}"' for reason in ("FailedWithOOM", "Failed", "FailedToPullImage"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Series (selector -> values, a minute apart), and for some minutes which alerts fire: name -> how many."""

    series: dict[str, str]
    fires: dict[int, dict[str, int]]


def _info(state: str) -> str:
    return f'spcs_compute_pool_info{{{POOL}, job="otelcol", state="{state}", instance_family="CPU_X64_S"}}'


def _ended(container: str, reason: str, code: int) -> dict[str, str]:
    return {
        f"container_restarts{{{container}}}": "0x60",
        f"container_state_running{{{container}}}": "1x9 stale",
        f"container_state_finished{{{container}}}": "_x10 1x50",
        f"container_state_last_finished_reason{{{container}{reason}}}": "_x10 1x50",
        f"container_state_last_finished_exitcode{{{container}}}": f"_x10 {code}x50",
    }


# A node is scraped, whatever happens on it, and the store stores.
LIVE = {f"up{{{SCRAPED}}}": "1x720", 'up{job="prometheus", instance="localhost:9092"}': "1x720"}

# Scenarios of alerts that stand in no other file.
MORE: dict[str, Scenario] = {
    "SpcsCollectorQueueNearlyFull": Scenario(
        series={
            'otelcol_exporter_queue_size{job="otelcol", exporter="spcs_store"}': "1x10 90x40",
            'otelcol_exporter_queue_capacity{job="otelcol", exporter="spcs_store"}': "100x60",
            'otelcol_exporter_queue_size{job="otelcol", exporter="spcs_store/central"}': "90x60",
            'otelcol_exporter_queue_capacity{job="otelcol", exporter="spcs_store/central"}': "100x60",
        },
        silent=14,
        fires=17,
    ),
    "SpcsPartDown": Scenario(series={'up{job="grafana", instance="localhost:3000"}': "1x10 0x40"}, silent=14, fires=17),
    "SpcsContainerFailed": Scenario(series=_ended(JOB_CONTAINER, FAILED, 1), silent=9, fires=12),
}

COURSES: dict[str, Course] = {
    "a job that is killed for its memory": Course(
        series=_ended(JOB_CONTAINER, OOM, 137), fires={9: {}, 20: {"SpcsContainerFailed": 1}}
    ),
    "a job that is done": Course(series=_ended(JOB_CONTAINER, ', reason="Done"', 0), fires={20: {}}),
    "a service whose only container failed for good": Course(
        series=_ended(CONTAINER, FAILED, 1), fires={9: {}, 30: {"SpcsServiceNotRunning": 1}}
    ),
    "one of two instances that failed for good": Course(
        series=_ended(CONTAINER, FAILED, 1) | {f"container_state_running{{{OTHER}}}": "1x60"},
        fires={9: {}, 30: {"SpcsContainerFailed": 1}},
    ),
    "a loop of kills for memory": Course(
        series={
            f"container_restarts{{{CONTAINER}}}": "0x9 1+1x50",
            f"container_state_running{{{CONTAINER}}}": "1x60",
            f"container_state_last_finished_reason{{{CONTAINER}{OOM}}}": "_x10 1x50",
            f"container_state_last_finished_exitcode{{{CONTAINER}}}": "_x10 137x50",
        },
        fires={9: {}, 40: {"SpcsContainerOOMKilled": 1}},
    ),
    "a loop of failures": Course(
        series={
            f"container_restarts{{{CONTAINER}}}": "0x9 1+1x50",
            f"container_state_running{{{CONTAINER}}}": "1x60",
            f"container_state_last_finished_reason{{{CONTAINER}{FAILED}}}": "_x10 1x50",
            f"container_state_last_finished_exitcode{{{CONTAINER}}}": "_x10 1x50",
        },
        fires={9: {}, 40: {"SpcsContainerRestartingOften": 1}},
    ),
    "two restarts": Course(
        series={f"container_restarts{{{CONTAINER}}}": "3x20 4x3 5x200"}, fires={25: {}, 30: {}, 40: {}}
    ),
    "an image that cannot be pulled, of a service's only container": Course(
        series={
            f"container_state_pending{{{CONTAINER}}}": "1x60",
            f"container_state_pending_reason{{{CONTAINER}{NO_IMAGE}}}": "1x60",
        },
        fires={8: {}, 40: {"SpcsServiceNotRunning": 1}},
    ),
    "an image that cannot be pulled, of one of two instances": Course(
        series={
            f"container_state_pending{{{CONTAINER}}}": "1x60",
            f"container_state_pending_reason{{{CONTAINER}{NO_IMAGE}}}": "1x60",
            f"container_state_running{{{OTHER}}}": "1x60",
        },
        fires={8: {}, 40: {"SpcsContainerPendingTooLong": 1}},
    ),
    "a pool of one service that requests its whole node": Course(
        series={
            f"node_cpu_capacity{{{NODE}}}": "3x60",
            f"container_cpu_requested{{{CONTAINER}}}": "3x60",
            f"container_state_running{{{CONTAINER}}}": "1x60",
        },
        fires={50: {}},
    ),
    "a full pool in which an instance waits for room": Course(
        series={
            f"node_cpu_capacity{{{NODE}}}": "3x60",
            f"container_cpu_requested{{{CONTAINER}}}": "3x60",
            f"container_state_running{{{CONTAINER}}}": "1x60",
            f"container_state_pending{{{OTHER}}}": "1x60",
        },
        fires={50: {"SpcsPoolHasNoHeadroom": 1}},
    ),
    "a full pool that grows": Course(
        series={
            f"node_cpu_capacity{{{NODE}}}": "3x60",
            f"container_cpu_requested{{{CONTAINER}}}": "3x60",
            f"container_state_running{{{CONTAINER}}}": "1x60",
            f"container_state_pending{{{OTHER}}}": "1x14 stale",
            _info("RESIZING"): "1x60",
        },
        fires={50: {}},
    ),
    "jobs that wait their turn on a busy pool": Course(
        series={
            f"node_cpu_capacity{{{NODE}}}": "3x60",
            f"container_cpu_requested{{{CONTAINER}}}": "3x60",
            f"container_state_running{{{CONTAINER}}}": "1x60",
            f"container_state_pending{{{JOB_CONTAINER}}}": "1x60",
        },
        fires={50: {}},
    ),
    "a job that uses all of its CPU": Course(
        series={f"container_cpu_usage{{{JOB_CONTAINER}}}": "2x60", f"container_cpu_limit{{{JOB_CONTAINER}}}": "2x60"},
        fires={50: {}},
    ),
    "a pool that is suspended": Course(
        series={
            f"node_cpu_capacity{{{NODE}}}": "3x20 stale",
            _info("ACTIVE"): "1x20 stale",
            _info("SUSPENDED"): "_x20 1x100",
            f"spcs_discovery_nodes{{{POOL}}}": "1x20 0x100",
        },
        # The first version's alert lasted from the tenth to the fifteenth minute.
        fires={25: {}, 32: {}, 40: {}, 100: {}},
    ),
    "the only pool is suspended": Course(
        series={f"up{{{SCRAPED}}}": "1x20 stale", _info("SUSPENDED"): "_x20 1x100"}, fires={40: {}, 100: {}}
    ),
    "a pool that vanishes, and is dropped": Course(
        series={
            f"node_cpu_capacity{{{NODE}}}": "3x20 stale",
            _info("ACTIVE"): "1x200 stale",
            f"spcs_discovery_nodes{{{POOL}}}": "1x20 0x180 stale",
        },
        fires={
            25: {},
            32: {"SpcsPoolMetricsVanished": 1},
            40: {"SpcsPoolMetricsVanished": 1},
            190: {"SpcsPoolMetricsVanished": 1},
            210: {},
        },
    ),
    "a pool whose nodes are found and do not answer": Course(
        series={
            f'node_cpu_capacity{{{NODE}, instance="10.0.0.1:9001"}}': "3x20 stale",
            f"up{{{SCRAPED}}}": "1x20 0x100",
            _info("ACTIVE"): "1x120",
            f"spcs_discovery_nodes{{{POOL}}}": "1x120",
        },
        fires={15: {}, 60: {"SpcsNodeMetricsDown": 1}},
    ),
    "a volume that fills up until it is full, and is freed": Course(
        series={
            'spcs_launcher_volume_size_bytes{job="launcher"}': "25x400",
            'spcs_launcher_volume_floor_bytes{job="launcher"}': "0.25x400",
            'spcs_launcher_volume_free_bytes{job="launcher"}': "5x30 5-0.02x235 0x35 5x100",
            'spcs_launcher_accepts_samples{job="launcher"}': "1x265 0x35 1x100",
            'spcs_launcher_restarts_total{job="launcher", reason="repair"}': "0x266 1x34 2x100",
        },
        fires={
            29: {},
            200: {"SpcsPrometheusVolumeFilling": 1},
            290: {"SpcsPrometheusVolumeFull": 1},
            320: {},
        },
    ),
    "a volume that something else fills at once, whose reserve went into a repair": Course(
        series={
            'spcs_launcher_volume_size_bytes{job="launcher"}': "25x60",
            'spcs_launcher_volume_floor_bytes{job="launcher"}': "0.25x60",
            'spcs_launcher_volume_free_bytes{job="launcher"}': "5x20 0.5x40",
            'spcs_launcher_reserve_bytes{job="launcher"}': "0.5x20 0x40",
            'spcs_launcher_accepts_samples{job="launcher"}': "1x20 0x40",
            'spcs_launcher_restarts_total{job="launcher", reason="repair"}': "0x20 1x40",
        },
        fires={19: {}, 40: {"SpcsPrometheusVolumeFull": 1}},
    ),
    "a volume that cannot be written": Course(
        series={
            'spcs_launcher_volume_size_bytes{job="launcher"}': "25x60",
            'spcs_launcher_reserve_bytes{job="launcher"}': "0.5x60",
            'spcs_launcher_volume_floor_bytes{job="launcher"}': "0.25x60",
            'spcs_launcher_volume_free_bytes{job="launcher"}': "5x60",
            'spcs_launcher_accepts_samples{job="launcher"}': "1x20 0x40",
        },
        fires={19: {}, 40: {"SpcsPrometheusLogFailing": 1}},
    ),
    "a collector that dies": Course(
        series={
            **{
                f"{name}".replace('"P"', f'"{pool}"'): "1x20"
                for pool in "ABC"
                for name in (
                    f"node_cpu_capacity{{{NODE}}}",
                    f"up{{{SCRAPED}}}",
                    f"spcs_discovery_nodes{{{POOL}}}",
                    _info("ACTIVE"),
                )
            },
            f"up{{{SCRAPED}}}": "1x20",
            'up{job="otelcol", instance="localhost:8888"}': "1x20",
        },
        fires={20: {}, 37: {"SpcsNoMetrics": 1}, 40: {"SpcsNoMetrics": 1}, 60: {"SpcsNoMetrics": 1}},
    ),
    "a shard to which no pool belongs": Course(
        series={
            f"up{{{SCRAPED}}}": "_x60",
            'spcs_discovery_sharded_pools{job="otelcol", owner="other_shard"}': "3x60",
        },
        fires={20: {}, 60: {}},
    ),
    "a shard whose collector does not run": Course(
        series={
            f"up{{{SCRAPED}}}": "_x60",
            'spcs_discovery_sharded_pools{job="otelcol", owner="other_shard"}': "3x20 stale",
        },
        fires={20: {}, 40: {"SpcsNoMetrics": 1}},
    ),
    "samples that the store refuses, where none was ever lost": Course(
        series={'spcs_store_refused_samples_total{job="otelcol", exporter="spcs_store"}': "0x10 0+100x40"},
        fires={5: {}, 40: {"SpcsCollectorExportFailing": 1}},
    ),
    "a central store that refuses some samples of one of two services, whose own stores have all": Course(
        series={
            'spcs_store_written_samples_total{exporter="spcs_store/central", instance="A"}': "0+60000x60",
            'spcs_store_refused_samples_total{exporter="spcs_store/central", instance="A"}': "0x60",
            'spcs_store_dropped_samples_total{exporter="spcs_store/central", instance="A"}': "0x60",
            'spcs_store_written_samples_total{exporter="spcs_store/central", instance="B"}': "0+60000x60",
            'spcs_store_refused_samples_total{exporter="spcs_store/central", instance="B"}': "0x10 0+100x50",
            'spcs_store_dropped_samples_total{exporter="spcs_store/central", instance="B"}': "0x60",
        },
        fires={20: {}, 40: {"SpcsCentralStoreFailing": 1}},
    ),
    "GPUs without containers": Course(
        series={f"node_gpu_capacity{{{NODE}}}": "2x720"}, fires={300: {}, 700: {"SpcsGpuIdle": 1}}
    ),
    "a node with an idle GPU that went": Course(
        series={
            f"node_gpu_capacity{{{NODE}}}": "1x500 stale",
            f"container_gpu_utilization{{{GPU}}}": "0.01x500 stale",
        },
        fires={490: {"SpcsGpuIdle": 1}, 520: {}},
    ),
}
