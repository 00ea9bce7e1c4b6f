"""SPCS / Pool: what the chosen compute pools do."""

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.common import DataSourceRef
from grafana_foundation_sdk.models.dashboard import Dashboard, VariableRefresh, VariableSort

from spcsmetrics.monitoring import signals
from spcsmetrics.monitoring.boards.panels import lines, number, ranking

UID = "spcs-pool"


def make() -> Dashboard:
    """Return the board."""
    board = (
        dashboard.Dashboard("SPCS / Pool")
        .uid(UID)
        .description("Compute pools: nodes, capacity, what runs, what waits and why.")
        .tags(["spcs"])
        .refresh("30s")
        .time("now-1h", "now")
        .timezone("browser")
        .readonly()
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data source").type("prometheus"))
        .with_variable(_pool_variable())
        .with_row(dashboard.Row("Overview").id(101))
        .with_panel(number(signals.NODES, 1))
        .with_panel(number(signals.RUNNING, 2))
        .with_panel(number(signals.PENDING, 3, warn_above=1))
        .with_panel(number(signals.RESTARTS, 4, warn_above=1))
        .with_row(dashboard.Row("Containers").id(102))
        .with_panel(lines(signals.STATES, 5))
        .with_panel(lines(signals.REASONS, 6, stacked=True))
        .with_panel(ranking(signals.CONTAINERS, 7, columns=_COLUMNS))
        .with_row(dashboard.Row("Capacity").id(103))
        .with_panel(lines(signals.CPU, 8))
        .with_panel(lines(signals.MEMORY, 9))
        .with_panel(lines(signals.NODE_CPU, 10))
        .with_panel(lines(signals.NODE_MEMORY, 11))
        .with_row(dashboard.Row("GPU, storage and network").id(104))
        .with_panel(lines(signals.GPU, 12, width=8))
        .with_panel(lines(signals.VOLUMES, 13, width=8))
        .with_panel(lines(signals.DENIED, 14, width=8))
    )
    return board.build()


_COLUMNS = {
    "snow_compute_pool_name": "Pool",
    "snow_database_name": "Database",
    "snow_schema_name": "Schema",
    "snow_service_name": "Service",
    "snow_service_container_instance": "Instance",
    "snow_service_container_name": "Container",
}


def _pool_variable() -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable("pool")
        .label("Compute pool")
        .datasource(DataSourceRef(type_val="prometheus", uid="${datasource}"))
        .query(f"label_values(node_cpu_capacity, {signals.POOL})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
    )
