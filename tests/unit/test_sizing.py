"""What a deployment needs by the number of series: the figures of the plan, the table of sizes, and their limits."""

from dataclasses import replace
from typing import Any

import pytest
from specifications import specify

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import estimate, rows
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.deploy.sizing import FAMILIES, SIZES
from spcsmetrics.deploy.state import State

WANTED = Settings()


def running(volumes: list[dict[str, str]], series: str | None = None) -> State:
    """Return the state of an account with a service of these volumes, sized for so many series."""
    env = {} if series is None else {"SPCS_SERIES": series}
    spec = {"containers": [{"name": "otel"}, {"name": "prometheus", "env": env}], "volumes": volumes}
    return State(specification={"spec": spec})


def test_the_estimate_reckons_series_disk_and_credits() -> None:
    figures = estimate.calculate(10, 20, WANTED)
    assert (figures.most_series, figures.size.series, figures.volume_gib) == (5660, 45_000, 25)
    text = "\n".join(figures.lines(WANTED))
    assert "0.06 credits an hour, 43 in 30 days" in text
    assert "10 nodes are to be watched, 20 when all pools are full: about 5,660 series, 0.7 GB in 15 days" in text
    assert "512 MiB for the collector, of which 64 MB may wait for the store" in text
    assert "The volume holds fewer days" in "\n".join(
        estimate.calculate(1, 150, replace(WANTED, volume_gib=4)).lines(WANTED)
    )
    assert "0.57 credits an hour" in estimate.calculate(1, 1, WANTED, "GPU_NV_S").lines(WANTED)[0]
    assert "consumption table" in estimate.calculate(1, 1, WANTED, "CPU_X99").lines(WANTED)[0]


def test_ten_full_pools_get_a_size_that_was_measured_and_a_family_that_holds_it() -> None:
    with pytest.raises(UserError, match=r"CPU_X64_XS has 6 GiB, and 425,000 series need .* use a pool of CPU_X64_S"):
        estimate.calculate(100, 1500, WANTED)
    figures = estimate.calculate(100, 1500, WANTED, "CPU_X64_S")
    assert figures.size.series == 425_000
    assert not [line for line in figures.lines(WANTED) if "outgrow" in line or "fewer days" in line]


def test_a_size_that_is_set_is_taken_with_a_warning_when_the_pools_may_outgrow_it() -> None:
    settings = replace(WANTED, size=40_000)
    figures = estimate.calculate(100, 1500, settings)
    assert figures.size.series == 45_000
    assert "The pools may outgrow the size: set size to 424500, or to auto." in figures.lines(settings)


@pytest.mark.parametrize(
    ("nodes", "most", "warning"),
    [
        (10, 20, ""),
        (10, 400, "What is deployed is sized for 45,000 series: the account outgrows it with full pools."),
        (200, 400, "What is deployed is sized for 45,000 series: the account has outgrown it."),
    ],
)
def test_an_account_that_outgrows_what_is_deployed_is_a_warning(nodes: int, most: int, warning: str) -> None:
    lines = estimate.calculate(nodes, most, WANTED, "CPU_X64_S", state=running([], "45000")).lines(WANTED)
    assert [line for line in lines if "deployed" in line] == ([warning] if warning else [])
    fresh = estimate.calculate(nodes, most, WANTED, "CPU_X64_S").lines(WANTED)
    assert not [line for line in fresh if "deployed" in line]


def test_a_family_that_the_table_lacks_is_said_with_what_its_nodes_need() -> None:
    lines = estimate.calculate(1, 1, WANTED, "GPU_NV_S").lines(WANTED)
    assert "The nodes of GPU_NV_S are not in the table of families: see that they have 3.8 GiB and 1 CPUs." in lines


def test_more_than_one_service_holds_is_refused() -> None:
    with pytest.raises(UserError, match="more than one service holds, which is 850,000: name fewer pools"):
        estimate.calculate(1, 5000, WANTED)


def test_a_volume_that_is_there_is_kept_whatever_the_size() -> None:
    there = running([{"name": "data", "source": "block", "size": "40Gi"}])
    assert estimate.calculate(1, 1500, WANTED, "CPU_X64_S", state=there).volume_gib == 40
    assert estimate.calculate(1, 1500, WANTED, "CPU_X64_S").volume_gib == 85


def test_more_days_than_a_volume_holds_are_refused_unless_its_size_is_set() -> None:
    wanted = replace(WANTED, size=850_000, pool_family="CPU_X64_L", retention_days=3650)
    with pytest.raises(UserError, match=r"need a volume of [\d,]+ GiB, and one has at most 16,384: set retention_days"):
        estimate.calculate(1, 1, wanted)
    assert estimate.calculate(1, 1, replace(wanted, volume_gib=16_384)).volume_gib == 16_384


def test_pools_are_counted_with_the_nodes_that_they_may_have() -> None:
    pool = rows.Pool(
        name="A",
        state="ACTIVE",
        auto_resume="true",
        instance_family="CPU_X64_S",
        active_nodes="2",
        idle_nodes=1,
        max_nodes="7",
    )
    others = [{**pool, "name": "B", "max_nodes": None}, {**pool, "name": "C"}]
    figures = estimate.estimate(lambda _: [pool, *others], replace(WANTED, pools=("A", "B")), State())
    assert (figures.nodes, figures.most_nodes) == (6, 10)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size.series}")
def test_each_size_fits_a_family_and_its_limits_follow_from_one_figure(size: Any) -> None:
    assert any(size.fits(family) for family in FAMILIES)
    containers = specify(WANTED, size.series)["spec"]["containers"]
    otel, store = (one for one in containers if one["name"] != "grafana")
    assert otel["resources"]["limits"]["memory"] == otel["resources"]["requests"]["memory"] == f"{size.collector_mib}Mi"
    assert store["resources"]["limits"]["memory"] == f"{size.store_mib}Mi"
    garbage = int(otel["env"]["GOMEMLIMIT"].removesuffix("MiB"))
    # The limiter refuses samples at 85 %.
    assert 0.7 < garbage / size.collector_mib < 0.85
    assert int(otel["env"]["SPCS_QUEUE_BYTES"]) < garbage * 2**20 / 2
    assert store["env"]["SPCS_SERIES"] == str(size.series)


@pytest.mark.parametrize(("series", "read"), [("150000", 150_000), (None, 0), ("many", 0), ("", 0)])
def test_the_size_of_what_is_deployed_is_read_from_its_specification(series: str | None, read: int) -> None:
    assert running([], series).series == read
    assert State().series == 0
