"""The state of the simulated account: pools, their nodes, and the services that run on them."""

import ipaddress
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from simulator.behaviour import LEAK_PERIOD, WORK_SECONDS, Behaviour, seed

GIB = 1024**3

ACCOUNT = "SIMULATED"
DATABASE = "ANALYTICS"
SCHEMA, OTHER_SCHEMA = "PUBLIC", "STAGING"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """An instance family: what one node of it offers (cores, bytes, GPUs, bytes a GPU).

    Source: https://docs.snowflake.com/en/sql-reference/sql/create-compute-pool
    """

    name: str
    cpu: float
    memory: int
    gpus: int = 0
    gpu_memory: int = 0


FAMILIES = {
    family.name: family
    for family in (
        Family(name="CPU_X64_XS", cpu=1, memory=6 * GIB),
        Family(name="CPU_X64_S", cpu=3, memory=13 * GIB),
        Family(name="CPU_X64_M", cpu=6, memory=28 * GIB),
        Family(name="CPU_X64_L", cpu=28, memory=116 * GIB),
        Family(name="HIGHMEM_X64_S", cpu=6, memory=58 * GIB),
        Family(name="GPU_NV_S", cpu=6, memory=27 * GIB, gpus=1, gpu_memory=24 * GIB),
        Family(name="GPU_NV_M", cpu=44, memory=178 * GIB, gpus=4, gpu_memory=24 * GIB),
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One container of a service instance; limits in cores and bytes, gpu is the index of its GPU.

    requested is the share of its limits that it requests; since is the age at which its behaviour begins, and period
    how long a leak takes.
    """

    name: str
    behaviour: Behaviour
    cpu_limit: float
    memory_limit: int
    requested: float = 0.5
    gpu: int | None = None
    since: float = 0
    period: float = LEAK_PERIOD


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """A block volume: its size in bytes, the share in use at first, and how much more that is after a day."""

    name: str
    size: int = 50 * GIB
    used: float = 0.4
    growth: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One instance of a service: its containers live on one node.

    start is the age at which it is created, and denied_since the one from which the egress policy denies packets.
    """

    service: str
    number: int
    containers: tuple[Container, ...]
    endpoint: str | None = None
    volume: Volume | None = None
    database: str = DATABASE
    schema: str = SCHEMA
    job: bool = False
    start: float = 0
    denied_since: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Node number n of its pool: its id, where its exporter listens, and what runs on it."""

    number: int
    id: str
    host: str
    port: int
    instances: tuple[Instance, ...]

    @property
    def address(self) -> str:
        """Return host:port, which names the node in the whole account."""
        return f"{self.host}:{self.port}"


@dataclass(kw_only=True)
class Pool:
    """One compute pool.

    state is Snowflake's word for it, privilege what the collector's role has on it (empty: none), and labels how its
    nodes spell the names of labels. A pool that is suspended was active before the age suspended_at. least and most are
    the numbers of nodes that a statement set.
    """

    name: str
    family: Family
    number: int
    state: str = "ACTIVE"
    auto_resume: bool = True
    privilege: str = "MONITOR"
    labels: str = "documented"
    suspended_at: float = 0
    least: int = 0
    most: int = 0
    comment: str = ""
    nodes: dict[str, Node] = field(default_factory=dict)

    @property
    def monitored(self) -> bool:
        """Return whether the role may see the pool's nodes."""
        return self.privilege in {"MONITOR", "OWNERSHIP"}


class Network:
    """Gives out the addresses of nodes: node n of pool p gets base + p * 256 + n + 1, or a port of the one address."""

    def __init__(self, base: str, port: int, *, one_address: bool = False) -> None:
        self._base = ipaddress.IPv4Address(base)
        self._port = port
        self._one_address = one_address
        self._taken = itertools.count()

    def place(self, pool: int, node: int) -> tuple[str, str, int]:
        """Return id, host and port for a node."""
        if self._one_address:
            return f"10.244.{pool}.{node + 1}", str(self._base), self._port + next(self._taken)
        host = str(self._base + pool * 256 + node + 1)
        return host, host, self._port


class Fleet:
    """All pools of the account. Changes take effect for the next question asked."""

    def __init__(self, network: Network, containers: int) -> None:
        self._network = network
        self._containers = containers
        self._numbers = itertools.count()
        self.pools: dict[str, Pool] = {}

    def add_pool(self, name: str, family: str, nodes: int) -> Pool:
        """Create a pool with its nodes. Raises KeyError for an unknown family and ValueError for a taken name."""
        if name in self.pools:
            raise ValueError(f"pool {name} exists already")
        pool = Pool(name=name, family=FAMILIES[family], number=next(self._numbers))
        for _ in range(nodes):
            self.add_node(pool)
        self.pools[name] = pool
        return pool

    def rename_pool(self, pool: Pool, name: str) -> None:
        """Replace a pool by one of another name with the same nodes. Raises ValueError for a taken name."""
        if name in self.pools:
            raise ValueError(f"pool {name} exists already")
        self.pools = {name if key == pool.name else key: value for key, value in self.pools.items()}
        pool.name = name

    def add_node(self, pool: Pool) -> Node:
        """Add the next node to a pool."""
        taken = {node.number for node in pool.nodes.values()}
        number = next(n for n in itertools.count() if n not in taken)
        name, host, port = self._network.place(pool.number, number)
        instances = tuple(_place(pool, number, self._containers))
        node = Node(number=number, id=name, host=host, port=port, instances=instances)
        pool.nodes[node.address] = node
        return node

    def remove_service(self, service: str) -> bool:
        """Take a service away from all nodes, and return whether any had it."""
        found = False
        for pool, node in self.nodes():
            left = tuple(instance for instance in node.instances if instance.service != service)
            found = found or len(left) < len(node.instances)
            pool.nodes[node.address] = replace(node, instances=left)
        return found

    def nodes(self) -> Iterator[tuple[Pool, Node]]:
        """Yield every node with its pool."""
        for pool in list(self.pools.values()):
            for node in list(pool.nodes.values()):
                yield pool, node


_SERVICES = ("API", "INGEST", "SEARCH", "REPORTS", "FEATURES", "GATEWAY", "SCORING", "EXPORT")


def _place(pool: Pool, node: int, containers: int) -> Iterator[Instance]:
    """Yield the instances of one node, two containers each (the last may have one).

    Instance n of a service is on node n. The first service has an endpoint and a volume, and the third has its name in
    another schema. On the pool's first node one container leaks until it is killed, another can never pull its image,
    and a third does its work and finishes.
    """
    per_instance = [2] * (containers // 2) + [1] * (containers % 2)
    share = pool.family.cpu / max(containers, 1)
    memory = pool.family.memory // max(containers, 1)
    gpus = itertools.cycle(range(pool.family.gpus)) if pool.family.gpus else None
    for i, size in enumerate(per_instance):
        suffix = "" if i < len(_SERVICES) else f"_{i // len(_SERVICES) + 1}"
        service = f"{pool.name}_{_SERVICES[i % len(_SERVICES)]}{suffix}"
        behaviours = [Behaviour.STEADY, Behaviour.BUSY]
        if i == 1 and node == 0:
            behaviours[0] = Behaviour.LEAKING
        if i == 2 and node == 0:
            behaviours = [Behaviour.UNPULLABLE, Behaviour.FINISHING]
        # Another service of the first one's name, in another schema.
        if i == 2:
            service = f"{pool.name}_{_SERVICES[0]}"
        schema = OTHER_SCHEMA if i == 2 else SCHEMA
        yield Instance(
            service=service,
            number=node,
            containers=tuple(
                Container(
                    name=name,
                    behaviour=behaviour,
                    cpu_limit=share,
                    memory_limit=memory,
                    gpu=next(gpus) if gpus and name == "main" else None,
                    since=WORK_SECONDS if behaviour is Behaviour.FINISHING else 0,
                )
                for name, behaviour in zip(("main", "sidecar")[:size], behaviours, strict=False)
            ),
            endpoint="web" if i == 0 else None,
            volume=Volume(name="data") if i == 0 else None,
            schema=schema,
            # Some of the services try to reach what they may not.
            denied_since=0 if seed(pool.name, f"{node}", schema, service) % 7 == 0 else None,
        )
