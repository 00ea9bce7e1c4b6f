"""Alerts about what runs in the pools: containers, services, nodes, GPUs, volumes and egress."""

from monitoring.idleness import idle_on_nodes
from monitoring.limits import share_of_limit
from monitoring.restarts import RECENT_RESTARTS
from monitoring.rules import Alert, label
from monitoring.selectors import (
    CONTAINER,
    DATABASE,
    GPU,
    INSTANCE,
    NODE,
    OF_NODE,
    OF_SERVICE,
    POOL,
    REASON,
    REPLICA,
    SCHEMA,
    SERVICE,
    SERVICE_TYPE,
    VOLUME,
)

_POOL = f"pool {label(POOL)}"
_SERVICE = f"{label(DATABASE)}.{label(SCHEMA)}.{label(SERVICE)} in {_POOL}"
_CONTAINER = f"Container {label(CONTAINER)} of {_SERVICE}, instance {label(INSTANCE)},"
_NODE = f"node {label(NODE)} of {_POOL}"
_GPU = f"GPU {label(GPU)} on {_NODE}"
_VOLUME = f"Volume {label(VOLUME)} of {_SERVICE}, instance {label(REPLICA)},"
_PERCENT = "{{ $value | humanizePercentage }}"
# Jobs end by themselves and wait their turn; only what is meant to go on running is missed.
_SERVICES_ONLY = f'{SERVICE_TYPE}!~"(?i).*job.*"'

# One cause is one alert: what a wider one says, a narrower one leaves out.
_KEYS = f"{POOL}, {OF_SERVICE}"
_OOM = 'container_state_last_finished_reason{reason="FailedWithOOM"} == 1'
_FAILED = 'container_state_last_finished_reason{reason!="Done"} == 1'
_STUCK = 'container_state_pending_reason{reason!~"Initializing|Creating"} == 1'
_WAITING = f"container_state_pending{{{_SERVICES_ONLY}}} == 1"
_DOWN = (
    f"count by ({_KEYS}) ({_WAITING} or"
    f" (container_state_finished{{{_SERVICES_ONLY}}} == 1 and ignoring (reason) ({_FAILED})))"
    f" unless on ({_KEYS}) count by ({_KEYS}) (container_state_running == 1)"
)
# A pool that is full and in which a service waits for room has not grown: it is at its MAX_NODES, or no node is to be
# had. A full pool in which nothing waits is well used.
_NO_ROOM = (
    "(spcs_pool:container_memory_requested:ratio > 0.9 or spcs_pool:container_cpu_requested:ratio > 0.9)"
    f" and on ({POOL}) count by ({POOL}) ({_WAITING} unless ignoring (reason) ({_STUCK}))"
    f' unless on ({POOL}) spcs_compute_pool_info{{state="RESIZING"}}'
)

_CONTAINERS = (
    Alert(
        name="SpcsContainerOOMKilled",
        expr=f"{RECENT_RESTARTS} and ignoring (reason) ({_OOM})",
        lasting="1m",
        severity="warning",
        summary="A container was OOM-killed: it reached its memory limit.",
        description=f"{_CONTAINER} was killed at its memory limit: {{{{ $value }}}} restarts within 15 minutes.",
        board="spcs-container",
        panel="Memory: used, requested, limit",
    ),
    Alert(
        name="SpcsContainerRestartingOften",
        expr=f"{RECENT_RESTARTS} > 2 unless ignoring (reason) ({_OOM})",
        lasting="5m",
        severity="warning",
        summary="A container restarts again and again.",
        description=f"{_CONTAINER} restarted {{{{ $value }}}} times within 15 minutes.",
        board="spcs-container",
        panel="Restarts within an hour",
    ),
    Alert(
        name="SpcsContainerExitedNonZero",
        expr=f"{RECENT_RESTARTS} <= 2 and container_state_last_finished_exitcode != 0"
        f" unless ignoring (reason) ({_OOM})",
        lasting="1m",
        severity="info",
        summary="A container restarted after an exit code other than 0.",
        description=f"{_CONTAINER} ended with an error and was restarted.",
        board="spcs-container",
        panel="Last exit code",
    ),
    Alert(
        name="SpcsContainerFailed",
        expr=f"{_FAILED} and ignoring (reason) container_state_finished == 1 unless on ({_KEYS}) ({_DOWN})",
        lasting="1m",
        severity="warning",
        summary="A container failed and was not restarted.",
        description=f"{_CONTAINER} ended with {label(REASON)} and was not restarted.",
        board="spcs-container",
        panel="Last finished reason",
    ),
    Alert(
        name="SpcsContainerPendingTooLong",
        expr=f"max without (reason) ({_STUCK}) unless on ({_KEYS}) ({_DOWN})",
        lasting="15m",
        severity="warning",
        summary="A container cannot start.",
        description=f"{_CONTAINER} waits for a reason that does not pass by itself, "
        "such as an image that cannot be pulled.",
        board="spcs-container",
        panel="State over time",
    ),
    Alert(
        name="SpcsContainerStartSlow",
        expr=f"{_WAITING} unless ignoring (reason) ({_STUCK}) unless on ({_KEYS}) ({_DOWN})"
        f" unless on ({POOL}) ({_NO_ROOM})",
        lasting="15m",
        severity="warning",
        summary="A container has been waiting for a quarter of an hour.",
        description=f"{_CONTAINER} is still pending.",
        board="spcs-container",
        panel="State over time",
    ),
    Alert(
        name="SpcsServiceNotRunning",
        expr=_DOWN,
        lasting="10m",
        severity="critical",
        summary="A service has no running container.",
        description=f"{_SERVICE}: {{{{ $value }}}} containers wait or have failed, and none runs.",
        board="spcs-service",
        panel="Containers by state",
    ),
)

_RESOURCES = (
    Alert(
        name="SpcsContainerMemoryNearLimit",
        expr=f"{share_of_limit('memory')} > 0.9",
        lasting="10m",
        severity="warning",
        summary="A container is near its memory limit.",
        description=f"{_CONTAINER} uses {_PERCENT} of its memory limit.",
        board="spcs-container",
        panel="Memory: used, requested, limit",
    ),
    Alert(
        name="SpcsContainerCPUSaturated",
        expr=f"{share_of_limit('cpu', _SERVICES_ONLY)} > 0.95",
        lasting="15m",
        severity="info",
        summary="A container runs at its CPU limit.",
        description=f"{_CONTAINER} uses {_PERCENT} of its CPU limit and is slowed down.",
        board="spcs-container",
        panel="CPU cores: used, requested, limit",
    ),
    Alert(
        name="SpcsNodeMemoryHigh",
        expr="spcs_node:container_memory_usage:ratio > 0.9",
        lasting="15m",
        severity="warning",
        summary="A node has little memory left.",
        description=f"The containers on {_NODE} use {_PERCENT} of its memory.",
        board="spcs-node",
        panel="Node Memory: used, capacity",
    ),
    Alert(
        name="SpcsPoolHasNoHeadroom",
        expr=_NO_ROOM,
        lasting="15m",
        severity="warning",
        summary="A pool is full, and services wait for room in it.",
        description=f"{_PERCENT} of {_POOL} is requested, services wait in it, and it has not grown.",
        board="spcs-pool",
        panel="CPU cores: free to request",
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
        panel="Memory: share of the pool requested and unused",
    ),
    Alert(
        name="SpcsGpuMemoryNearCapacity",
        expr="spcs_gpu:container_gpu_memory_usage:ratio > 0.95",
        lasting="10m",
        severity="warning",
        summary="A GPU's memory is almost full.",
        description=f"{_GPU} has {_PERCENT} of its memory in use.",
        board="spcs-gpu",
        panel="GPU memory: share in use",
    ),
    Alert(
        name="SpcsGpuIdle",
        expr=f"({idle_on_nodes('', '6h')}) > 0 and on ({OF_NODE}) spcs_node:node_gpu_capacity:max offset 6h",
        lasting="1h",
        severity="info",
        summary="GPUs have been idle for six hours.",
        description=f"{{{{ $value }}}} GPUs of {_NODE} were in use for less than 5 % of six hours.",
        board="spcs-gpu",
        panel="GPUs idle",
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
        panel="Volume: share in use",
    ),
    Alert(
        name="SpcsVolumeFillingUp",
        expr="spcs_volume:volume_usage:ratio > 0.85"
        " and volume_usage + 4 * 86400 * spcs_volume:volume_usage:deriv6h > volume_capacity",
        lasting="1h",
        severity="warning",
        summary="A block volume will be full within four days.",
        description=f"{_VOLUME} is {_PERCENT} full and goes on growing.",
        board="spcs-volumes",
        panel="Volume: share in use",
    ),
    Alert(
        name="SpcsEgressDenied",
        expr="spcs_service:network_egress_denied_packets:rate5m > 0",
        lasting="10m",
        severity="warning",
        summary="Egress denied: a service is connecting to a destination that its policy blocks.",
        description=f"{{{{ $value | humanize }}}} packets a second of {_SERVICE} are denied.",
        board="spcs-network",
        panel="Egress: packets denied a second",
    ),
)

WORKLOAD_ALERTS = (*_CONTAINERS, *_RESOURCES, *_VOLUMES_AND_NETWORK)
