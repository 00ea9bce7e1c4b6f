"""Stores with a sidecar each, and one view over them: the real programs, with the arguments that are deployed."""

import json
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import yaml
from trees import read_yaml

from spcsmetrics.core import ports
from spcsmetrics.core.paths import DEPLOY
from spcsmetrics.core.process import Args
from spcsmetrics.local import processes
from spcsmetrics.local.processes import Process, Run
from spcsmetrics.programs import prometheus, thanos

_DEPLOYED = read_yaml(DEPLOY / "thanos.yaml")
_TLS = "--grpc-server-tls-"
STRICT_WITHOUT_REPLICAS = "--no-query.partial-response"


@dataclass(frozen=True, kw_only=True)
class Shard:
    """A store and its sidecar, and where the sidecar answers."""

    store: Process
    sidecar: Process
    endpoint: str

    def kill(self) -> None:
        """End both at once, as a node that dies does."""
        for process in (self.sidecar, self.store):
            process.popen.send_signal(signal.SIGKILL)
            process.popen.wait()


def start_store(run: Run, name: str, data: Path, env: Mapping[str, str]) -> Process:
    """Start a store over a folder of blocks, with the external labels that are shipped and nothing to scrape."""
    shipped = read_yaml(prometheus.CONFIG)
    config = run.folder / f"{name}.yml"
    config.write_text(yaml.safe_dump({"global": {"external_labels": shipped["global"]["external_labels"]}}))
    port = ports.find_free()
    command: Args = [
        prometheus.binary(),
        f"--config.file={config}",
        f"--storage.tsdb.path={data}",
        f"--web.listen-address=127.0.0.1:{port}",
        *prometheus.RETENTION,
    ]
    store = run.start(name, command, env=env, url=f"http://127.0.0.1:{port}")
    processes.wait_until(run, lambda: processes.answers(f"{store.url}/-/ready"), f"the start of {name}")
    return store


def start_sidecar(
    run: Run, name: str, store: Process, certificates: Path | None = None, *, wait: bool = True
) -> tuple[Process, str]:
    """Start the sidecar of a store as it is deployed, in the open without certificates; return where it answers.

    Without wait it need not be ready, as where its store is away.
    """
    http, grpc = ports.find_free(), ports.find_free()
    moved = {
        "--prometheus.url": store.url,
        "--grpc-address": f"127.0.0.1:{grpc}",
        "--http-address": f"127.0.0.1:{http}",
    }
    arguments = _place("sidecar", moved, certificates)
    sidecar = run.start(f"{name}-sidecar", [thanos.binary(), *arguments], url=f"http://127.0.0.1:{http}")
    page = "ready" if wait else "healthy"
    processes.wait_until(run, lambda: processes.answers(f"{sidecar.url}/-/{page}"), f"the start of {name}'s sidecar")
    return sidecar, f"127.0.0.1:{grpc}"


def start_shard(
    run: Run, data: Path, shard: int, replica: str = "a", name: str = "store", certificates: Path | None = None
) -> Shard:
    """Start one replica of a shard over a folder of blocks; name is what its processes are called before its number."""
    name = f"{name}-{shard}{replica}"
    store = start_store(run, name, data, {"SPCS_SHARD_INDEX": str(shard), "SPCS_REPLICA": replica})
    sidecar, endpoint = start_sidecar(run, name, store, certificates)
    return Shard(store=store, sidecar=sidecar, endpoint=endpoint)


def start_view(
    run: Run,
    endpoints: Sequence[str],
    *more: str,
    name: str = "view",
    strict: bool = True,
    client: Mapping[str, Any] | None = None,
    function: str = "penalty",
) -> Process:
    """Start a view of sidecars as it is deployed, and more arguments.

    Args:
        run: where it is started.
        endpoints: where the sidecars answer.
        more: further arguments.
        name: of the process.
        strict: whether a sidecar that does not answer stays in the set.
        client: client_config of each endpoint.
        function: how replicas are merged.
    """
    http, grpc = ports.find_free(), ports.find_free()
    one = {"strict": strict, **({"client_config": client} if client else {})}
    moved = {
        "--http-address": f"127.0.0.1:{http}",
        "--grpc-address": f"127.0.0.1:{grpc}",
        "--deduplication.func": function,
        "--endpoint.sd-config": json.dumps({"endpoints": [{"address": address, **one} for address in endpoints]}),
    }
    view = run.start(name, [thanos.binary(), *_place("query", moved), *more], url=f"http://127.0.0.1:{http}")
    processes.wait_until(run, lambda: processes.answers(f"{view.url}/-/ready"), f"the start of {name}")
    return view


def _place(role: str, moved: Mapping[str, str], certificates: Path | None = None) -> Args:
    """Return the arguments that are deployed, moved to free ports and to a folder of certificates."""
    placed: list[str | Path] = []
    left = dict(moved)
    for argument in _DEPLOYED[role]["args"]:
        name, equals, value = argument.partition("=")
        if name.startswith(_TLS) and not certificates:
            continue
        if equals:
            value = left.pop(name, value).replace("/certs/", f"{certificates}/")
        placed.append(f"{name}{equals}{value}")
    assert not left, f"these are no longer deployed: {', '.join(left)}"
    return placed


def ask_one(view: Process, query: str, more: Mapping[str, str] | None = None) -> tuple[int, float | None, str]:
    """Return status, value and what is said beside it of a query that gives one number or nothing."""
    answer = requests.get(f"{view.url}/api/v1/query", params={"query": query, **(more or {})}, timeout=30)
    body = answer.json()
    rows = body.get("data", {}).get("result", []) if body["status"] == "success" else []
    said = " ".join([body.get("error", ""), *body.get("warnings", [])])
    return answer.status_code, float(rows[0]["value"][1]) if rows else None, said
