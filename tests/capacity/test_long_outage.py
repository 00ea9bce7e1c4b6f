"""A volume that is full for ten minutes, with the shipped rules and intervals.

Twelve minutes, as root: ./inv test-capacity
"""

import time
from collections.abc import Callable
from pathlib import Path

from gaps import find_gaps
from volumes import open_full_stand
from waiting import wait_for

from monitoring.signals.store import ACCEPTS
from spcsmetrics.programs import prometheus

INTERVAL = 5
FULL_SECONDS = 600
ALERT_SECONDS = 180


def test_ten_minutes_of_a_full_volume_cost_no_sample_and_are_an_alert_within_three(
    tmp_path: Path, measured: Callable[[str], None]
) -> None:
    with open_full_stand(tmp_path / "run", prometheus.CONFIG, INTERVAL) as stand:
        # The store's own scrapes have begun.
        wait_for(lambda: stand.query(ACCEPTS.lines[0].expr)[0].value == 1, 120)
        began = time.time()
        stand.volume.fill()
        wait_for(
            lambda: bool(stand.alerts() & {"SpcsPrometheusVolumeFull", "SpcsPrometheusStoresNothing"}), ALERT_SECONDS
        )
        measured(f"{stand.alerts()} after {time.time() - began:.0f} s")
        assert stand.query(ACCEPTS.lines[0].expr)[0].value == 0
        time.sleep(began + FULL_SECONDS - time.time())
        assert not stand.accepts()
        stand.volume.free()
        wait_for(lambda: stand.accepts() and stand.up() == set(stand.nodes()), 120)
        assert find_gaps(stand, began, INTERVAL, 1.9 * INTERVAL) == {}
        assert stand.refused_samples() == 0
        assert stand.own_metrics("spcs_lost_samples_total")[""] == 0
