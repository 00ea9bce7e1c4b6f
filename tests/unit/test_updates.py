"""Whatever has a version is moved by something: Renovate's configuration, run dry over the files, finds each."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from spcsmetrics.core import git
from spcsmetrics.core.paths import ROOT
from spcsmetrics.core.versions import BASES, GRAFANA, PROMETHEUS
from spcsmetrics.images.official_bases import PINNED
from spcsmetrics.programs.manifest import modules, read_manifest
from spcsmetrics.programs.tools import TOOLS

CONFIG: dict[str, Any] = json.loads((ROOT / ".github" / "renovate.json").read_text())


def find(name: str) -> set[tuple[str, str]]:
    """Return what the configuration finds in a file, as dependency and version."""
    text, found = (ROOT / name).read_text(), set()
    for manager in CONFIG["customManagers"]:
        if any(re.search(pattern.strip("/"), name) for pattern in manager["managerFilePatterns"]):
            for words in manager["matchStrings"]:
                for match in re.finditer(words.replace("(?<", "(?P<").replace("(?P<!", "(?<!"), text):
                    groups = match.groupdict()
                    found.add((groups.get("depName") or manager["depNameTemplate"], groups["currentValue"]))
    return found


def test_every_component_of_the_collector_is_found() -> None:
    wanted = {(name, version) for name, version in modules(read_manifest()).items() if "spcs-user-metrics" not in name}
    assert find("otel-builder/manifest.yaml") >= wanted


def test_every_tool_is_found_by_its_module() -> None:
    assert find("spcsmetrics/programs/tools.py") == {(module, version) for module, _, version in TOOLS.values()}


def test_every_base_is_found() -> None:
    found = {f"{name}:{version}" for name, version in find("docker-bake.hcl")}
    found |= {f"{name}:{version}" for name, version in find("spcsmetrics/images/official_bases.py")}
    found |= {f"{name}:{version}" for name, version in find("spcsmetrics/core/versions.py")}
    assert found >= {*PINNED, *BASES.values(), f"prom/prometheus:{PROMETHEUS}", f"grafana/grafana:{GRAFANA}"}


@pytest.mark.parametrize(("manager", "name"), [("gomod", "go.mod"), ("npm", "package.json")])
def test_what_renovate_knows_by_itself_is_not_left_out(manager: str, name: str) -> None:
    assert manager in CONFIG["enabledManagers"]
    ignored = [path.removesuffix("/**") for path in CONFIG["ignorePaths"]]
    files = [file for file in git.tracked() if Path(file).name == name]
    kept = [file for file in files if not file.startswith(tuple(ignored))]
    # The collector's module is written by ./inv lock.collector.
    assert set(files) - set(kept) <= {file for file in files if file.startswith("otel-builder/collector/")}
    assert kept


def test_python_locks_and_digests_are_moved_by_a_workflow_of_their_own() -> None:
    text = (ROOT / ".github" / "workflows" / "locks.yml").read_text()
    assert "./inv lock --upgrade" in text
    assert "./inv lock.bases" in text
    assert "schedule:" in text
