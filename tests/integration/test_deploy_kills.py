"""A task that is killed at any of its steps is finished by the next run: nothing is lost, nothing is made twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from accounts import SETTINGS
from offices import Office, open_office
from zygote import Done

from simulator.privileges import ADMINISTRATOR, ROLE
from spcsmetrics.deploy.grants import list_grants
from spcsmetrics.deploy.layout import CONTAINERS, PAIR
from spcsmetrics.images.definition import IMAGES, SHIPPED

SERVICE = "SPCS_METRICS.PUBLIC.SPCS_METRICS"
URL = "https://spcsmetrics-simulated.snowflakecomputing.app"
TRIAL = 'role = "DEPLOY_ROLE"\nviewers = ["ANALYST"]\n'
# Database, schema, repository, three images, pool, service, service role, the specification with the address.
STEPS_OF_DEPLOY = 10
# Three images, integrations, specification, comment.
STEPS_OF_UPGRADE = 5
STEPS_OF_RESTORE, RESTORING = 6, 3
WHEN = ("before", "after")


@pytest.fixture
def delay() -> float:
    """Return how many seconds a service takes to start and to stop."""
    return 0.3


class Account(Office):
    """An office, and what is looked at in its account."""

    def count(self, beginning: str) -> int:
        """Return how many statements with this beginning were sent."""
        return sum(sql.startswith(beginning) for sql in self.desk.changes())

    def kept(self) -> list[str]:
        """Return the snapshots that the account made itself of volumes that were replaced."""
        return [name for name in self.desk.catalog()["snapshots"] if "SYS_BACKUP_ON_DELETE" in name]

    @property
    def service(self) -> Any:
        return self.desk.catalog()["services"][SERVICE]


@pytest.fixture
def office(tmp_path: Path, delay: float) -> Iterator[Account]:
    with open_office(tmp_path, delay) as found:
        yield Account(found.desk, found.daemon, found.zygote)


def killed(done: Done) -> None:
    assert done.code == -9, f"the task ended by itself: {done.err}"


def deploy_first(office: Account) -> None:
    office.desk.run_sql(ADMINISTRATOR, *(one.sql for one in list_grants(office.desk.settings)))
    office.finish("deploy", "--timeout=15")


def test_a_first_deploy(office: Account) -> None:
    """Each run dies one step further on, so all steps are walked in one account: the last run finishes."""
    office.desk.write_settings(TRIAL)
    # A run that is killed after a step has one step less before it the next time.
    for _ in range(STEPS_OF_DEPLOY):
        killed(office.run("deploy", "--create-pool", "--timeout=15", kill=("before", 1)))
        killed(office.run("deploy", "--create-pool", "--timeout=15", kill=("after", 1)))
    done = office.finish("deploy", "--create-pool", "--timeout=15")
    assert done.out.strip() == URL
    assert "nothing was sent" in done.err
    assert len(office.daemon.pushed) == len(set(office.daemon.pushed)) == len(CONTAINERS[PAIR])
    made = [sql.split("(")[0].split("\n")[0] for sql in office.desk.changes()]
    assert len(made) == len(set(made)) == STEPS_OF_DEPLOY - len(CONTAINERS[PAIR]), made


@pytest.mark.parametrize("when", WHEN)
def test_an_upgrade(office: Account, when: str) -> None:
    deploy_first(office)
    office.desk.run_sql(
        ADMINISTRATOR,
        "CREATE EXTERNAL ACCESS INTEGRATION HOOKS ALLOWED_NETWORK_RULES = (D.S.R) ENABLED = TRUE",
        f"GRANT USAGE ON INTEGRATION HOOKS TO ROLE {ROLE}",
    )
    data = office.service["data"]
    for step in range(1, STEPS_OF_UPGRADE + 1):
        content = f"{when} {step}".encode()
        office.daemon.images[IMAGES["otel"].reference] = content
        office.daemon.images[IMAGES["grafana"].reference] = content + b"g"
        access = '["HOOKS"]' if step % 2 else "[]"
        office.desk.write_settings(SETTINGS + f"external_access_integrations = {access}\n")
        before = len(office.daemon.pushed)
        killed(office.run("upgrade", "--timeout=15", kill=(when, step)))
        office.finish("upgrade", "--timeout=15")
        assert "nothing was sent" in office.finish("upgrade", "--timeout=15").err
        assert len(office.daemon.pushed) == before + 2, "each image is sent once"
        assert office.service["integrations"] == ("HOOKS" if step % 2 else "")
    assert (office.service["data"], office.service["state"]) == (data, "READY")


@pytest.mark.parametrize("when", WHEN)
def test_a_removal(office: Account, when: str) -> None:
    deploy_first(office)
    killed(office.run("undeploy", "--force", "--yes", kill=(when, 1)))
    again = office.finish("undeploy", "--force", "--yes")
    gone = f"Nothing is left of the service {SERVICE}: the role METRICS_ROLE sees none of this name"
    assert (gone in again.err) is (when == "after")
    assert "DROP COMPUTE POOL SPCS_METRICS_POOL" in again.err, "what costs is said by whichever run ends the work"
    assert gone in office.finish("undeploy", "--force", "--yes").err
    assert office.desk.catalog()["services"] == {}
    assert len(office.desk.catalog()["snapshots"]) == 1, "the volume was kept once"
    assert office.count("DROP SERVICE") == 1


@pytest.mark.parametrize("when", WHEN)
def test_a_restore_with_open_boards(office: Account, when: str) -> None:
    deploy_first(office)
    saved = office.service["data"]
    snapshot = office.finish("backup").out.strip()
    office.desk.admin("PUT", "/visitors", {"open": True})
    for step in range(1, STEPS_OF_RESTORE + 1):
        comment = office.service["comment"]
        killed(office.run("restore", snapshot, "--yes", "--timeout=15", kill=(when, step)))
        done = office.finish("restore", snapshot, "--yes", "--timeout=15")
        assert done.out.strip() == URL
        assert (office.service["data"], office.service["state"], office.service["auto_resume"]) == (
            saved,
            "READY",
            True,
        )
        assert office.service["comment"] == comment
        # A run that was killed after its last step had ended its work.
        ended = (when, step) == ("after", STEPS_OF_RESTORE)
        assert len(office.kept()) == step + ended, "each volume that was replaced is kept once"
        restored = step > RESTORING or (step, when) == (RESTORING, "after")
        assert ("A run that broke off has restored the volume" in done.err) is (restored and not ended)


@pytest.mark.parametrize("step", range(1, STEPS_OF_RESTORE + 1))
def test_a_deploy_after_a_restore_that_was_killed_starts_the_service(office: Account, step: int) -> None:
    deploy_first(office)
    snapshot = office.finish("backup").out.strip()
    killed(office.run("restore", snapshot, "--yes", "--timeout=15", kill=("after", step)))
    office.finish("deploy", "--timeout=15")
    assert (office.service["state"], office.service["auto_resume"]) == ("READY", True)


@pytest.mark.parametrize("which", range(1, len(CONTAINERS[PAIR]) + 1))
def test_a_push_that_is_cut_in_its_middle_is_done_again_alone(office: Account, which: int) -> None:
    """The process dies while a layer is on its way: the image is half there, and its other names are left behind."""
    office.desk.run_sql(ADMINISTRATOR, *(one.sql for one in list_grants(office.desk.settings)))
    office.daemon.stalls = which
    killed(office.run("deploy", "--timeout=15", kill=("push", which)))
    assert len(office.daemon.pushed) == len(office.desk.catalog()["images"]) == which - 1
    assert office.finish("deploy", "--timeout=15").out.strip() == URL
    assert len(office.daemon.pushed) == len(set(office.daemon.pushed)) == len(CONTAINERS[PAIR])
    built = {image.reference for image in SHIPPED.values()}
    assert set(office.daemon.images) == built, "the names for the push are gone"
    assert "nothing was sent" in office.finish("deploy", "--timeout=15").err


@pytest.mark.parametrize("delay", [2.0])
def test_a_wait_for_the_service_that_is_cut_is_taken_up_again(office: Account) -> None:
    office.desk.run_sql(ADMINISTRATOR, *(one.sql for one in list_grants(office.desk.settings)))
    # The first wait is for the address, and the second for the service that has it in its specification.
    for which in (1, 2):
        killed(office.run("deploy", "--timeout=15", kill=("wait", which)))
    done = office.finish("deploy", "--timeout=15")
    assert (done.out.strip(), "nothing was sent" in done.err) == (URL, True)
    office.daemon.images[IMAGES["otel"].reference] = b"another"
    killed(office.run("upgrade", "--timeout=15", kill=("wait", 1)))
    done = office.finish("upgrade", "--timeout=15")
    assert (done.out.strip(), "nothing was sent" in done.err) == (URL, True)
    assert office.count("CREATE SERVICE") == 1
    assert office.count("ALTER SERVICE") == 3, "the address, then the specification and the comment, once each"


@pytest.mark.parametrize("delay", [2.0])
@pytest.mark.parametrize("which", [1, 2])
def test_a_restore_that_is_cut_while_it_waits_is_finished(office: Account, which: int) -> None:
    """The first wait is for the service to stop, the second for it to run again."""
    deploy_first(office)
    saved = office.service["data"]
    snapshot = office.finish("backup").out.strip()
    office.desk.admin("PUT", "/visitors", {"open": True})
    killed(office.run("restore", snapshot, "--yes", "--timeout=15", kill=("wait", which)))
    assert office.finish("restore", snapshot, "--yes", "--timeout=15").out.strip() == URL
    assert len(office.kept()) == 1, "the volume that was replaced is kept once"
    assert (office.service["data"], office.service["state"], office.service["auto_resume"]) == (saved, "READY", True)


@pytest.mark.parametrize("delay", [2.0])
def test_an_examination_inside_that_is_cut_while_it_waits_leaves_nothing_after_the_next(office: Account) -> None:
    deploy_first(office)
    killed(office.run("doctor", "--in-account", kill=("wait", 1)))
    assert f"{SERVICE}_DOCTOR" in office.desk.catalog()["services"]
    office.finish("doctor", "--in-account")
    assert set(office.desk.catalog()["services"]) == {SERVICE}
