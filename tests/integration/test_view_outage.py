"""A shard that dies without a replica makes every answer an error that names it, and never half of the truth."""

import time
from pathlib import Path
from urllib.parse import parse_qsl

import yaml
from sharded import by_pool, write_count, write_part
from views import STRICT_WITHOUT_REPLICAS, ask_one, start_shard, start_view
from waiting import wait_for

from monitoring.rules.shard_alerts import DATA_SOURCE, shard_alert
from spcsmetrics.core.paths import GRAFANA
from spcsmetrics.local import processes
from spcsmetrics.local.history import STEP

NODES = 'count(up{job="spcs-nodes"})'
SOURCES = yaml.safe_load((GRAFANA / "view" / "datasources" / "prometheus.yaml").read_text())["datasources"]
# How Grafana asks for the alerts about shards.
(PARAMETERS,) = (
    dict(parse_qsl(source["jsonData"]["customQueryParameters"])) for source in SOURCES if source["uid"] == DATA_SOURCE
)
# Seconds after the death: at once, after the view has looked again, and after its back-off.
MOMENTS = (0, 12, 37)


def test_a_dead_shard_is_an_error_with_strict_endpoints_and_half_of_the_truth_with_others(tmp_path: Path) -> None:
    end = int(time.time()) // STEP * STEP
    with processes.open_run(tmp_path / "run") as run:
        shards = []
        for part in (0, 1):
            data = write_part(tmp_path / f"part-{part}", by_pool(2), part, end)
            write_count(data.parent, 2, end)
            shards.append(start_shard(run, data, part))
        endpoints = [shard.endpoint for shard in shards]
        deployed = start_view(run, endpoints, STRICT_WITHOUT_REPLICAS)
        loose = start_view(run, endpoints, STRICT_WITHOUT_REPLICAS, name="loose", strict=False)
        for view in (deployed, loose):
            wait_for(lambda asked=view: ask_one(asked, NODES)[1] == 16, 30)  # type: ignore[misc]
        shards[1].kill()
        died = time.monotonic()
        # What follows is about processes that are meant to be dead.
        run.processes = [one for one in run.processes if one not in (shards[1].store, shards[1].sidecar)]
        for moment in MOMENTS:
            time.sleep(max(0.0, died + moment - time.monotonic()))
            status, value, said = ask_one(deployed, NODES)
            assert (status, value) == (422, None), moment
            assert endpoints[1] in said, said
        assert ask_one(loose, NODES)[:2] == (200, 8), "the control answers as if nothing were missing"
        alerts = [ask_one(deployed, shard_alert(shard).expr, PARAMETERS)[:2] for shard in (0, 1, 2)]
        assert alerts == [(200, None), (200, 1), (200, None)], "the alert of the dead shard alone, and none of a third"
