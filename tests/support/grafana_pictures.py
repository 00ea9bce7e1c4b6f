"""Pictures of the boards as Grafana draws them."""

from pathlib import Path

from spcsmetrics.local.pictures import open_page


def take_grafana(url: str, boards: list[str], folder: Path) -> None:
    """Write a picture of each board, by its uid, as Grafana draws it for a viewer whom the ingress has let in."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_page({"Sf-Context-Current-User": "VIEWER"}) as page:
        page.set_viewport_size({"width": 1600, "height": 2400})
        for board in boards:
            page.goto(f"{url}/d/{board}?from=now-5m&to=now&kiosk", wait_until="networkidle", timeout=60_000)
            page.screenshot(path=folder / f"{board}.png")
