"""A volume that is full costs no sample, whatever happens to the store meanwhile, and says so."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gaps import find_gaps
from stores import write_fast_configuration
from volumes import FullStand, open_full_stand
from waiting import wait_for

from monitoring.signals.store import ACCEPTS

INTERVAL = 1


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The shipped configuration, in which a minute of an alert is a few seconds."""
    fast = write_fast_configuration(tmp_path)
    for file in (fast.parent / "rules").iterdir():
        file.write_text(
            file.read_text().replace("for: 1m", "for: 4s").replace("for: 30s", "for: 2s").replace("[1m]", "[4s]")
        )
    return fast


@pytest.fixture
def stand(tmp_path: Path, config: Path) -> Iterator[FullStand]:
    with open_full_stand(tmp_path / "run", config, INTERVAL) as full:
        yield full


def gaps(stand: FullStand, began: float) -> dict[str, float]:
    return find_gaps(stand, began, INTERVAL, 1.9 * INTERVAL)


def test_a_full_volume_costs_no_sample_not_even_after_a_later_kill(stand: FullStand) -> None:
    began = time.time()
    stand.volume.fill()
    wait_for(lambda: not stand.accepts() and stand.launched.readiness() == 503, 10)
    wait_for(lambda: bool(stand.alerts() & {"SpcsPrometheusVolumeFull", "SpcsPrometheusStoresNothing"}), 60)
    wait_for(lambda: stand.query(ACCEPTS.lines[0].expr)[0].value == 0, 30)
    stand.volume.free()
    wait_for(stand.accepts, 30)
    assert stand.launched.readiness() == 200
    assert gaps(stand, began) == {}
    # What was written behind a torn record would be gone now.
    stand.kill_store()
    wait_for(stand.accepts, 30)
    assert gaps(stand, began) == {}
    assert stand.refused_samples() == 0


def test_a_store_that_is_killed_while_its_volume_is_full_keeps_what_it_had(stand: FullStand) -> None:
    began = time.time()
    time.sleep(5 * INTERVAL)
    full = time.time()
    stand.volume.fill()
    wait_for(lambda: not stand.accepts(), 10)
    had = stand.counts(full)
    assert set(had) == set(stand.nodes())
    for _ in range(3):
        stand.kill_store()
        assert stand.counts(full) == had
    assert not stand.accepts()
    stand.volume.free()
    wait_for(stand.accepts, 30)
    assert gaps(stand, began) == {}


def test_past_the_door_acknowledged_samples_are_lost_with_the_next_start(tmp_path: Path, config: Path) -> None:
    """Where this fails, Prometheus writes no torn records any more, and the door has become needless."""
    with open_full_stand(tmp_path / "run", config, INTERVAL, past_the_door=True) as stand:
        # The server alone, as without a launcher that starts it again.
        launcher = stand.store.popen.pid
        began = time.time()
        os.kill(launcher, signal.SIGSTOP)
        stand.volume.fill()
        time.sleep(10 * INTERVAL)
        stand.volume.free()
        assert gaps(stand, began) == {}
        os.kill(launcher, signal.SIGCONT)
        stand.kill_store()
        assert gaps(stand, began) != {}
