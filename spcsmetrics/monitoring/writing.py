"""Writing the generated boards."""

from spcsmetrics.environment import group_step
from spcsmetrics.paths import GRAFANA
from spcsmetrics.plan import Step, carry_out


def write_boards(*, dry: bool) -> None:
    """Write every board to grafana/dashboards."""

    def write() -> None:
        from spcsmetrics.monitoring.boards import BOARDS, render  # noqa: PLC0415 - needs the group dev

        for name, make in BOARDS.items():
            (GRAFANA / "dashboards" / name).write_text(render(make()))

    carry_out([group_step("dev"), Step("Write the boards", "grafana/dashboards/*.json", write)], dry=dry)
