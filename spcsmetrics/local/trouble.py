"""Changes of a running demo, each with the sentence that says what to look at."""

from urllib.parse import quote

from spcsmetrics.local.running import Demo


def suspend(demo: Demo, pool: str) -> str:
    """Suspend a pool."""
    demo.ask("PATCH", f"/pools/{quote(pool)}", {"state": "SUSPENDED"})
    return f"{pool} is suspended: its nodes leave the table within fifteen seconds"


def resume(demo: Demo, pool: str) -> str:
    """Resume a pool."""
    demo.ask("PATCH", f"/pools/{quote(pool)}", {"state": "ACTIVE"})
    return f"{pool} is active: its nodes come back within fifteen seconds"


def break_node(demo: Demo, node: str, fault: str) -> str:
    """Let a node fail."""
    demo.ask("PUT", f"/faults/nodes/{quote(node)}", {"fault": fault})
    return f"{node} is broken ({fault}): ./inv demo.mend {node} mends it"


def mend_node(demo: Demo, node: str) -> str:
    """Let a node work again."""
    demo.ask("PUT", f"/faults/nodes/{quote(node)}", {"fault": None})
    return f"{node} works again"


def add_pool(demo: Demo, pool: str, family: str, nodes: int) -> str:
    """Add a pool."""
    added = demo.ask("POST", "/pools", {"name": pool, "family": family, "nodes": nodes})
    return f"{added['name']} is there, with {', '.join(added['nodes'])}"
