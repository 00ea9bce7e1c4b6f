"""What a node's exporter answers: Prometheus text with the names and labels of the catalogue."""

from collections import Counter
from collections.abc import Iterator

from monitoring import selectors
from monitoring.metrics import CATALOGUE
from simulator import behaviour
from simulator.behaviour import DAY, Behaviour, grown, seed, wave
from simulator.fleet import ACCOUNT, SCHEMA, Container, Instance, Node, Pool

Sample = tuple[str, dict[str, str], float]

# How nodes spell labels: as the catalogue does, as an earlier release did, or as the table in the documentation does,
# which contradicts the list there.
SPELLINGS: dict[str, dict[str, str]] = {
    "documented": {},
    "older": {
        selectors.POOL: "snow_containers_compute_pool_name",
        selectors.NODE: "snow_node_id",
        selectors.SERVICE: "snow_executable_name",
        selectors.CONTAINER: "snow_containers_container_name",
        selectors.INSTANCE: "snow_containers_instance_name",
    },
    "table": {selectors.INSTANCE: "snow_container_instance"},
}


def render(pool: Pool, node: Node, age: float) -> str:
    """Return the body of one scrape, age seconds after the simulation began."""
    spelling = SPELLINGS[pool.labels]
    families: dict[str, list[str]] = {}
    for name, labels, value in samples(pool, node, age):
        families.setdefault(name, []).append(_line(name, labels, value, spelling))
    blocks = []
    for name, lines in families.items():
        metric = CATALOGUE[name]
        blocks.append(f"# HELP {name} {metric.meaning}\n# TYPE {name} {metric.kind}\n" + "\n".join(lines))
    return "\n".join(blocks) + "\n"


def _line(name: str, labels: dict[str, str], value: float, spelling: dict[str, str]) -> str:
    pairs = ",".join(f'{spelling.get(label, label)}="{labels[label]}"' for label in CATALOGUE[name].labels)
    return f"{name}{{{pairs}}} {value!r}"


def samples(pool: Pool, node: Node, age: float) -> Iterator[Sample]:
    """Yield name, labels and value of everything the node publishes."""
    base = {
        selectors.POOL: pool.name,
        selectors.FAMILY: pool.family.name,
        selectors.NODE: node.id,
    }
    yield "node_cpu_capacity", base, pool.family.cpu
    yield "node_memory_capacity", base, pool.family.memory
    if pool.family.gpus:
        yield "node_gpu_capacity", base, pool.family.gpus
    # How many containers share each GPU of the node, and its memory.
    instances = [instance for instance in node.instances if age >= instance.start]
    sharers = Counter(container.gpu for instance in instances for container in instance.containers)
    for instance in instances:
        labels = base | _instance_labels(pool, instance)
        number = seed(pool.name, node.id, instance.schema, instance.service, instance.number)
        yield from _network(labels, instance, number, age)
        yield from _volume(labels, instance, number, age)
        for container in instance.containers:
            share = 1 / max(1, sharers[container.gpu])
            yield from _container(labels, pool, container, seed(number, container.name), age, share)


def _instance_labels(pool: Pool, instance: Instance) -> dict[str, str]:
    return {
        selectors.ACCOUNT: ACCOUNT,
        selectors.POOL_ID: str(100 + pool.number),
        selectors.DATABASE_ID: "10",
        selectors.DATABASE: instance.database,
        selectors.SCHEMA_ID: "20" if instance.schema == SCHEMA else "21",
        selectors.SCHEMA: instance.schema,
        selectors.SERVICE_ID: str(seed(instance.schema, instance.service) % 10_000),
        selectors.SERVICE: instance.service,
        selectors.SERVICE_TYPE: "Job" if instance.job else "Service",
        selectors.INSTANCE: str(instance.number),
    }


def _container(
    base: dict[str, str], pool: Pool, container: Container, number: int, age: float, share: float
) -> Iterator[Sample]:
    labels = base | {selectors.CONTAINER: container.name}
    now = behaviour.read(container.behaviour, number, age, container.since, container.period)
    if now.state == "running":
        yield "container_cpu_usage", labels, now.cpu * container.cpu_limit
        yield "container_memory_usage", labels, now.memory * container.memory_limit
    yield "container_cpu_limit", labels, container.cpu_limit
    yield "container_memory_limit", labels, container.memory_limit
    yield "container_cpu_requested", labels, container.cpu_limit * container.requested
    yield "container_memory_requested", labels, container.memory_limit * container.requested
    if container.gpu is not None:
        memory = share * pool.family.gpu_memory if now.state == "running" else 0
        yield from _gpu(labels, pool, container, number, age, memory)
    yield "container_restarts", labels, now.restarts
    if now.state == "running":
        yield "container_state_running", labels, 1
        yield "container_state_started", labels, 1
    else:
        yield f"container_state_{now.state}", labels, 1
    if now.pending_reason:
        yield "container_state_pending_reason", labels | {selectors.REASON: now.pending_reason}, 1
    if now.finished_reason:
        yield "container_state_last_finished_reason", labels | {selectors.REASON: now.finished_reason}, 1
        yield "container_state_last_finished_exitcode", labels, float(now.exit_code or 0)


def _gpu(
    labels: dict[str, str], pool: Pool, container: Container, number: int, age: float, memory: float
) -> Iterator[Sample]:
    """Yield what a container on a GPU shows: memory is its part of the GPU's, 0 while it does not run."""
    yield "container_gpu_limit", labels, 1
    yield "container_gpu_requested", labels, 1
    if memory:
        on_gpu = labels | {selectors.GPU: str(container.gpu)}
        idle = container.behaviour is Behaviour.IDLE
        yield "container_gpu_utilization", on_gpu, 0.0 if idle else wave(number + 2, age, 0.2, 0.98)
        yield "container_gpu_memory_usage", on_gpu, wave(number + 3, age, 0.3, 0.9) * memory
        yield "container_gpu_memory_capacity", on_gpu, pool.family.gpu_memory


def _network(labels: dict[str, str], instance: Instance, number: int, age: float) -> Iterator[Sample]:
    rate = 20_000 + number % 80_000
    denied = 0 if instance.denied_since is None else max(0, age - instance.denied_since) // 10
    received = grown(rate, age)
    yield "network_egress_denied_packets", labels, denied
    yield "network_egress_received_bytes", labels, received
    yield "network_egress_received_packets", labels, received // 900
    yield "network_egress_transmitted_bytes", labels, received / 3
    yield "network_egress_transmitted_packets", labels, received // 2_700
    if instance.endpoint:
        on_endpoint = labels | {selectors.ENDPOINT: instance.endpoint}
        yield "network_ingress_connections_active", on_endpoint, round(wave(number, age, 2, 60))
        yield "network_ingress_cps", on_endpoint, wave(number + 1, age, 0.5, 25)


def _volume(base: dict[str, str], instance: Instance, number: int, age: float) -> Iterator[Sample]:
    volume = instance.volume
    if volume is None:
        return
    labels = base | {
        selectors.VOLUME_ID: str(number % 100_000),
        selectors.VOLUME: volume.name,
        selectors.REPLICA: str(instance.number),
        selectors.VOLUME_TYPE: "block",
    }
    yield "volume_capacity", labels, volume.size
    yield "volume_usage", labels, volume.size * min(0.99, volume.used + volume.growth * age / DAY)
    yield "volume_io_inflight", labels, round(wave(number, age, 0, 12))
    yield "volume_read_iops", labels, wave(number + 1, age, 50, 900)
    yield "volume_read_throughput", labels, wave(number + 2, age, 1e6, 5e7)
    yield "volume_write_iops", labels, wave(number + 3, age, 20, 500)
    yield "volume_write_throughput", labels, wave(number + 4, age, 5e5, 2e7)
