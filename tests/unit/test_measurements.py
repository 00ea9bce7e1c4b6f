"""What other tools print is read as figures, and what cannot be read is an error."""

import pytest

from spcsmetrics.bench.discovery import parse
from spcsmetrics.core.errors import UserError
from spcsmetrics.upkeep.coverage import go_share


def test_the_report_of_the_discovery_becomes_refreshes() -> None:
    line = "BenchmarkRefresh/pools=200/nodes=20/dns=20ms-2   \t  5\t 223459331 ns/op\t   17.93 MB-process"
    report = f"goos: linux\n{line}\nPASS\n"
    (refresh,) = parse(report)
    assert (refresh.pools, refresh.dns_ms, refresh.seconds, refresh.process_mb) == (200, 20, 0.223459331, 17.93)
    assert refresh.node_ms == pytest.approx(0.0559, abs=0.0001)
    assert refresh.most_seconds == 3


def test_a_report_without_measurements_is_an_error() -> None:
    with pytest.raises(UserError, match="no measurement"):
        parse("PASS\n")


def test_coverage_counts_a_block_once_however_many_tests_reach_it() -> None:
    blocks = ("m/a.go:1.1,2.2 3 0", "m/a.go:1.1,2.2 3 7", "m/b.go:1.1,2.2 1 0", "m/internal/dnstest/s.go:1.1,2.2 9 0")
    assert go_share("\n".join(["mode: atomic", *blocks])) == 75.0
