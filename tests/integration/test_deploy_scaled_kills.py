"""A deployment that is killed at any of its steps, as it grows, changes and shrinks, is finished by the next run."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts import SETTINGS, Desk, open_desk
from docker_double import Daemon, open_daemon
from zygote import Done, Zygote, open_zygote

from simulator.privileges import ADMINISTRATOR
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
def daemon() -> Iterator[Daemon]:
    with open_daemon() as found:
        found.images |= {image.reference: image.name.encode() for image in SHIPPED.values()}
        yield found


@pytest.fixture
def delay() -> float:
    """Return how many seconds a service takes to start."""
    return 0.0


@pytest.fixture
def desk(tmp_path: Path, delay: float) -> Iterator[Desk]:
    with open_desk(tmp_path, delay) as found:
        yield found


@pytest.fixture
def zygote(desk: Desk) -> Iterator[Zygote]:
    with open_zygote(desk.folder) as found:
        yield found


class Office:
    """An account with a zygote that works on it, in one shape after the other."""

    def __init__(self, desk: Desk, daemon: Daemon, zygote: Zygote) -> None:
        self.desk, self.daemon, self.zygote = desk, daemon, zygote

    def want(self, shards: int, replicas: int) -> None:
        self.desk.write_settings(f"shards = {shards}\nreplicas = {replicas}\n{SETTINGS}")

    def run(self, *words: str, kill: tuple[str, int] | None = None) -> Done:
        env = {"DOCKER_HOST": self.daemon.url, "DOCKER_CONFIG": str(self.desk.folder / "docker"), "PATH": "/usr/bin"}
        settings = str(self.desk.folder / "deploy.toml")
        done = self.zygote.run(*words, "--timeout=15", "--settings", settings, env=env, kill=kill)
        self.desk.printed.append(done.out + done.err)
        assert "Traceback" not in done.err
        assert "BEGIN" not in done.out + done.err
        return done

    def finish(self, *words: str) -> Done:
        done = self.run(*words)
        assert done.code == 0, done.err
        return done

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
def office(desk: Desk, daemon: Daemon, zygote: Zygote) -> Office:
    found = Office(desk, daemon, zygote)
    found.want(2, 2)
    desk.run_sql(ADMINISTRATOR, *(one.sql for one in list_grants(desk.settings)))
    found.want(1, 1)
    found.finish("deploy")
    return found


def test_each_way_between_shapes_is_killed_at_each_of_its_steps(office: Office) -> None:
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
    assert all(10 < steps < MOST_STEPS for steps in longest.values()), longest


def test_a_first_deployment_of_several_services_is_killed_again_and_again(
    desk: Desk, daemon: Daemon, zygote: Zygote
) -> None:
    """Each run gets further than the one before: database, images, pool, certificates, services, the view."""
    office = Office(desk, daemon, zygote)
    desk.write_settings('shards = 2\nreplicas = 2\nrole = "DEPLOY_ROLE"\nviewers = ["ANALYST"]\n')
    step = 1
    while office.run("deploy", "--create-pool", kill=("after", step)).code:
        step += 1
    office.is_as_wanted(SHAPES[2, 2])
    assert 5 < step < MOST_STEPS
    assert len(daemon.pushed) == len(set(daemon.pushed)) == len(SHIPPED)
    made = [sql.split("\n")[0] for sql in desk.changes() if not sql.startswith(("CREATE SECRET", "DROP SECRET"))]
    assert len(made) == len(set(made)), made


@pytest.mark.parametrize("delay", [1.0])
@pytest.mark.parametrize("which", [1, 2, 3])
def test_a_wait_between_two_stages_that_is_cut_is_taken_up_again(office: Office, which: int) -> None:
    office.want(2, 2)
    done = office.run("deploy", kill=("wait", which))
    assert done.code in (-9, 0), done.err
    office.finish("deploy")
    office.is_as_wanted(SHAPES[2, 2])
    assert sum(sql.startswith("CREATE SERVICE") for sql in office.desk.changes()) == 5, "nothing is made twice"


@pytest.mark.parametrize("step", [2, 4, 7, 9])
def test_a_removal_that_is_killed_is_finished(office: Office, step: int) -> None:
    office.want(2, 2)
    office.finish("deploy")
    done = office.zygote.run(
        "undeploy", "--force", "--yes", "--settings", str(office.desk.folder / "deploy.toml"), kill=("after", step)
    )
    assert done.code == -9, done.err
    again = office.zygote.run("undeploy", "--force", "--yes", "--settings", str(office.desk.folder / "deploy.toml"))
    assert again.code == 0, again.err
    assert (office.services, office.desk.catalog()["secrets"]) == ({}, {})


def test_a_rotation_that_is_killed_is_finished(office: Office) -> None:
    office.want(2, 1)
    office.finish("deploy")
    for step in (3, 7, 12):
        before = set(office.desk.catalog()["secrets"])
        done = office.run("rotate", kill=("after", step))
        assert done.code == -9, done.err
        office.finish("rotate")
        office.is_as_wanted({"", "_1", "_VIEW"})
        assert not before & set(office.desk.catalog()["secrets"])
