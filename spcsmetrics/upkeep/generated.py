"""Writing what is made from the catalogue: boards, recording rules and alerts."""

from pathlib import Path

from monitoring import reference
from monitoring.metrics import CATALOGUE
from spcsmetrics.core.groups import group_step
from spcsmetrics.core.paths import BOARD_FOLDER, METRICS_PAGE, NOTIFYING_RULES, PLUGIN, RULE_FOLDER, SHARD_RULES
from spcsmetrics.core.steps import Step, carry_out
from spcsmetrics.core.versions import PRODUCT

# The names that no application can publish under.
RESERVED_NAMES = PLUGIN / "internal" / "reserved" / "catalogue.txt"


def files() -> dict[Path, str]:
    """Return every file that is made, with its text."""
    from monitoring.boards import BOARDS  # noqa: PLC0415 - needs the group dev
    from monitoring.boards.rendering import render  # noqa: PLC0415 - needs the group dev
    from monitoring.rules import notification, rendering  # noqa: PLC0415 - needs the group dev

    made = {BOARD_FOLDER / f"{board.uid}.json": render(board, PRODUCT) for board in BOARDS}
    made[METRICS_PAGE] = reference.render()
    made[RESERVED_NAMES] = "".join(
        f"{name}\n" for name in ("# Made by ./inv boards from monitoring/metrics.py", *CATALOGUE)
    )
    made[RULE_FOLDER / "recording.yml"] = rendering.recording_file(PRODUCT)
    made[RULE_FOLDER / "alerts.yml"] = rendering.alert_file()
    made[NOTIFYING_RULES] = notification.rule_file()
    made[SHARD_RULES] = notification.shard_rule_file()
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

    detail = (
        "grafana/dashboards/*.json, prometheus/rules/*.yml, grafana/{,view/}alerting/*.yaml, docs/metrics.md and "
        "the plugin's catalogue.txt"
    )
    carry_out([group_step("dev"), Step(title="Write boards and rules", detail=detail, action=write)], dry=dry)
