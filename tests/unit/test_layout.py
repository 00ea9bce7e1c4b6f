"""What a reader sees of a board first, and what it looks like."""

import re
from typing import Any

import pytest
from queries import metrics
from rendered import rendered

from monitoring.boards import BOARDS
from monitoring.boards.reading import panels
from monitoring.signals import CAPACITY, LIMIT, REQUESTED, USED

Json = dict[str, Any]

# A screen of 1600 x 900: below Grafana's bars there is room for 20 cells of 38 pixels, and a board is 1,550 wide.
FOLD, WIDTH, COLUMNS, GAP, BORDER = 20, 1550, 24, 8, 8
COLORS = {"used": USED, "requested": REQUESTED, "limit": LIMIT, "capacity": CAPACITY, "size": CAPACITY}


@pytest.fixture(params=BOARDS, ids=lambda board: board.uid)
def board(request: pytest.FixtureRequest) -> Json:
    return rendered()[request.param.uid]


def test_the_answer_is_above_the_fold_and_the_rest_is_folded(board: Json) -> None:
    rows = [panel for panel in board["panels"] if panel["type"] == "row"]
    answer = board["panels"][: len(board["panels"]) - len(rows)]
    assert rows
    assert answer == [panel for panel in board["panels"] if panel["type"] != "row"], "the answer comes first"
    assert max(panel["gridPos"]["y"] + panel["gridPos"]["h"] for panel in answer) <= FOLD
    assert all(row["collapsed"] and row["panels"] for row in rows)
    assert [row["gridPos"]["y"] for row in rows] == list(range(rows[0]["gridPos"]["y"], rows[-1]["gridPos"]["y"] + 1))
    for row in rows:
        assert min(panel["gridPos"]["y"] for panel in row["panels"]) == row["gridPos"]["y"] + 1


def cells(shown: list[Json]) -> list[tuple[int, int]]:
    return [
        (x, y)
        for panel in shown
        for x in range(panel["gridPos"]["x"], panel["gridPos"]["x"] + panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["y"], panel["gridPos"]["y"] + panel["gridPos"]["h"])
    ]


def test_no_panel_covers_another_and_none_leaves_a_hole(board: Json) -> None:
    rows = [panel["panels"] for panel in board["panels"] if panel["type"] == "row"]
    for shown in ([panel for panel in board["panels"] if panel["type"] != "row"], *rows):
        taken = cells(shown)
        assert len(taken) == len(set(taken))
        top, bottom = min(y for _, y in taken), max(y for _, y in taken)
        assert len(taken) == COLUMNS * (bottom - top + 1), [panel["title"] for panel in shown]


def test_colours_mean_the_same_on_every_board(board: Json) -> None:
    for panel in panels(board):
        if panel["type"] != "timeseries":
            continue
        chosen = {
            override["matcher"]["options"]: setting["value"]["fixedColor"]
            for override in panel["fieldConfig"]["overrides"]
            for setting in override["properties"]
            if setting["id"] == "color"
        }
        for target in panel["targets"]:
            word = target["legendFormat"].split(" ")[-1]
            if word in COLORS:
                assert chosen[target["refId"]] == COLORS[word], f"{panel['title']}: {target['legendFormat']}"


def test_what_is_always_one_is_a_timeline_of_states(board: Json) -> None:
    for panel in panels(board):
        if panel["type"] == "timeseries":
            for target in panel["targets"]:
                each = "instance" in target["legendFormat"] or "job" in target["legendFormat"]
                assert not (each and metrics(target["expr"]) & ALWAYS_ONE), panel["title"]


ALWAYS_ONE = {"up", "container_state_pending_reason", "container_state_last_finished_reason"}


def test_the_ten_that_have_most_stay_the_same_and_the_rest_is_a_sum(board: Json) -> None:
    for panel in panels(board):
        chosen = [target["expr"] for target in panel.get("targets", []) if "topk" in target["expr"]]
        if chosen and panel["type"] == "timeseries":
            share = panel["fieldConfig"]["defaults"]["unit"] == "percentunit"
            for ten, rest in zip(chosen[::2], chosen[1::2], strict=True):
                assert "and topk(10, " in ten
                assert "@ end()" in ten
                assert "unless topk(10, " in rest
                assert rest.startswith("avg(" if share else "sum("), "a sum of shares means nothing"


@pytest.mark.parametrize("uid", ["spcs-gpu", "spcs-volumes"])
def test_an_overview_of_many_things_shows_ten_and_the_rest(uid: str) -> None:
    (found,) = [made for made in BOARDS if made.uid == uid]
    for panel in panels(rendered()[found.uid]):
        if panel["type"] == "timeseries":
            for target in panel["targets"]:
                assert re.search(r"(topk|bottomk)\(10, ", target["expr"]), panel["title"]


def test_of_what_is_left_the_least_comes_first() -> None:
    (volumes,) = [made for made in BOARDS if made.uid == "spcs-volumes"]
    shown = {panel["title"]: panel for panel in panels(rendered()[volumes.uid])}
    left = shown["Volume: time until full"]
    assert "bottomk" in left["targets"][0]["expr"]
    assert left["options"]["legend"]["sortDesc"] is False
    assert shown["Volume: share in use"]["options"]["legend"]["sortDesc"] is True


def test_charts_with_three_lines_have_room_for_their_legend(board: Json) -> None:
    # A legend below a chart gets 35 % of its height: packages/grafana-ui/src/components/VizLayout/VizLayout.tsx.
    for row in board["panels"]:
        for panel in row.get("panels", []):
            if panel["type"] == "timeseries":
                assert panel["gridPos"]["h"] >= 9, panel["title"]


def test_pools_that_publish_nothing_can_be_chosen(board: Json) -> None:
    for variable in board["templating"]["list"]:
        if variable["name"] == "pool":
            assert "spcs_compute_pool_info" in str(variable["query"])


def test_annotations_are_of_what_is_chosen(board: Json) -> None:
    variables = [variable for variable in board["templating"]["list"] if variable["type"] == "query"]
    chosen = {variable["name"] for variable in variables if not variable["includeAll"]}
    for annotation in board["annotations"]["list"]:
        if "expr" not in annotation or annotation["name"] == "Alerts":
            continue
        assert chosen, "restarts of everything would cover every chart"
        assert chosen - {"node"} <= set(re.findall(r"\$(\w+)", annotation["expr"]))


def test_boards_links_and_annotations_are_in_sight(board: Json) -> None:
    # The library would put them into a menu (grafana-foundation-sdk 1272).
    assert all("placement" not in shown for shown in (*board["links"], *board["annotations"]["list"]))
    assert board["graphTooltip"] == 1, "charts share their crosshair"


def test_tables_fit_the_board_and_show_the_worst_first(board: Json) -> None:
    for panel in panels(board):
        if panel["type"] == "table":
            widths = {
                (override["matcher"]["options"], setting["value"])
                for override in panel["fieldConfig"]["overrides"]
                for setting in override["properties"]
                if setting["id"] in {"custom.width", "custom.minWidth"}
            }
            columns = panel["gridPos"]["w"]
            room = (WIDTH - (COLUMNS - 1) * GAP) / COLUMNS * columns + (columns - 1) * GAP - BORDER
            assert sum(width for _, width in widths) <= room, panel["title"]
            (sort,) = panel["options"]["sortBy"]
            assert sort["desc"] is True
            assert sort["displayName"] in {title for title, _ in widths}


def test_a_legend_of_many_lines_is_a_table_and_a_number_asks_once(board: Json) -> None:
    for panel in panels(board):
        if panel["type"] == "timeseries":
            many = len(panel["targets"]) > 3 or any("{{" in target["legendFormat"] for target in panel["targets"])
            assert panel["options"]["legend"]["displayMode"] == ("table" if many else "list")
        if panel["type"] == "stat":
            assert all(target["instant"] and not target.get("range") for target in panel["targets"])
