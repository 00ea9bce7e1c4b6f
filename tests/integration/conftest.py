"""The real collector and Prometheus of this machine against the simulator."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from stands import Stand, open_stand
from zygote import Zygote, open_zygote

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each test of this folder a second try, which the summary counts: they time programs of a shared machine."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with open_stand(tmp_path_factory.mktemp("stand")) as ready:
        yield ready


@pytest.fixture(scope="module")
def zygote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zygote]:
    with open_zygote(tmp_path_factory.mktemp("home")) as opened:
        yield opened
