"""A deployment that is killed at any of its steps, as it grows, changes and shrinks, is finished by the next run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts import SETTINGS
from offices import Office, open_office
from zygote import Done

from simulator.privileges import ADMINISTRATOR
from spcsmetrics.deploy.certificates import PARTS
from spcsmetrics.deploy.grants import list_grants
from spcsmetrics.images.definition import SHIPPED

NAME = "SPCS_METRICS.PUBLIC.SPCS_METRICS"
# The shapes that follow each other, with their services.
SHAPES = {
    (2, 2): {"", "_0_B", "_1", "_1_B", "_VIEW"},
    (3, 1): {"", "_1", "_2", "_VIEW"},
    (1, 1): {""},
}
# More changes than any of the ways between two shapes has.
MOST_STEPS = 20


@pytest.fixture
def delay() -> float:
    """Return how many seconds a service takes to start."""
    return 0.0


class Shapes(Office):
    """An office whose deployment has one shape after the other."""

    def want(self, shards: int, replicas: int) -> None:
        self.desk.write_settings(f"shards = {shards}\nreplicas = {replicas}\n{SETTINGS}")

    def run(self, *words: str, kill: tuple[str, int] | None = None) -> Done:
        return super().run(*words, "--timeout=15", kill=kill)

    @property
    def services(self) -> dict[str, Any]:
        found: dict[str, Any] = self.desk.catalog()["services"]
        return {name.removeprefix(NAME): one for name, one in found.items()}

    def is_as_wanted(self, wanted: set[str]) -> None:
        """See that the services are those of the shape and ready, that nothing is left over, and nothing to do."""
        catalog = self.desk.catalog()
        assert set(self.services) == wanted
        assert {one["state"] for one in self.services.values()} == {"READY"}
        assert len(catalog["secrets"]) == (5 if len(wanted) > 1 else 0)
        assert "nothing was sent" in self.finish("deploy").err


@pytest.fixture
def new_office(tmp_path: Path, delay: float) -> Iterator[Shapes]:
    """Yield an office in whose account nothing is deployed."""
    with open_office(tmp_path, delay) as opened:
        yield Shapes(opened.desk, opened.daemon, opened.zygote)


@pytest.fixture
def office(new_office: Shapes) -> Shapes:
    new_office.want(2, 2)
    new_office.desk.run_sql(ADMINISTRATOR, *(one.sql for one in list_grants(new_office.desk.settings)))
    new_office.want(1, 1)
    new_office.finish("deploy")
    return new_office


def test_each_way_between_shapes_is_killed_at_each_of_its_steps(office: Shapes) -> None:
    held = office.services[""]["data"]
    longest = dict.fromkeys(SHAPES, 0)
    for step in range(1, MOST_STEPS + 1):
        for (shards, replicas), wanted in SHAPES.items():
            office.want(shards, replicas)
            kept = len(office.desk.catalog()["snapshots"])
            leaving = [name for name in office.services if name not in wanted and name != "_VIEW"]
            done = office.run("deploy", kill=("after", step))
            assert done.code in (-9, 0), done.err
            if done.code:
                longest[shards, replicas] = step
                office.finish("deploy")
            office.is_as_wanted(wanted)
            saved = len(office.desk.catalog()["snapshots"]) - kept
            # One that was asked for, and one that the account makes itself of a volume that goes.
            assert saved == 2 * len(leaving), "each volume that goes is kept once"
            assert office.services[""]["data"] == held, "the volume of the pair stays in use"
        if step not in longest.values():
            break
    assert all(10 < steps < MOST_STEPS for steps in longest.values()), longest


def test_a_first_deployment_of_several_services_is_killed_again_and_again(new_office: Shapes) -> None:
    """Each run gets further than the one before: database, images, pool, certificates, services, the view."""
    office, daemon = new_office, new_office.daemon
    office.desk.write_settings('shards = 2\nreplicas = 2\nrole = "DEPLOY_ROLE"\nviewers = ["ANALYST"]\n')
    step = 1
    while office.run("deploy", "--create-pool", kill=("after", step)).code:
        step += 1
    office.is_as_wanted(SHAPES[2, 2])
    assert 5 < step < MOST_STEPS
    assert len(daemon.pushed) == len(set(daemon.pushed)) == len(SHIPPED)
    made = [sql.split("\n")[0] for sql in office.desk.changes() if not sql.startswith(("CREATE SECRET", "DROP SECRET"))]
    assert len(made) == len(set(made)), made


@pytest.mark.parametrize("delay", [1.0])
@pytest.mark.parametrize("which", [1, 2, 3])
def test_a_wait_between_two_stages_that_is_cut_is_taken_up_again(office: Shapes, which: int) -> None:
    office.want(2, 2)
    done = office.run("deploy", kill=("wait", which))
    assert done.code in (-9, 0), done.err
    office.finish("deploy")
    office.is_as_wanted(SHAPES[2, 2])
    assert sum(sql.startswith("CREATE SERVICE") for sql in office.desk.changes()) == 5, "nothing is made twice"


def test_a_removal_that_is_killed_after_each_of_its_steps_is_finished(office: Shapes) -> None:
    office.want(2, 2)
    office.finish("deploy")
    words = ("undeploy", "--force", "--yes", "--settings", str(office.desk.folder / "deploy.toml"))
    steps = 0
    # A run that is killed after a step has one step less before it the next time.
    while (done := office.zygote.run(*words, kill=("after", 1))).code == -9:
        steps += 1
    assert (done.code, steps) == (0, len(SHAPES[2, 2]) + len(PARTS)), done.err
    assert (office.services, office.desk.catalog()["secrets"]) == ({}, {})
    assert len(office.desk.catalog()["snapshots"]) == len(SHAPES[2, 2]) - 1, "each volume is kept once"


def test_a_rotation_that_is_killed_is_finished(office: Shapes) -> None:
    office.want(2, 1)
    office.finish("deploy")
    for step in (3, 7, 12):
        before = set(office.desk.catalog()["secrets"])
        done = office.run("rotate", kill=("after", step))
        assert done.code == -9, done.err
        office.finish("rotate")
        office.is_as_wanted({"", "_1", "_VIEW"})
        assert not before & set(office.desk.catalog()["secrets"])
