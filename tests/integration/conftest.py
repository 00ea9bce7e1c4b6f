"""The real collector and Prometheus of this machine against the simulator."""

from collections.abc import Iterator

import pytest
from stands import Stand, open_stand


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with open_stand(tmp_path_factory.mktemp("stand"), pools=3, nodes=2, containers=6) as ready:
        yield ready
