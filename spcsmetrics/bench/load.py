"""What a benchmark puts on the pipeline."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Load:
    """What is scraped, how often (seconds), and how long the warm-up and the measured window are (seconds)."""

    pools: int
    nodes: int
    containers: int
    interval: int
    warm_up: int
    window: int
