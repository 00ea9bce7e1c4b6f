"""Deploying by a real Snowpark session into the simulated account."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from accounts import SETTINGS, Desk, open_desk
from zygote import Zygote

from simulator.privileges import ADMINISTRATOR, ROLE
from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.deploy.grants import list_grants
from spcsmetrics.deploy.settings import Settings

SERVICE = "SPCS_METRICS.PUBLIC.SPCS_METRICS"
URL = "https://spcsmetrics-simulated.snowflakecomputing.app"


@pytest.fixture
def desk(tmp_path: Path, zygote: Zygote) -> Iterator[Desk]:
    with open_desk(tmp_path, zygote=zygote) as found:
        found.grant()
        yield found


@pytest.fixture
def deployed(desk: Desk) -> Desk:
    done = desk.deploy()
    assert done.returncode == 0, done.stderr
    return desk


def test_a_first_deploy_creates_the_service_and_prints_its_url(desk: Desk) -> None:
    before = len(desk.catalog()["statements"])
    done = desk.deploy()
    assert (done.returncode, done.stdout.strip()) == (0, URL), done.stderr
    assert [sql.split("\n")[0] for sql in desk.changes(before)] == [
        f"CREATE SERVICE IF NOT EXISTS {SERVICE}",
        f"GRANT SERVICE ROLE {SERVICE}!viewer TO ROLE ANALYST",
        f"ALTER SERVICE {SERVICE} FROM SPECIFICATION $$",
    ]
    assert "0.06 credits an hour" in done.stderr
    assert "nodes are to be watched, " in done.stderr
    assert "The size is for 45,000 series" in done.stderr


def test_a_second_deploy_sends_nothing(deployed: Desk) -> None:
    before = len(deployed.catalog()["statements"])
    done = deployed.deploy()
    assert (done.returncode, done.stdout.strip()) == (0, URL)
    assert deployed.changes(before) == []
    assert "nothing was sent" in done.stderr


def test_the_plan_is_printed_and_nothing_is_changed(desk: Desk) -> None:
    before = len(desk.catalog()["statements"])
    done = desk.inv("--dry", "deploy", "--pushed")
    assert done.returncode == 0, done.stderr
    assert f"CREATE SERVICE IF NOT EXISTS {SERVICE}\n  IN COMPUTE POOL SPCS_METRICS_POOL" in done.stdout
    assert desk.changes(before) == []
    assert desk.catalog()["services"] == {}


def test_an_upgrade_keeps_data_and_url(deployed: Desk) -> None:
    data = deployed.catalog()["services"][SERVICE]["data"]
    deployed.put_images("9.9.9", "sha256:" + "2" * 64)
    before = len(deployed.catalog()["statements"])
    done = deployed.inv("upgrade", "--tag=9.9.9", "--timeout=15")
    assert (done.returncode, done.stdout.strip()) == (0, URL), done.stderr
    assert [sql.split(" FROM")[0].split(" =")[0] for sql in deployed.changes(before)] == [
        f"ALTER SERVICE {SERVICE}",
        f"ALTER SERVICE {SERVICE} SET COMMENT",
    ]
    service = deployed.catalog()["services"][SERVICE]
    assert service["data"] == data
    assert service["specification"]["spec"]["containers"][0]["image"].endswith(":9.9.9")


def test_new_images_under_the_old_tag_are_taken(deployed: Desk) -> None:
    deployed.put_images(PRODUCT, "sha256:" + "3" * 64)
    before = len(deployed.catalog()["statements"])
    assert deployed.deploy().returncode == 0
    assert [sql.split(" FROM")[0] for sql in deployed.changes(before)] == [f"ALTER SERVICE {SERVICE}"]


@pytest.mark.parametrize("after", [3, 9, 10])
def test_a_deploy_that_is_cut_off_is_continued_by_the_next(desk: Desk, after: int) -> None:
    desk.admin("PUT", "/faults/driver", {"fault": "cut", "after": after})
    broken = desk.deploy()
    assert broken.returncode == 1
    assert "Traceback" not in broken.stderr
    desk.admin("PUT", "/faults/driver", {"fault": None})
    done = desk.deploy()
    assert (done.returncode, done.stdout.strip()) == (0, URL), done.stderr
    assert list(desk.catalog()["services"]) == [SERVICE]


# Those that a first deploy does not touch have tests of their own.
NEEDED = [
    grant.inverse
    for grant in list_grants(Settings(role=ROLE))
    if grant.inverse and not any(word in grant.inverse for word in ("SNAPSHOT", "MONITOR", "REPOSITORY", "REVOKE ROLE"))
]


@pytest.mark.parametrize("revoked", NEEDED)
def test_each_privilege_is_needed_and_its_lack_is_explained(desk: Desk, revoked: str) -> None:
    desk.run_sql(ADMINISTRATOR, revoked)
    done = desk.deploy()
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "./inv grants" in done.stderr or "--create-pool" in done.stderr, done.stderr


def test_a_snapshot_needs_its_privilege(deployed: Desk) -> None:
    deployed.run_sql(ADMINISTRATOR, f"REVOKE CREATE SNAPSHOT ON SCHEMA SPCS_METRICS.PUBLIC FROM ROLE {ROLE}")
    done = deployed.inv("backup")
    assert done.returncode == 1
    assert "CREATE SNAPSHOT is missing" in done.stderr


def test_a_pool_is_created_only_when_asked_for(desk: Desk) -> None:
    desk.write_settings(SETTINGS + 'compute_pool = "ANOTHER_POOL"\n')
    refused = desk.deploy()
    assert refused.returncode == 1
    assert "add --create-pool, which makes one node of CPU_X64_XS" in " ".join(refused.stderr.split())
    desk.run_sql(ADMINISTRATOR, f"GRANT CREATE COMPUTE POOL ON ACCOUNT TO ROLE {ROLE}")
    done = desk.deploy("--create-pool")
    assert done.returncode == 0, done.stderr
    pools = {pool["name"]: pool["family"] for pool in desk.admin("GET", "/state")["pools"]}
    assert pools["ANOTHER_POOL"] == "CPU_X64_XS"


def test_a_volume_is_not_changed(deployed: Desk) -> None:
    deployed.write_settings(SETTINGS + "volume_gib = 50\n")
    before = len(deployed.catalog()["statements"])
    done = deployed.deploy()
    assert done.returncode == 1
    assert "has these block volumes: data of 25Gi" in done.stderr
    assert deployed.changes(before) == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("image-pull", "prometheus is PENDING (Failed to pull image)"),
        ("never-ready", "grafana is FAILED (Readiness probe is failing at path: /api/health, port: 3000)"),
        ("no-endpoint", "the endpoint has no address"),
    ],
)
def test_a_service_that_does_not_come_up_is_explained(desk: Desk, fault: str, words: str) -> None:
    desk.admin("PUT", "/faults/services", {"fault": fault})
    done = desk.inv("deploy", "--pushed", "--timeout=3")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    if fault != "no-endpoint":
        assert "otel: line 20" in done.stderr


def test_a_token_that_expired_is_one_sentence(desk: Desk) -> None:
    desk.admin("PUT", "/faults/driver", {"fault": "expired-token"})
    done = desk.deploy()
    assert done.returncode == 1
    assert "the token has expired: make a new one" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_token_that_is_wrong_is_one_sentence_without_the_token(desk: Desk) -> None:
    desk.write_connection("not-the-token-at-all")
    done = desk.deploy()
    assert done.returncode == 1
    assert "the token is not valid" in done.stderr
    assert "not-the-token-at-all" not in done.stdout + done.stderr


def test_a_connection_that_is_not_there_is_named(desk: Desk) -> None:
    desk.write_settings(SETTINGS + 'connection = "elsewhere"\n')
    done = desk.deploy()
    assert done.returncode == 1
    assert "the connection elsewhere is missing" in done.stderr


def test_undeploy_wants_force_and_asks(deployed: Desk) -> None:
    refused = deployed.inv("undeploy")
    assert (refused.returncode, SERVICE in deployed.catalog()["services"]) == (1, True)
    assert "add --force to remove both" in refused.stderr
    declined = deployed.inv("undeploy", "--force", answer="n\n")
    assert (declined.returncode, SERVICE in deployed.catalog()["services"]) == (1, True)
    done = deployed.inv("undeploy", "--force", answer="y\n")
    assert done.returncode == 0, done.stderr
    assert deployed.catalog()["services"] == {}
    assert "DROP COMPUTE POOL SPCS_METRICS_POOL" in done.stderr


def test_metrics_are_backed_up_and_restored(deployed: Desk) -> None:
    saved = deployed.catalog()["services"][SERVICE]["data"]
    snapshot = deployed.inv("backup").stdout.strip()
    assert deployed.catalog()["snapshots"] == {snapshot: saved}
    # In the time zone of the session, as the driver converts it.
    name = snapshot.rpartition(".")[2]
    assert re.search(rf"{name}  +\S+ \S+-0[78]:00  +CREATED", deployed.inv("snapshots").stdout)
    assert deployed.inv("undeploy", "--force", "--yes").returncode == 0
    assert deployed.deploy().returncode == 0
    assert deployed.catalog()["services"][SERVICE]["data"] != saved
    done = deployed.inv("restore", snapshot, "--yes", "--timeout=15")
    assert (done.returncode, done.stdout.strip()) == (0, URL), done.stderr
    assert deployed.catalog()["services"][SERVICE]["data"] == saved


def test_nothing_is_stopped_for_a_snapshot_that_is_not_there(deployed: Desk) -> None:
    before = len(deployed.catalog()["statements"])
    done = deployed.inv("restore", "NO_SUCH_SNAPSHOT", "--yes")
    assert done.returncode == 1
    assert "the role does not see a snapshot SPCS_METRICS.PUBLIC.NO_SUCH_SNAPSHOT" in done.stderr
    assert deployed.changes(before) == []


def test_status_logs_and_viewers(deployed: Desk) -> None:
    status = deployed.inv("status")
    assert f"{SERVICE} is RUNNING in SPCS_METRICS_POOL: {URL}" in status.stderr
    assert "spcs-oss-grafana:0.1.0" in status.stderr
    assert deployed.inv("logs", "grafana", "--lines=2").stdout == "grafana: line 1\ngrafana: line 2\n"
    assert "write one of otel, prometheus, grafana" in deployed.inv("logs", "nginx").stderr
    assert deployed.inv("grant-viewer", "public").returncode == 0
    assert deployed.changes()[-1] == f"GRANT SERVICE ROLE {SERVICE}!viewer TO ROLE PUBLIC"
    assert "does not exist" in deployed.inv("grant-viewer", "nobody").stderr


def test_whatever_a_value_holds_it_arrives_as_it_is(desk: Desk) -> None:
    nasty = "a$$; DROP DATABASE SPCS_METRICS; $$$ 'q' \"d\" \\n \\ $"
    desk.write_settings(SETTINGS + f"[environment]\nSPCS_ODD = {json.dumps(nasty)}\n")
    done = desk.deploy()
    assert done.returncode == 0, done.stderr
    containers = desk.catalog()["services"][SERVICE]["specification"]["spec"]["containers"]
    assert containers[2]["env"]["SPCS_ODD"] == nasty
    before = len(desk.catalog()["statements"])
    assert desk.deploy().returncode == 0
    assert desk.changes(before) == []


def test_external_access_is_changed_by_itself(deployed: Desk) -> None:
    deployed.run_sql(
        ADMINISTRATOR,
        "CREATE EXTERNAL ACCESS INTEGRATION HOOKS ALLOWED_NETWORK_RULES = (D.S.R) ENABLED = TRUE",
        f"GRANT USAGE ON INTEGRATION HOOKS TO ROLE {ROLE}",
    )
    before = len(deployed.catalog()["statements"])
    deployed.write_settings(SETTINGS + 'external_access_integrations = ["hooks"]\n')
    assert deployed.deploy().returncode == 0
    deployed.write_settings(SETTINGS)
    assert deployed.deploy().returncode == 0
    assert deployed.changes(before) == [
        f"ALTER SERVICE {SERVICE} SET EXTERNAL_ACCESS_INTEGRATIONS = (HOOKS)",
        f"ALTER SERVICE {SERVICE} UNSET EXTERNAL_ACCESS_INTEGRATIONS",
    ]
