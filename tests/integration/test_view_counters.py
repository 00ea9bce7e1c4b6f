"""A counter that started anew is counted through a view as in its store."""

import time
from pathlib import Path

from views import STRICT_WITHOUT_REPLICAS, ask_one, start_shard, start_view

from monitoring.restarts import packets, restarts
from spcsmetrics.core import process
from spcsmetrics.local import processes
from spcsmetrics.local.history import STEP
from spcsmetrics.programs import prometheus

# After a quarter of an hour at 7 it starts anew, and counts two.
VALUES = [7] * 30 + [0] * 30 + [1] * 30 + [2] * 25
COUNTER = 'container_restarts{snow_service_name="S"}'


def test_what_started_anew_is_counted_from_there(tmp_path: Path) -> None:
    end = int(time.time()) // STEP * STEP
    text = tmp_path / "text"
    moments = range(end - len(VALUES) * STEP, end, STEP)
    lines = [f"{COUNTER} {value} {at}\n" for value, at in zip(VALUES, moments, strict=True)]
    text.write_text("".join([*lines, "# EOF\n"]))
    promtool = prometheus.built("promtool")
    process.run([promtool, "tsdb", "create-blocks-from", "openmetrics", text, tmp_path / "data"])
    with processes.open_run(tmp_path / "run") as run:
        shard = start_shard(run, tmp_path / "data", 0)
        view = start_view(run, [shard.endpoint], STRICT_WITHOUT_REPLICAS)
        moment = {"time": str(end - STEP)}
        for query in (restarts("", "58m"), packets("container_restarts", "", "58m")):
            assert [ask_one(one, query, moment)[1] for one in (shard.store, view)] == [2, 2]
        resets = [ask_one(one, f"resets({COUNTER}[58m])", moment)[1] for one in (shard.store, view)]
        assert resets == [1, 0], "the reason is gone why no query counts resets: monitoring/restarts.py may be simpler"
