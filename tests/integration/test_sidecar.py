"""A sidecar and its store start in any order."""

import signal
from pathlib import Path

from views import start_sidecar, start_store
from waiting import wait_for

from spcsmetrics.local import processes

ENVIRONMENT = {"SPCS_SHARD_INDEX": "0", "SPCS_REPLICA": "a"}
# All queries of the view fail until then; by itself a sidecar looks twice a minute.
SECONDS = 12


def test_a_sidecar_that_starts_before_its_store_serves_it_soon_after_it_is_there(tmp_path: Path) -> None:
    with processes.open_run(tmp_path / "run") as run:
        (tmp_path / "data").mkdir()
        store = start_store(run, "store", tmp_path / "data", ENVIRONMENT)
        store.popen.send_signal(signal.SIGKILL)
        store.popen.wait()
        run.processes.remove(store)
        sidecar, _ = start_sidecar(run, "store", store, wait=False)
        said = run.folder / "store-sidecar.log"
        wait_for(lambda: "Is Prometheus running? Retrying" in said.read_text(), 20)
        words = store.popen.args
        assert isinstance(words, list)
        run.start("store-again", words, env=ENVIRONMENT, url=store.url)
        wait_for(lambda: processes.answers(f"{store.url}/-/ready"), 20)
        wait_for(lambda: processes.answers(f"{sidecar.url}/-/ready"), SECONDS)
