"""The module that Thanos is compiled from is upstream's, and what comes out is sound."""

import json
import subprocess
from pathlib import Path
from typing import Any

from spcsmetrics.core import process
from spcsmetrics.core.paths import THANOS
from spcsmetrics.core.toolchain import find_go, go_environment
from spcsmetrics.programs import thanos


def replacements(module: Path) -> list[dict[str, Any]]:
    edited = process.run([find_go(), "mod", "edit", "-json", module], env=go_environment())
    return list(json.loads(edited)["Replace"])


def test_modules_are_replaced_as_upstream_replaces_them() -> None:
    command = [str(find_go()), "list", "-m", "-f", "{{.GoMod}}", thanos.MODULE]
    upstream = Path(process.run(command, cwd=THANOS, env=go_environment()).strip())
    assert upstream.name.startswith(f"v{thanos.version()}")
    wanted = {json.dumps(one) for one in replacements(upstream)}
    assert {json.dumps(one) for one in replacements(THANOS / "go.mod")} == wanted, "copy upstream's replace lines"


def test_the_program_says_its_version_and_the_tag_that_keeps_its_memory_sound() -> None:
    said = subprocess.run([thanos.binary(), "--version"], capture_output=True, check=True, text=True).stderr
    assert f"version {thanos.version()} " in said
    assert "slicelabels" in said.partition("tags:")[2]


def test_the_program_keeps_its_size() -> None:
    assert thanos.binary().stat().st_size <= 99_000_000
