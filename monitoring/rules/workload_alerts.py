"""Alerts about what runs in the pools: containers, services, nodes, GPUs, volumes and egress."""

from monitoring.restarts import restarts
from monitoring.rules import Alert, label
from monitoring.selectors import (
    CONTAINER,
    DATABASE,
    GPU,
    INSTANCE,
    NODE,
    OF_SERVICE,
    POOL,
    REPLICA,
    SCHEMA,
    SERVICE,
    SERVICE_TYPE,
    VOLUME,
)

_SERVICE = f"{label(DATABASE)}.{label(SCHEMA)}.{label(SERVICE)}"
_CONTAINER = f"{_SERVICE} instance {label(INSTANCE)} container {label(CONTAINER)}"
_POOL = f"pool {label(POOL)}"
_NODE = f"node {label(NODE)} of pool {label(POOL)}"
_GPU = f"GPU {label(GPU)} on {_NODE}"
_VOLUME = f"Volume {label(VOLUME)} of {_SERVICE} instance {label(REPLICA)}"
_PERCENT = "{{ $value | humanizePercentage }}"
# Jobs end by themselves; only what is meant to go on running is missed.
_SERVICES_ONLY = f'{SERVICE_TYPE}!~"(?i).*job.*"'

_CONTAINERS = (
    Alert(
        name="SpcsContainerOOMKilled",
        expr=f"{restarts('', '10m')} > 0 and ignoring (reason)"
        ' (container_state_last_finished_reason{reason="FailedWithOOM"} == 1)',
        lasting="0m",
        severity="warning",
        summary="A container was OOM-killed: it reached its memory limit.",
        description=f"{_CONTAINER} was killed at its memory limit within the last 10 minutes.",
        board="spcs-container",
    ),
    Alert(
        name="SpcsContainerRestartingOften",
        expr=f"{restarts('', '15m')} > 2",
        lasting="5m",
        severity="critical",
        summary="A container restarts again and again.",
        description=f"{_CONTAINER} restarted {{{{ $value }}}} times within 15 minutes.",
        board="spcs-container",
    ),
    Alert(
        name="SpcsContainerExitedNonZero",
        expr=f"{restarts('', '15m')} > 0 and container_state_last_finished_exitcode != 0",
        lasting="0m",
        severity="info",
        summary="A container restarted after an exit code other than 0.",
        description=f"{_CONTAINER} ended with an error and was restarted.",
        board="spcs-container",
    ),
    Alert(
        name="SpcsContainerPendingTooLong",
        expr='max without (reason) (container_state_pending_reason{reason!~"Initializing|Creating"}) == 1',
        lasting="5m",
        severity="critical",
        summary="A container cannot start.",
        description=f"{_CONTAINER} waits for a reason that does not pass by itself, "
        "such as an image that cannot be pulled.",
        board="spcs-container",
    ),
    Alert(
        name="SpcsContainerStartSlow",
        expr="container_state_pending == 1",
        lasting="15m",
        severity="warning",
        summary="A container has been waiting for a quarter of an hour.",
        description=f"{_CONTAINER} is still pending.",
        board="spcs-container",
    ),
    Alert(
        name="SpcsServiceNotRunning",
        expr=f"count by ({POOL}, {OF_SERVICE}) (container_state_pending{{{_SERVICES_ONLY}}} == 1)"
        f" unless on ({POOL}, {OF_SERVICE}) count by ({POOL}, {OF_SERVICE}) (container_state_running == 1)",
        lasting="10m",
        severity="critical",
        summary="A service has no running container.",
        description=f"{_SERVICE} has {{{{ $value }}}} pending containers and none that runs.",
        board="spcs-service",
    ),
)

_RESOURCES = (
    Alert(
        name="SpcsContainerMemoryNearLimit",
        expr="spcs_container:container_memory_usage:ratio_limit > 0.9",
        lasting="10m",
        severity="warning",
        summary="A container is near its memory limit.",
        description=f"{_CONTAINER} uses {_PERCENT} of its memory limit.",
        board="spcs-container",
    ),
    Alert(
        name="SpcsContainerCPUSaturated",
        expr="spcs_container:container_cpu_usage:ratio_limit > 0.95",
        lasting="15m",
        severity="warning",
        summary="A container runs at its CPU limit.",
        description=f"{_CONTAINER} uses {_PERCENT} of its CPU limit and is slowed down.",
        board="spcs-container",
    ),
    Alert(
        name="SpcsNodeMemoryHigh",
        expr="spcs_node:container_memory_usage:ratio > 0.9",
        lasting="15m",
        severity="warning",
        summary="A node has little memory left.",
        description=f"The containers on {_NODE} use {_PERCENT} of its memory.",
        board="spcs-node",
    ),
    Alert(
        name="SpcsPoolHasNoHeadroom",
        expr="spcs_pool:container_memory_requested:ratio > 0.9 or spcs_pool:container_cpu_requested:ratio > 0.9",
        lasting="15m",
        severity="warning",
        summary="A pool has no room for another instance.",
        description=f"{_PERCENT} of {_POOL} is requested.",
        board="spcs-pool",
    ),
    Alert(
        name="SpcsRequestsFarAboveUse",
        expr=f"sum by ({POOL}) (spcs_service:container_memory_requested_unused:sum)"
        f" / on ({POOL}) spcs_pool:node_memory_capacity:sum > 0.5",
        lasting="6h",
        severity="info",
        summary="Half of a pool is reserved and not used.",
        description=f"{_PERCENT} of the memory of {_POOL} is requested and was not used for an hour.",
        board="spcs-sizing",
    ),
    Alert(
        name="SpcsGpuMemoryNearCapacity",
        expr="spcs_gpu:container_gpu_memory_usage:ratio > 0.95",
        lasting="10m",
        severity="warning",
        summary="A GPU's memory is almost full.",
        description=f"{_GPU} has {_PERCENT} of its memory in use.",
        board="spcs-gpu",
    ),
    Alert(
        name="SpcsGpuIdle",
        expr="avg_over_time(spcs_gpu:container_gpu_utilization:avg[6h]) < 0.05",
        lasting="1h",
        severity="info",
        summary="GPU utilization has been below 5 % for six hours.",
        description=f"{_GPU} was in use for {_PERCENT} of six hours.",
        board="spcs-gpu",
    ),
)

_VOLUMES_AND_NETWORK = (
    Alert(
        name="SpcsVolumeAlmostFull",
        expr="spcs_volume:volume_usage:ratio > 0.97",
        lasting="1m",
        severity="critical",
        summary="A block volume is full.",
        description=f"{_VOLUME} is {_PERCENT} full: writes will fail.",
        board="spcs-volumes",
    ),
    Alert(
        name="SpcsVolumeFillingUp",
        expr="spcs_volume:volume_usage:ratio > 0.85 and predict_linear(volume_usage[6h], 4 * 86400) > volume_capacity",
        lasting="1h",
        severity="warning",
        summary="A block volume will be full within four days.",
        description=f"{_VOLUME} is {_PERCENT} full and goes on growing.",
        board="spcs-volumes",
    ),
    Alert(
        name="SpcsEgressDenied",
        expr="spcs_service:network_egress_denied_packets:rate5m > 0",
        lasting="10m",
        severity="warning",
        summary="Egress denied: a service is connecting to a destination that its policy blocks.",
        description=f"{{{{ $value | humanize }}}} packets a second of {_SERVICE} are denied.",
        board="spcs-network",
    ),
)

WORKLOAD_ALERTS = (*_CONTAINERS, *_RESOURCES, *_VOLUMES_AND_NETWORK)
