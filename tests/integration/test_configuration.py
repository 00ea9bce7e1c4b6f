"""The built collector's answer to configurations, good and bad."""

import subprocess
from pathlib import Path

import pytest
import requests
import yaml
from specifications import specify
from waiting import wait_for

from spcsmetrics.deploy.settings import Settings
from spcsmetrics.local import parts, processes
from spcsmetrics.programs import collector


def validate(overlay: str, tmp_path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    more = tmp_path / "more.yaml"
    more.write_text(overlay)
    return subprocess.run(
        [collector.binary(), "validate", f"--config={collector.CONFIG}", f"--config={more}"],
        capture_output=True,
        check=False,
        text=True,
        env=env,
    )


INSIDE = {"SNOWFLAKE_HOST": "snowflake.internal"}


def test_the_shipped_configuration_needs_nothing_inside_a_service(tmp_path: Path) -> None:
    done = validate("{}", tmp_path, **INSIDE)
    assert done.returncode == 0, done.stderr


def test_named_pools_need_no_account(tmp_path: Path) -> None:
    assert validate("{}", tmp_path, SPCS_COMPUTE_POOLS="POOL_A,POOL_B").returncode == 0


@pytest.mark.parametrize("pool", ["NULL", "TRUE", "NO"])
def test_a_deployed_pool_whose_name_is_a_word_of_yaml_is_the_one_that_is_watched(pool: str, tmp_path: Path) -> None:
    variables = specify(Settings(pools=(pool,)))["spec"]["containers"][0]["env"]
    # Read as every pool, it would need an account.
    assert validate("{}", tmp_path, SPCS_COMPUTE_POOLS=variables["SPCS_COMPUTE_POOLS"]).returncode == 0


@pytest.mark.parametrize(
    ("receiver", "env", "key"),
    [
        ("hots: x", INSIDE, "unknown keys: hots"),
        ("scrape_interval: -5s", INSIDE, "`scrape_interval` is -5s"),
        ("refresh_interval: -5s", INSIDE, "'refresh_interval'"),
        ("{password: hunter2, token: hunter3}", INSIDE, "`password` cannot be used"),
        ("{token: hunter2, token_file: file}", INSIDE, "`token` and `token_file` are set"),
        ("{}", {}, "`host` is not set"),
        ("{}", INSIDE | {"SPCS_COMPUTE_POOLS": "my pool"}, "`compute_pools`"),
        ("{}", INSIDE | {"SPCS_SCRAPE_INTERVAL": "often"}, "'scrape_interval'"),
        ("{}", INSIDE | {"SPCS_SHARD_COUNT": "2"}, "`shard::index` is not set"),
        ("{}", INSIDE | {"SPCS_SHARD_COUNT": "2", "SPCS_SHARD_INDEX": "2"}, "`shard::index` is 2"),
    ],
)
def test_a_bad_configuration_is_refused_by_naming_the_key_once(
    receiver: str, env: dict[str, str], key: str, tmp_path: Path
) -> None:
    overlay = yaml.safe_dump({"receivers": {"spcs": yaml.safe_load(receiver)}})
    done = validate(overlay, tmp_path, **env)
    assert done.returncode != 0
    assert done.stderr.count(key) == 1, done.stderr
    assert "hunter" not in done.stderr


def test_an_unknown_pool_is_one_line_and_the_collector_stays_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPCS_COMPUTE_POOLS", "NO_SUCH_POOL")
    with processes.open_run(tmp_path) as run:
        simulation = parts.start_simulator(run, pools=1, nodes=1, containers=1)
        store = parts.start_store(run)
        part = parts.start_collector(run, simulation, store, "1s", "1s")
        page = f"http://127.0.0.1:{run.collector_metrics}/metrics"
        failures = 'spcs_discovery_failures_total{reason="dns_nxdomain"} '
        # Each refresh counts it; the first alone is logged.
        wait_for(lambda: any(f"{failures}{count}" in requests.get(page, timeout=5).text for count in (3, 4, 5)), 20)
        run.check()
        (line,) = [line for line in part.log.read_text().splitlines() if "NO_SUCH_POOL" in line]
        assert "no nodes in DNS" in line


def test_the_collector_is_ready_when_the_first_discovery_has_ended_also_badly(tmp_path: Path) -> None:
    with processes.open_run(tmp_path) as run:
        simulation = parts.start_simulator(run, pools=1, nodes=1, containers=1)
        requests.put(f"{simulation.admin}/faults/account", json={"fault": "slow"}, timeout=5)
        part = parts.start_collector(run, simulation, parts.start_store(run), "1s", "4s")
        log = part.log.read_text()
        assert '"reason":"sql_timeout"' in log
        assert 0 < log.index("First look at the pools has ended") < log.index("Everything is ready")


@pytest.mark.parametrize("kind", ["session", "programmatic", "key-pair"])
def test_each_kind_of_login_works_against_the_account(kind: str, tmp_path: Path) -> None:
    with processes.open_run(tmp_path) as run:
        simulation = parts.start_simulator(run, pools=1, nodes=1, containers=1)
        session = simulation.folder
        login = {
            "session": {"token_file": str(session / "token")},
            "programmatic": {
                "token_file": str(session / "programmatic_token"),
                "token_type": "PROGRAMMATIC_ACCESS_TOKEN",
            },
            "key-pair": {"private_key_file": str(session / "rsa_key.p8"), "user": "metrics_user"},
        }[kind]
        part = parts.start_collector(run, simulation, parts.start_store(run), "1s", "4s", login)
        (line,) = [line for line in part.log.read_text().splitlines() if "First look" in line]
        assert '"without_failure":true' in line
        assert '"pools":1' in line
