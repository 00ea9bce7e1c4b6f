"""Writing what is made from the catalogue: boards, recording rules and alerts."""

from pathlib import Path

from spcsmetrics.environment import group_step
from spcsmetrics.monitoring import reference
from spcsmetrics.paths import GRAFANA, PROMETHEUS, ROOT
from spcsmetrics.plan import Step, carry_out

BOARD_FOLDER = GRAFANA / "dashboards"
RULE_FOLDER = PROMETHEUS / "rules"
NOTIFYING_RULES = GRAFANA / "alerting" / "rules.yaml"
METRICS_PAGE = ROOT / "docs" / "metrics.md"


def files() -> dict[Path, str]:
    """Return every file that is made, with its text."""
    from spcsmetrics.monitoring.boards import BOARDS  # noqa: PLC0415 - needs the group dev
    from spcsmetrics.monitoring.boards.rendering import render  # noqa: PLC0415
    from spcsmetrics.monitoring.rules import notification, rendering  # noqa: PLC0415

    made = {BOARD_FOLDER / f"{board.uid}.json": render(board) for board in BOARDS}
    made[METRICS_PAGE] = reference.render()
    made[RULE_FOLDER / "recording.yml"] = rendering.recording_file()
    made[RULE_FOLDER / "alerts.yml"] = rendering.alert_file()
    made[NOTIFYING_RULES] = notification.rule_file()
    return made


def write_files(*, dry: bool) -> None:
    """Write the files, and remove boards and rules that are made no more."""

    def write() -> None:
        made = files()
        for folder, pattern in ((BOARD_FOLDER, "*.json"), (RULE_FOLDER, "*.yml")):
            folder.mkdir(exist_ok=True)
            for file in set(folder.glob(pattern)) - set(made):
                file.unlink()
        for file, text in made.items():
            file.write_text(text)

    detail = "grafana/dashboards/*.json, prometheus/rules/*.yml, grafana/alerting/rules.yaml, docs/metrics.md"
    carry_out([group_step("dev"), Step("Write boards and rules", detail, write)], dry=dry)
