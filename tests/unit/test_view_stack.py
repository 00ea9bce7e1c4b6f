"""The services of compose that stand for the specifications of a deployment."""

import json
from pathlib import Path
from typing import Any

import pytest
import specified
import view_stack
from trees import read_yaml

from spcsmetrics.deploy.certificates import Generation
from spcsmetrics.deploy.settings import Settings
from spcsmetrics.images.definition import SHIPPED, SIMULATOR_IMAGE

SPECIFICATIONS = view_stack.render(Settings(shards=2), Generation(number=2_000_000_000))


@pytest.fixture
def services(tmp_path: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(view_stack.write_containers(tmp_path).read_text())["services"]
    return made


def deployed() -> dict[str, dict[str, Any]]:
    return {
        f"{owner}-{one['name']}": one
        for owner, specification in SPECIFICATIONS.items()
        for one in specification["spec"]["containers"]
    }


def test_every_container_of_the_deployment_runs_with_its_arguments_variables_and_limits(
    services: dict[str, Any],
) -> None:
    assert set(services) == {*deployed(), "late-thanos", "loose-thanos", "stranger"}
    assert sum("args" in one for one in deployed().values()) == 3
    for name, container in deployed().items():
        service = services[name]
        assert service["image"] == container["image"].rsplit("/", 1)[1]
        assert "args" not in container or service["command"] == container["args"]
        assert container.get("env", {}).items() <= service["environment"].items()
        assert f"{service['mem_limit']}i".lower() == container["resources"]["limits"]["memory"].lower()


def test_every_secret_is_the_file_that_a_container_reads(services: dict[str, Any]) -> None:
    for name, container in deployed().items():
        mounts = dict(reversed(mount.split(":")[:2]) for mount in services[name]["volumes"])
        for secret in container.get("secrets", []):
            file = Path(mounts[secret["directoryPath"]], "secret_string")
            part = secret["snowflakeSecret"]["objectName"].partition("_TLS_")[2].partition("_")[2]
            assert file.parent.name == part
            assert file.read_text().startswith("-----BEGIN ")


def test_the_control_differs_from_the_view_in_one_word(services: dict[str, Any]) -> None:
    view, loose = (" ".join(services[name]["command"]) for name in ("view-thanos", "loose-thanos"))
    assert '"strict": true' in view
    assert loose == view.replace('"strict": true', '"strict": false')


def test_the_images_are_those_that_the_build_makes(services: dict[str, Any]) -> None:
    found = {one["image"] for one in services.values() if "image" in one}
    owners = {one["image"] for one in read_yaml(view_stack.FILE)["services"].values() if "image" in one}
    assert found == {image.reference for image in SHIPPED.values()}
    assert owners == {SIMULATOR_IMAGE.reference}


def test_what_compose_would_not_get_of_a_specification_is_refused() -> None:
    specification = json.loads(json.dumps(SPECIFICATIONS["shard-0"]))
    specification["spec"]["containers"][0]["workingDir"] = "/elsewhere"
    with pytest.raises(AssertionError, match="compose does not get what a specification says: workingDir"):
        specified.list_services(specification, "shard-0", "SPCS_METRICS", {})
