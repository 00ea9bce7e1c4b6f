"""A day of trouble in a real store: what a person would meet is there, and the store goes on from it."""

import time
from pathlib import Path

from waiting import wait_for

from spcsmetrics.local import day, processes
from spcsmetrics.local.promql import over_http

# Alert -> the pool that it is about.
FIRING = {
    "SpcsContainerFailed": "BATCH_POOL",
    "SpcsContainerMemoryNearLimit": "WEB_POOL",
    "SpcsEgressDenied": "BATCH_POOL",
    "SpcsGpuIdle": "GPU_POOL",
    "SpcsPoolHasNoHeadroom": "WEB_POOL",
    "SpcsPoolMetricsVanished": "STAGING_POOL",
    "SpcsServiceNotRunning": "BATCH_POOL",
    "SpcsVolumeFillingUp": "SEARCH_POOL",
}
# Query over the day -> its value.
FIGURES = {
    'sum(max_over_time(container_restarts[1d]) - min_over_time(container_restarts[1d]))': 4,
    'count_over_time(spcs_pool:nodes:known{snow_compute_pool_name="REPORTS_POOL"}[1d]) > 1800 < 1900': None,
    'count(count_over_time(spcs_compute_pool_info[1d] offset 1m) > 1000)': 7,
    "sum(spcs_discovery_nodes offset 1m)": 8,
    "count(spcs_service:container_memory_usage:max_1d offset 2m) > 10": None,
    'count(count_over_time(up{job="spcs-services"}[1d]))': 7,
    'count(count_over_time(up{job="spcs-services"}[1d:30s] offset 1m) > 2800)': 6,
    'count_over_time((up{job="spcs-services"} == 0)[1d:30s])': 72,
    "sum(spcs_application_instances offset 1m)": 6,
}  # fmt: skip


def test_a_day_ends_with_its_trouble_and_goes_on(tmp_path: Path) -> None:
    with processes.open_run(tmp_path) as run:
        _, store = day.start(run)
        begun = int(time.time())
        query = over_http(store.url)

        def firing() -> dict[str, str]:
            found = query('ALERTS{alertstate="firing", severity!="none"}')
            return {one.labels["alertname"]: one.labels.get("snow_compute_pool_name", "") for one in found}

        assert firing() == FIRING
        for expression, value in FIGURES.items():
            found = query(expression)
            assert found, expression
            assert value is None or found[0].value == value, expression
        # The store has new samples of nodes, and alerts that wait ten minutes or longer have not begun to wait anew.
        wait_for(lambda: bool(query(f'timestamp(up{{job="spcs-nodes"}}) > {begun}')), 60)
        wait_for(lambda: len(query(f'timestamp(up{{job="spcs-services"}} == 1) > {begun}')) == 6, 60)
        wait_for(lambda: len(query(f'timestamp(ALERTS{{alertstate="firing"}}) > {begun}')) >= len(FIRING) - 1, 120)
        assert FIRING.items() >= firing().items()
