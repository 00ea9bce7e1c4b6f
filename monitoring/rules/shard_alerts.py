"""Alerts of the view about shards that do not answer: no store evaluates them, because one may be what is gone."""

from monitoring.rules import Alert

# As many as settings allow.
MOST_SHARDS = 16
# Ask for one shard alone, and take what the others answer; see grafana/view.
DATA_SOURCE = "shards"


def shard_alert(shard: int) -> Alert:
    """Return the alert of one shard, which is silent where there are not so many."""
    return Alert(
        name="SpcsShardDown",
        expr=f'absent(up{{spcs_shard="{shard}"}}) and on () (max(spcs_discovery_shards) > {shard})',
        lasting="1m",
        severity="critical",
        summary="A shard does not answer the view.",
        description=f"Neither store nor sidecar of shard {shard} answers: without a replica every board is an error.",
        board="spcs-stack",
        panel="Parts that answer",
    )
