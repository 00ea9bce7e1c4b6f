"""A sidecar answers a view with a certificate of its own authority alone."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from certificates import SERVER_NAME, write_certificates
from sharded import by_pool, write_part
from views import STRICT_WITHOUT_REPLICAS, ask_one, start_shard, start_view

from spcsmetrics.local import processes
from spcsmetrics.local.history import STEP

NODES = 'count(up{job="spcs-nodes"})'


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A run with one sidecar that wants certificates, those of its authority, and those of another."""

    run: processes.Run
    endpoint: str
    own: Path
    foreign: Path


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("tls")
    own, foreign = (write_certificates(folder / name) for name in ("own", "foreign"))
    with processes.open_run(folder) as run:
        data = write_part(folder / "part", by_pool(4), 0, int(time.time()) // STEP * STEP)
        shard = start_shard(run, data, 0, certificates=own)
        yield Stage(run=run, endpoint=shard.endpoint, own=own, foreign=foreign)


def client(authority: Path, certificate: Path | None) -> dict[str, Any]:
    """Return the view's settings: whom it trusts, and what it shows."""
    shown = {"cert_file": "client-cert", "key_file": "client-key"} if certificate else {}
    files = {key: f"{certificate}/{name}/secret_string" for key, name in shown.items()}
    tls = {"enabled": True, "ca_file": f"{authority}/ca/secret_string", **files}
    return {"tls_config": tls, "server_name": SERVER_NAME}


def ask(stage: Stage, name: str, settings: dict[str, Any] | None) -> tuple[int, float | None, str]:
    view = start_view(stage.run, [stage.endpoint], STRICT_WITHOUT_REPLICAS, name=name, client=settings)
    found = ask_one(view, NODES)
    view.popen.terminate()
    view.popen.wait(10)
    stage.run.processes.remove(view)
    return found


def test_a_view_with_a_certificate_of_the_authority_is_answered(stage: Stage) -> None:
    assert ask(stage, "right", client(stage.own, stage.own))[:2] == (200, 4)


@pytest.mark.parametrize(
    "case", ["a foreign certificate", "no certificate", "no TLS", "a shard of a foreign authority"]
)
def test_any_other_view_is_refused(stage: Stage, case: str) -> None:
    settings = {
        "a foreign certificate": client(stage.own, stage.foreign),
        "no certificate": client(stage.own, None),
        "no TLS": None,
        "a shard of a foreign authority": client(stage.foreign, stage.own),
    }[case]
    status, value, said = ask(stage, case.replace(" ", "-"), settings)
    assert (status, value) == (422, None), said
