"""The boards: checked in as built, made of what is published, and without the defects of older ones."""

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

import pytest
from queries import APPLICATION_LABELS, RECEIVER_METRICS, groupings, labels_of, lost_labels, metrics, selectors
from rendered import rendered
from trees import read_yaml

from monitoring.boards import BOARDS
from monitoring.boards.links import RUNBOOKS
from monitoring.boards.reading import panels as every_panel
from monitoring.metrics import CATALOGUE
from monitoring.rules.alerts import ALERTS
from monitoring.rules.recording import RECORDINGS
from monitoring.selectors import APPLICATION_JOB, OF_SERVICE, VARIABLES
from monitoring.signals.llm import METRICS as LLM_METRICS
from monitoring.signals.stack import OWN_METRICS
from spcsmetrics.core.paths import BOARD_FOLDER, GRAFANA, METRICS_PAGE, NOTIFYING_RULES, RULE_FOLDER, SHARD_RULES
from spcsmetrics.upkeep.generated import RESERVED_NAMES, files

Json = dict[str, Any]

KNOWN = set(CATALOGUE) | set(RECORDINGS) | OWN_METRICS | set(RECEIVER_METRICS) | LLM_METRICS
# Boards of details, which show one thing.
CHOOSE_ONE = {
    "spcs-pool": {"pool"},
    "spcs-node": {"node"},
    "spcs-service": {"database", "schema", "service"},
    "spcs-container": {"database", "schema", "service", "container"},
}
# Boards of the stack itself have no pools to choose, and prices are the same for all.
UNCHOSEN = OWN_METRICS | set(RECEIVER_METRICS) | {"spcs_family:node_hour:credits"}


@pytest.fixture(params=BOARDS, ids=lambda board: board.uid)
def board(request: pytest.FixtureRequest) -> Json:
    return rendered()[request.param.uid]


def panels(board: Json) -> list[Json]:
    return [panel for panel in every_panel(board) if panel["type"] != "text"]


def expressions(board: Json) -> Iterator[tuple[str, str]]:
    for panel in panels(board):
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


def test_the_files_are_those_that_a_fresh_build_writes() -> None:
    others = (NOTIFYING_RULES, SHARD_RULES, METRICS_PAGE, RESERVED_NAMES)
    made = [*BOARD_FOLDER.glob("*.json"), *RULE_FOLDER.glob("*.yml"), *others]
    written = {file: file.read_text() for file in made}
    first = files()
    assert written == first, "run ./inv boards"
    assert files() == first, "a second build is the same"


def test_the_library_of_boards_is_the_one_that_is_meant() -> None:
    # Older builds for single versions of Grafana carry an epoch, which sorts after every newer release.
    assert version("grafana-foundation-sdk").removeprefix("v") == "0.0.21"


def test_ids_are_unique(board: Json) -> None:
    ids = [panel["id"] for panel in (*board["panels"], *panels(board)) if panel["type"] != "row"]
    rows = [panel["id"] for panel in board["panels"] if panel["type"] == "row"]
    assert len(set(ids) | set(rows)) == len(set(ids)) + len(rows)
    assert len(list(every_panel(board))) == len({panel["id"] for panel in every_panel(board)})


def test_every_panel_says_what_it_shows_and_why_it_may_be_empty(board: Json) -> None:
    for panel in panels(board):
        assert panel["title"]
        assert "Empty when" in panel["description"]
        assert panel["fieldConfig"]["defaults"]["unit"]
        first, *more = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
        assert first["value"] is None, "the colour below the first bound"
        bounds = [step["value"] for step in more]
        assert bounds == sorted(set(bounds)), panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"
        assert [target["refId"] for target in panel["targets"]] == list("ABCDEFGHIJ"[: len(panel["targets"])])


def test_what_the_library_leaves_out_is_set(board: Json) -> None:
    for panel in panels(board):
        if panel["type"] == "stat":
            assert panel["options"]["reduceOptions"]["calcs"] == ["lastNotNull"]
        if panel["type"] == "timeseries":
            assert panel["options"]["tooltip"]["mode"] == "multi"
            assert panel["options"]["legend"]["showLegend"] is True
            assert panel["fieldConfig"]["defaults"]["color"]["mode"] == "palette-classic"
        if panel["type"] == "table":
            widths = {
                override["matcher"]["options"]
                for override in panel["fieldConfig"]["overrides"]
                for setting in override["properties"]
                if setting["id"] in {"custom.width", "custom.minWidth", "custom.hideFrom"}
            }
            organize = panel["transformations"][1]["options"]
            assert widths == set(organize["renameByName"].values()), "every column has a width"


def test_every_query_reads_what_is_known_and_follows_the_variables(board: Json) -> None:
    variables = {variable["name"] for variable in board["templating"]["list"]}
    for title, expression in expressions(board):
        for name in re.findall(r"\$([a-z_]\w*)", expression):
            assert name in variables or name.startswith("__"), f"{title}: {name}"
        for metric, matchers in selectors(expression):
            assert metric in KNOWN or (not metric and matchers["job"] == APPLICATION_JOB), f"{title}: {metric}"
            if metric not in UNCHOSEN:
                assert matchers["snow_compute_pool_name"] == "$pool", f"{title}: {expression}"
                own = not metric or metric in LLM_METRICS
                labels = APPLICATION_LABELS if own else labels_of(metric)
                assert labels is not None
                assert set(matchers) - {"job"} <= labels, f"{title}: {metric} lacks {set(matchers) - labels}"


def test_legends_name_labels_that_their_query_keeps(board: Json) -> None:
    for panel in panels(board):
        for target in panel["targets"] if panel["type"] != "table" else []:
            assert not lost_labels(target["expr"], target["legendFormat"]), panel["title"]


POOL = "{{snow_compute_pool_name}}"


@pytest.mark.parametrize(
    "query",
    [
        "count(count by (snow_compute_pool_name) (node_cpu_capacity))",
        "sum(topk(3, sum by (snow_compute_pool_name) (container_cpu_usage)))",
        "sum without (snow_compute_pool_name) (container_cpu_usage)",
        "sum by (snow_compute_pool_name) (container_cpu_usage) or vector(0)",
        "container_cpu_usage / on (snow_service_name) container_cpu_limit",
        "sum by (snow_compute_pool_name) (up)",
    ],
)
def test_a_legend_of_a_label_that_an_outer_operation_drops_is_found(query: str) -> None:
    assert lost_labels(query, POOL) == {"snow_compute_pool_name"}


@pytest.mark.parametrize(
    "query",
    [
        "topk(3, sum by (snow_compute_pool_name) (container_cpu_usage))",
        "sum without (snow_service_name) (container_cpu_usage)",
        "1.2 * sum by (snow_compute_pool_name) (rate(network_egress_received_bytes[5m])) / 3600",
        "spcs_pool:nodes:count unless on (snow_service_name) vector(1)",
        "container_cpu_usage / ignoring (reason) container_cpu_limit",
        'label_replace(vector(1), "snow_compute_pool_name", "$1", "x", "(.*)")',
    ],
)
def test_a_legend_of_a_label_that_every_operation_keeps_is_right(query: str) -> None:
    assert not lost_labels(query, POOL)


def test_columns_of_a_table_have_the_same_keys(board: Json) -> None:
    for panel in panels(board):
        if panel["type"] == "table":
            organize = panel["transformations"][1]["options"]["renameByName"]
            keys = {name for name in organize if not name.startswith("Value")}
            for target in panel["targets"]:
                assert set(groupings(target["expr"])[0][1]) == keys, f"{panel['title']}: {target['expr']}"
                assert target["format"] == "table"
                assert target["instant"] is True


def test_services_and_containers_are_never_known_by_their_name_alone(board: Json) -> None:
    for title, expression in expressions(board):
        for _, labels in groupings(expression):
            if {"snow_service_name", "snow_service_container_name"} & set(labels):
                assert set(OF_SERVICE.split(", ")) <= set(labels), f"{title}: {labels}"


def test_shares_are_never_summed_or_stacked(board: Json) -> None:
    for panel in panels(board):
        stacking = panel["fieldConfig"]["defaults"].get("custom", {}).get("stacking", {}).get("mode", "none")
        if panel["fieldConfig"]["defaults"]["unit"] == "percentunit":
            assert stacking == "none"
        for _, expression in ((panel["title"], target["expr"]) for target in panel["targets"]):
            if "container_gpu_utilization" in metrics(expression) or re.search(r"_usage\S* / \(\w+_limit", expression):
                operators = {operator for operator, _ in groupings(expression)}
                assert "sum" not in operators or "count" in operators, expression


def test_variables_are_chained_and_follow_the_time(board: Json) -> None:
    before: list[str] = []
    for variable in board["templating"]["list"]:
        if variable["type"] != "query":
            continue
        query = variable["query"] if isinstance(variable["query"], str) else variable["query"]["query"]
        assert sorted(re.findall(r"\$(\w+)", query)) == sorted(before)
        assert re.match(r"label_values\((?!\w+\))(\w|\{__name__)", query), "a label without a metric scans every series"
        assert variable["refresh"] == 2
        assert variable["sort"] == 1
        one = variable["name"] in {"account"} | CHOOSE_ONE.get(board["uid"], set())
        assert variable["multi"] is not one
        assert variable["includeAll"] is not one
        before.append(variable["name"])


def test_boards_refresh_no_faster_than_samples_come(board: Json) -> None:
    assert board["refresh"] == "30s"
    assert board["editable"] is False
    for panel in panels(board):
        assert panel["interval"] == "30s"


def test_links_lead_to_boards_that_take_what_is_chosen() -> None:
    boards = {board.uid: board for board in BOARDS}
    found = 0
    for board in BOARDS:
        for panel in panels(rendered()[board.uid]):
            for override in panel["fieldConfig"]["overrides"]:
                for setting in override["properties"]:
                    for link in setting["value"] if setting["id"] == "links" else []:
                        if link["url"].startswith(RUNBOOKS):
                            continue
                        uid = re.match(r"/d/([\w-]+)\?", link["url"])[1]  # type: ignore[index]
                        taken = re.findall(r"var-(\w+)=", link["url"])
                        assert taken.count("account") == 1, "names are those of one account"
                        assert set(taken) <= {"account", *boards[uid].variables}
                        for column in re.findall(r"__data\.fields\.(\w+)", link["url"]):
                            assert column in panel["transformations"][1]["options"]["renameByName"].values()
                        found += 1
    assert found > 10


def test_links_above_a_board_lead_to_one_that_shows_more_and_keep_what_is_chosen() -> None:
    uids = {board.uid for board in BOARDS}
    linked = {board.uid: {uid for _, uid in board.links} for board in BOARDS if board.links}
    assert {"spcs-applications", "spcs-llm"} == linked["spcs-service"] == linked["spcs-container"]
    for source, targets in linked.items():
        assert targets <= uids - {source}
        shown = {link["url"]: link for link in rendered()[source]["links"] if link["type"] == "link"}
        assert set(shown) == {f"/d/{uid}" for uid in targets}
        assert all(link["includeVars"] and link["keepTime"] for link in shown.values())


def test_every_published_metric_is_in_a_panel_and_every_rule_is_used() -> None:
    shown = {name for board in BOARDS for _, query in expressions(rendered()[board.uid]) for name in metrics(query)}
    alerted = {name for alert in ALERTS.values() for name in metrics(alert.expr)}
    through = {name for rule in shown & set(RECORDINGS) for name in metrics(RECORDINGS[rule].expr)}
    assert set(CATALOGUE) <= shown | through, set(CATALOGUE) - shown - through
    assert set(RECORDINGS) <= shown | alerted, set(RECORDINGS) - shown - alerted
    assert shown >= OWN_METRICS


def test_variables_have_one_name_everywhere() -> None:
    assert len(set(VARIABLES.values())) == len(VARIABLES)


def test_windows_of_rates_follow_the_interval_of_scrapes(board: Json) -> None:
    # grafana/grafana-prometheus-datasource, pkg/promlib/models/query.go: $__rate_interval takes a query's own step
    # instead of the data source's interval.
    assert not [target for panel in panels(board) for target in panel["targets"] if target.get("interval")]
    source = read_yaml(GRAFANA / "provisioning/datasources/prometheus.yaml")["datasources"][0]
    assert source["jsonData"]["timeInterval"] == "${SPCS_SCRAPE_INTERVAL}"
    assert "ENV SPCS_SCRAPE_INTERVAL=30s" in (GRAFANA / "Dockerfile").read_text()
