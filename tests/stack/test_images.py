"""The images by themselves."""

import json
import re
import subprocess
import tarfile
import time
from pathlib import Path

import pytest
from containers import docker

from spcsmetrics.core.versions import PRODUCT
from spcsmetrics.images import contents
from spcsmetrics.images.definition import SHIPPED

# Bytes. Growth of a megabyte is to be seen and wanted.
IMAGE_CEILING = 36_500_000
CEILINGS = {"spcs-otelcol": 35_500_000}
# Thanos with all that it can do, unpatched, and the launcher.
THANOS_CEILING = 106_000_000


def inspect(name: str, field: str) -> str:
    return docker("image", "inspect", "--format", "{{" + field + "}}", SHIPPED[name].reference).stdout.strip()


def validate(*options: str, config: str | None = None) -> subprocess.CompletedProcess[str]:
    more = ["--config", f"yaml:{config}"] if config else []
    reference = SHIPPED["otel"].reference
    return docker("run", "--rm", *options, reference, "validate", "--config=/etc/otelcol/config.yaml", *more)


def test_the_collector_image_is_small_and_runs_as_nobody() -> None:
    assert int(inspect("otel", ".Size")) <= IMAGE_CEILING
    assert inspect("otel", ".Config.User") == "10001:10001"
    assert inspect("otel", ".Architecture") == "amd64"


def test_the_image_of_the_view_holds_two_programs_and_runs_as_nobody(tmp_path: Path) -> None:
    assert int(inspect("thanos", ".Size")) <= THANOS_CEILING
    assert inspect("thanos", ".Config.User") == "10001:10001"
    root = unpack("thanos", tmp_path)
    assert {file.name for file in (root / "bin").iterdir()} == {"thanos", "launcher"}
    shown = docker("run", "--rm", "--network=none", SHIPPED["thanos"].reference, "--version")
    assert "slicelabels" in shown.stdout + shown.stderr


def test_the_store_runs_as_nobody_although_its_volume_belonged_to_root() -> None:
    volume = docker("volume", "create").stdout.strip()
    mount = f"{volume}:/prometheus:nocopy"
    needs = ["--cap-drop=ALL", "--cap-add=CHOWN", "--cap-add=SETUID", "--cap-add=SETGID", "--read-only"]
    name = docker("run", "--detach", *needs, "--volume", mount, SHIPPED["prometheus"].reference).stdout.strip()
    try:
        wait_until_ready(name)
        processes = docker("top", name, "-eo", "pid,uid,args").stdout.splitlines()[1:]
        assert {line.split()[1] for line in processes} == {"65534"}
        assert len(processes) == 2
    finally:
        docker("rm", "--force", name)
        docker("volume", "rm", volume)


def wait_until_ready(name: str) -> None:
    for _ in range(100):
        if docker("exec", name, "/bin/promtool", "check", "ready", "--url=http://127.0.0.1:9090").returncode == 0:
            return
        time.sleep(0.2)
    pytest.fail(docker("logs", name).stdout + docker("logs", name).stderr)


def test_the_shipped_configuration_is_valid_inside_a_service() -> None:
    done = validate("--env", "SNOWFLAKE_HOST=snowflake.simulated")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("receivers::spcs::hots: x", "unknown keys: hots"),
        ("receivers::spcs::scrape_interval: -5s", "`scrape_interval` is -5s"),
        ("{receivers: {spcs: {password: hunter2, token: hunter3}}}", "`password` cannot be used"),
    ],
)
def test_a_bad_configuration_is_refused_with_the_key_by_name(config: str, sentence: str) -> None:
    done = validate("--env", "SNOWFLAKE_HOST=snowflake.simulated", config=config)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "hunter" not in done.stderr


def test_outside_a_service_the_missing_host_is_named() -> None:
    done = validate()
    assert done.returncode != 0
    assert "`host` is not set and SNOWFLAKE_HOST does not give it" in done.stderr


def test_named_pools_need_no_host() -> None:
    assert validate("--env", "SPCS_COMPUTE_POOLS=POOL_A,POOL_B").returncode == 0


def unpack(name: str, folder: Path) -> Path:
    """Write out the files of an image."""
    made = docker("create", SHIPPED[name].reference, "none").stdout.strip()
    archive = folder / "image.tar"
    docker("export", "--output", str(archive), made)
    docker("rm", "--volumes", made)
    with tarfile.open(archive) as tar:
        tar.extractall(folder / "root", filter="tar")
    return folder / "root"


def test_the_programs_of_the_collector_image_keep_their_size(tmp_path: Path) -> None:
    root = unpack("otel", tmp_path)
    sizes = {program: (root / program).stat().st_size for program in CEILINGS}
    assert all(sizes[program] <= CEILINGS[program] for program in CEILINGS), sizes
    files = [file for file in root.rglob("*") if file.is_file() and not file.is_symlink()]
    assert sum(file.stat().st_size for file in files) <= 45_000_000


@pytest.mark.parametrize("name", ["otel", "prometheus", "thanos"])
def test_an_image_has_its_licences_no_setuid_file_and_no_shell_of_ours(name: str, tmp_path: Path) -> None:
    root = unpack(name, tmp_path)
    files = [file for file in root.rglob("*") if file.is_file() and not file.is_symlink()]
    assert not [file for file in files if file.stat().st_mode & 0o6000]
    # The official base of the store has busybox, which nothing here uses.
    assert name == "prometheus" or not [file for file in files if file.name in {"sh", "bash", "busybox"}]
    assert "Apache License" in (root / "licenses" / "LICENSE").read_text()
    inside = (root / "licenses" / "LICENSES").read_text()
    assert "the Go standard library" in inside
    assert name != "otel" or "github.com/prometheus/prometheus" in inside


@pytest.mark.parametrize("name", ["otel", "prometheus", "thanos"])
def test_what_is_inside_an_image_is_listed_beside_the_release(name: str) -> None:
    document = json.loads(contents.file(SHIPPED[name].name).read_text())
    assert document["name"] == f"{SHIPPED[name].name}-{PRODUCT}"
    described = [link["relationshipType"] for link in document["relationships"]]
    assert described == ["DESCRIBES", *["CONTAINS"] * (len(document["packages"]) - 1)]
    kinds = {package["licenseConcluded"] for package in document["packages"] if "go-" in package["SPDXID"]}
    assert name == "prometheus" or kinds
    assert not [kind for kind in kinds if kind == "NOASSERTION"]


@pytest.mark.parametrize("name", ["otel", "prometheus", "thanos"])
def test_an_image_says_what_it_is_made_of(name: str) -> None:
    labels = json.loads(inspect(name, "json .Config.Labels"))
    prefix = "org.opencontainers.image."
    assert labels[f"{prefix}version"] == PRODUCT
    assert labels[f"{prefix}title"] == SHIPPED[name].name
    assert labels[f"{prefix}licenses"] == "Apache-2.0"
    assert re.fullmatch(r"[0-9a-f]{40}(-changed)?", labels[f"{prefix}revision"])
    assert labels[f"{prefix}source"].startswith("https://github.com/")
