"""What applications publish: those that keep to the rules, and those that break them."""

from collections.abc import Callable, Mapping

from simulator.publishers import exporter, fastapi, hostile, vllm
from simulator.publishers.broken import BROKEN
from simulator.publishers.exposition import Family

# Makes the families of an instance from its seed and its age in seconds.
Publisher = Callable[[int, float], list[Family]]

PUBLISHERS: Mapping[str, Publisher] = {
    "exporter": exporter.families,
    "fastapi": fastapi.families,
    "hostile": hostile.families,
    "vllm": vllm.families,
}
# Everything that an application can be: one that breaks the protocol has no families.
KINDS = (*PUBLISHERS, *BROKEN)
