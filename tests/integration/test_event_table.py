"""Samples to the account's event table: the chosen ones, beside everything to the store."""

import json
from collections.abc import Iterator
from concurrent import futures
from pathlib import Path

import grpc
import pytest
from waiting import wait_for

from spcsmetrics.local import parts, processes
from spcsmetrics.local.promql import over_http
from spcsmetrics.programs import collector


class Table(grpc.GenericRpcHandler):  # type: ignore[misc] # grpc has no types
    """The account's OTLP endpoint: keeps what it is sent."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        if details.method != "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export":
            return None

        def take(request: bytes, _: grpc.ServicerContext) -> bytes:
            self.received.append(request)
            return b""

        return grpc.unary_unary_rpc_method_handler(take)


@pytest.fixture
def table() -> Iterator[tuple[Table, int]]:
    server = grpc.server(futures.ThreadPoolExecutor(2))
    handler = Table()
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield handler, port
    server.stop(0)


def test_a_few_metrics_go_to_the_table_and_all_to_the_store(
    tmp_path: Path, table: tuple[Table, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler, port = table
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("SPCS_EVENT_TABLE_METRICS", "container_restarts|node_.*_capacity")
    monkeypatch.setenv("SPCS_EVENT_TABLE_INTERVAL", "1s")
    with processes.open_run(tmp_path) as run:
        simulation = parts.start_simulator(run, pools=2, nodes=1, containers=2)
        store = parts.start_store(run)
        receiver = {
            "token_file": str(simulation.folder / "token"),
            "ca_file": str(simulation.folder / "ca.pem"),
            "dns_server": f"127.0.0.1:{simulation.dns_port}",
        }
        here = tmp_path / "here.yaml"
        here.write_text(json.dumps({"receivers": {"spcs/event_table": receiver}}))
        files = [collector.EVENT_TABLE_CONFIG, here]
        parts.start_collector(run, simulation, store, "1s", refresh="1s", more=files)
        query = over_http(store.url)
        wait_for(lambda: len(query('container_cpu_usage{job="spcs-nodes"}')) == 4, 30)
        wait_for(lambda: any(b"node_cpu_capacity" in body for body in handler.received), 30)
        sent_so_far = len(handler.received)
        wait_for(lambda: len(handler.received) > sent_so_far + 2, 20)
        sent = b"".join(handler.received)
    assert b"container_restarts" in sent
    assert b"WEB_POOL" in sent
    assert b"BATCH_POOL" in sent
    assert b"container_cpu_usage" not in sent
