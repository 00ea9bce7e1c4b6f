"""A shard that dies without a replica makes every answer an error that names it, and never half of the truth."""

import time
from pathlib import Path

from sharded import by_pool, write_part
from views import STRICT_WITHOUT_REPLICAS, ask_one, start_shard, start_view
from waiting import wait_for

from spcsmetrics.local import processes
from spcsmetrics.local.history import STEP

NODES = 'count(up{job="spcs-nodes"})'
# Seconds after the death: at once, after the view has looked again, and after its back-off.
MOMENTS = (0, 12, 37)


def test_a_dead_shard_is_an_error_with_strict_endpoints_and_half_of_the_truth_with_others(tmp_path: Path) -> None:
    end = int(time.time()) // STEP * STEP
    with processes.open_run(tmp_path / "run") as run:
        shards = [
            start_shard(run, write_part(tmp_path / f"part-{part}", by_pool(2), part, end), part) for part in (0, 1)
        ]
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
        # How the alert of the shard asks.
        absent = {"partial_response": "true"}
        assert ask_one(deployed, 'absent(up{spcs_shard="1"})', absent)[:2] == (200, 1)
        assert ask_one(deployed, 'absent(up{spcs_shard="0"})', absent)[:2] == (200, None)
