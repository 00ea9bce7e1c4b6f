"""Idle GPUs, counted from what the nodes have: a GPU on which no container is publishes nothing."""

from monitoring.selectors import OF_GPU, OF_NODE

# A GPU in use for less than this share of the time is idle.
IDLE_BELOW = 0.05


def idle_on_nodes(where: str, span: str) -> str:
    """Return the query of the GPUs of each node, chosen by matchers (where), that were idle for a span.

    Time in use is divided by the time that the node was there; without a container a GPU is not in use.
    """
    capacity = f"spcs_node:node_gpu_capacity:max{{{where}}}"
    there = f"max by ({OF_NODE}) (count_over_time({capacity}[{span}]))"
    in_use = f"max by ({OF_GPU}) (sum_over_time(spcs_gpu:container_gpu_utilization:avg{{{where}}}[{span}]))"
    busy = f"count by ({OF_NODE}) ({in_use} / on ({OF_NODE}) group_left () {there} >= {IDLE_BELOW})"
    return f"max by ({OF_NODE}) ({capacity}) - on ({OF_NODE}) ({busy} or max by ({OF_NODE}) ({capacity}) * 0)"
