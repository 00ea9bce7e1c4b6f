"""All that older boards showed is here, and their defects are not.

Each test of a defect has the older query beside it, and fails on that.
"""

from typing import Any

import pytest
from older_panels import OLDER_PANELS
from queries import groupings, lost_labels, metrics, selectors
from rendered import rendered

from monitoring.boards import BOARDS
from monitoring.boards.reading import panels
from monitoring.metrics import CATALOGUE

Json = dict[str, Any]
PANELS: dict[tuple[str, str], Json] = {
    (board.uid, panel["title"]): panel
    for board in BOARDS
    for panel in panels(rendered()[board.uid])
    if panel["type"] not in {"row", "text"}
}
EXPRESSIONS = [target["expr"] for panel in PANELS.values() for target in panel["targets"]]


def unit(panel: Json) -> str:
    return str(panel["fieldConfig"]["defaults"]["unit"])


@pytest.mark.parametrize("older", OLDER_PANELS)
def test_what_an_older_panel_showed_has_a_place(older: str) -> None:
    for place in OLDER_PANELS[older]:
        assert place in PANELS


def sums_a_share(expression: str) -> bool:
    shares = {"container_gpu_utilization", "spcs_gpu:container_gpu_utilization:avg"}
    operators = {operator for operator, _ in groupings(expression)}
    # GPUs that are counted by their share may be added up.
    return bool(metrics(expression) & shares) and "sum" in operators and "count" not in operators


def test_1_shares_of_a_gpu_are_not_summed() -> None:
    assert sums_a_share("sum by (snow_compute_pool_node_id, gpu) (container_gpu_utilization)")
    assert not [expression for expression in EXPRESSIONS if sums_a_share(expression)]


def test_2_a_share_has_one_unit_everywhere() -> None:
    for (board, title), panel in PANELS.items():
        if "share" in title.lower() and panel["type"] != "table":
            assert unit(panel) == "percentunit", f"{board}: {title}"
        assert unit(panel) != "percent", f"{board}: {title}"


def divides_bytes(expression: str) -> bool:
    return "/ 1024" in expression or "/ 1000" in expression


def test_3_bytes_are_divided_by_the_unit_only_and_metrics_are_documented_ones() -> None:
    assert divides_bytes("sum(container_gpu_memory_usage) / 1024 / 1024 / 1024")
    assert not [expression for expression in EXPRESSIONS if divides_bytes(expression)]
    assert "container_gpu_memory_used_mib" not in CATALOGUE
    for panel in PANELS.values():
        for target in panel["targets"]:
            if (
                metrics(target["expr"]) & {"container_memory_usage", "container_gpu_memory_usage"}
                and "/" not in target["expr"]
            ):
                overridden = [
                    setting["value"]
                    for override in panel["fieldConfig"]["overrides"]
                    for setting in override["properties"]
                    if setting["id"] == "unit" and override["matcher"]["options"] == target["legendFormat"]
                ]
                assert (overridden or [unit(panel)])[0] == "bytes", panel["title"]


def test_4_no_two_panels_of_a_board_show_the_same() -> None:
    for board in BOARDS:
        titles = [panel["title"] for panel in panels(rendered()[board.uid])]
        assert len(titles) == len(set(titles)), board.uid
        shown = [panel for (uid, _), panel in PANELS.items() if uid == board.uid]
        queries = [tuple(target["expr"] for target in panel["targets"]) for panel in shown]
        assert len(queries) == len(set(queries)), board.uid
    for what in ("received", "transmitted"):
        assert any(f"network_egress_{what}_packets" in expression for expression in EXPRESSIONS)


def test_5_thresholds_fit_their_unit() -> None:
    for (board, title), panel in PANELS.items():
        steps = [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"] if step["value"]]
        if unit(panel) == "percentunit":
            assert all(0 < step <= 1 for step in steps), f"{board}: {title}"
        if unit(panel) in {"bytes", "Bps"}:
            assert not steps, f"{board}: {title}: nothing is known of how many bytes are many"


def draws_a_total(expression: str) -> bool:
    totals = {name for name in CATALOGUE if name.startswith("network_egress_")}
    return bool(metrics(expression) & totals) and "rate(" not in expression and "increase(" not in expression


def test_6_totals_of_the_network_are_shown_as_rates() -> None:
    assert draws_a_total("sum(network_egress_received_bytes) by (snow_compute_pool_node_id)")
    assert not [expression for expression in EXPRESSIONS if draws_a_total(expression)]


def test_7_shares_are_not_stacked_and_bounds_are_one_line_a_container() -> None:
    for panel in PANELS.values():
        custom = panel["fieldConfig"]["defaults"].get("custom", {})
        if unit(panel) == "percentunit":
            assert custom.get("stacking", {}).get("mode", "none") == "none"
        for target in panel["targets"]:
            assert not target.get("hide"), "a hidden query is a column that no panel shows"
            if panel["type"] == "timeseries" and metrics(target["expr"]) & {
                "container_cpu_limit",
                "container_memory_limit",
            }:
                assert groupings(target["expr"]), panel["title"]


def test_8_legends_name_labels_of_the_query() -> None:
    older = "sum by (reason) (container_state_pending_reason)"
    assert lost_labels(older, "{{snow_node_id}}: {{reason}}") == {"snow_node_id"}
    for panel in PANELS.values():
        if panel["type"] != "table":
            for target in panel["targets"]:
                assert not lost_labels(target["expr"], target["legendFormat"]), panel["title"]


def test_9_every_query_of_a_pool_board_follows_the_pool() -> None:
    for (board, title), panel in PANELS.items():
        if board == "spcs-pool":
            for target in panel["targets"]:
                for _, matchers in selectors(target["expr"]):
                    assert matchers.get("snow_compute_pool_name") == "$pool", title


def test_10_the_data_source_is_a_variable_and_provisioned_with_a_fixed_uid() -> None:
    for board in BOARDS:
        first = rendered()[board.uid]["templating"]["list"][0]
        assert (first["name"], first["type"]) == ("datasource", "datasource")
    assert {panel["datasource"]["uid"] for panel in PANELS.values()} == {"${datasource}"}


def test_11_windows_of_rates_follow_the_scrapes() -> None:
    for expression in EXPRESSIONS:
        assert "[5m]" not in expression
    assert {rendered()[board.uid]["refresh"] for board in BOARDS} == {"30s"}


def test_12_the_number_of_gpus_needs_no_label_of_an_older_metric() -> None:
    for expression in EXPRESSIONS:
        for metric, matchers in selectors(expression):
            if metric == "node_gpu_capacity":
                assert "resource" not in matchers


def test_13_tables_are_merged_by_their_labels_and_hide_no_column_one_by_one() -> None:
    for (_, title), panel in PANELS.items():
        if panel["type"] == "table":
            assert [step["id"] for step in panel["transformations"]] == ["merge", "organize"], title
            assert not any("label_join" in target["expr"] for target in panel["targets"]), title
            assert panel["transformations"][1]["options"]["excludeByName"] == {"Time": True}, title
