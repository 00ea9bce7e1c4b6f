"""Names of the job and of labels, and the selectors by which a board's queries follow its variables."""

# The job of every node's target, as the receiver names it.
JOB = "spcs-nodes"
# The job of every instance of an application, which the receiver forces on all that it publishes.
APPLICATION_JOB = "spcs-services"
OF_APPLICATIONS = f'job="{APPLICATION_JOB}"'
# Recorded series and alerts have no job, and nodes have their own.
NO_APPLICATION = f'job!="{APPLICATION_JOB}"'

# The collector's exporter to the central store, and all others: the one to the service's own store.
TO_CENTRAL_STORE = 'exporter="spcs_store/central"'
TO_OWN_STORE = 'exporter!="spcs_store/central"'

ACCOUNT = "snow_account_name"
POOL, POOL_ID = "snow_compute_pool_name", "snow_compute_pool_id"
FAMILY = "snow_compute_pool_node_instance_family"
NODE = "snow_compute_pool_node_id"
GPU = "gpu"
DATABASE, DATABASE_ID = "snow_database_name", "snow_database_id"
SCHEMA, SCHEMA_ID = "snow_schema_name", "snow_schema_id"
SERVICE, SERVICE_ID, SERVICE_TYPE = "snow_service_name", "snow_service_id", "snow_service_type"
INSTANCE, CONTAINER = "snow_service_container_instance", "snow_service_container_name"
VOLUME, VOLUME_ID, REPLICA, VOLUME_TYPE = "snow_volume_name", "snow_volume_id", "snow_volume_replica", "volume_type"
ENDPOINT = "snow_endpoint_name"
# Of pending and finished containers, and of failures.
REASON = "reason"

# A service is known by its name only within its schema and database.
OF_SERVICE = f"{DATABASE}, {SCHEMA}, {SERVICE}"
OF_INSTANCE = f"{OF_SERVICE}, {INSTANCE}"
OF_CONTAINER = f"{OF_INSTANCE}, {CONTAINER}"
OF_NODE = f"{POOL}, {NODE}"
OF_GPU = f"{OF_NODE}, {GPU}"
OF_VOLUME = f"{OF_INSTANCE}, {VOLUME}, {REPLICA}"

# Label -> variable, in the order in which a reader narrows down.
VARIABLES = {
    ACCOUNT: "account",
    POOL: "pool",
    NODE: "node",
    GPU: "gpu",
    DATABASE: "database",
    SCHEMA: "schema",
    SERVICE: "service",
    CONTAINER: "container",
    INSTANCE: "instance",
    VOLUME: "volume",
}


def matchers(*labels: str, one: tuple[str, ...] = ()) -> str:
    """Return matchers of these labels by the variables of the same things; those of which one is chosen are exact."""
    return ", ".join(f'{label}{"=" if label in one else "=~"}"${VARIABLES[label]}"' for label in labels)


# What a board of pools, nodes, GPUs, services and containers chooses.
IN_POOLS = matchers(POOL)
ON_NODES = matchers(POOL, NODE)
ON_GPUS = matchers(POOL, NODE, GPU)
IN_SERVICES = matchers(POOL, DATABASE, SCHEMA, SERVICE)
IN_VOLUMES = matchers(POOL, DATABASE, SCHEMA, SERVICE, VOLUME)
# What a board of details chooses: one of them.
IN_POOL = matchers(POOL, one=(POOL,))
ON_NODE = matchers(POOL, NODE, one=(NODE,))
_ONE_SERVICE = (DATABASE, SCHEMA, SERVICE)
IN_SERVICE = matchers(POOL, *_ONE_SERVICE, one=_ONE_SERVICE)
OF_ONE_CONTAINER = matchers(POOL, *_ONE_SERVICE, CONTAINER, one=(*_ONE_SERVICE, CONTAINER))
IN_CONTAINER = f"{OF_ONE_CONTAINER}, {matchers(INSTANCE)}"


def legend(*labels: str) -> str:
    """Return a legend that writes these labels with dots between them."""
    return ".".join(f"{{{{{label}}}}}" for label in labels)


SERVICE_LEGEND = legend(DATABASE, SCHEMA, SERVICE)
INSTANCE_LEGEND = legend(DATABASE, SCHEMA, SERVICE, INSTANCE)
CONTAINER_LEGEND = legend(DATABASE, SCHEMA, SERVICE, INSTANCE, CONTAINER)
NODE_LEGEND = f"{legend(POOL)} {legend(NODE)}"
GPU_LEGEND = f"{NODE_LEGEND} gpu {legend(GPU)}"
VOLUME_LEGEND = f"{INSTANCE_LEGEND} {legend(VOLUME)}"


def short(where: str, full: str) -> str:
    """Return a legend without the names that the matchers (where) leave no choice of, because every line has them."""
    for label in (POOL, DATABASE, SCHEMA, SERVICE, CONTAINER):
        if f'{label}="' in where and full != legend(label):
            full = (
                full.replace(f"{legend(label)}.", "").replace(f"{legend(label)} ", "").replace(f".{legend(label)}", "")
            )
    return full
