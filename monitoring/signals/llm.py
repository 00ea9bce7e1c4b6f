"""Servers of language models, by the names of vLLM, beside the GPUs of the same instances.

Source: https://docs.vllm.ai/en/stable/usage/metrics/, and https://docs.vllm.ai/en/v0.8.5/serving/metrics.html for names
of earlier releases, which are taken where the present ones are missing.
"""

from monitoring.selectors import (
    DATABASE,
    INSTANCE,
    INSTANCE_LEGEND,
    OF_APPLICATIONS,
    OF_INSTANCE,
    OF_SERVICE,
    POOL,
    SCHEMA,
    SERVICE,
    legend,
    short,
)
from monitoring.signals import SHARE, Column, Line, Listing, Signal

_RATE = "$__rate_interval"
_MODEL = "model_name"
_BY = f"{OF_SERVICE}, {_MODEL}"
_PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_EMPTY = "no application is chosen that publishes metrics of vLLM"
_NO_GPU = "no instance that serves a model has a GPU in use"
_SERVES = "vllm:num_requests_running"

FIRST_TOKEN = "vllm:time_to_first_token_seconds"  # noqa: S105 - of a model
EACH_TOKEN = "vllm:inter_token_latency_seconds"  # noqa: S105 - of a model
_EACH_TOKEN_BEFORE = "vllm:time_per_output_token_seconds"  # noqa: S105 - of a model
WHOLE, QUEUED = "vllm:e2e_request_latency_seconds", "vllm:request_queue_time_seconds"
_CACHE, _CACHE_BEFORE = "vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"
_HISTOGRAMS = (FIRST_TOKEN, EACH_TOKEN, _EACH_TOKEN_BEFORE, WHOLE, QUEUED)
# What the board reads of applications. A histogram may be a native one, or a classic one in buckets.
METRICS = frozenset(
    {
        *_HISTOGRAMS,
        *(f"{name}_bucket" for name in _HISTOGRAMS),
        _SERVES,
        _CACHE,
        _CACHE_BEFORE,
        "vllm:num_requests_waiting",
        "vllm:num_preemptions_total",
        "vllm:prompt_tokens_total",
        "vllm:generation_tokens_total",
        "vllm:request_success_total",
        "vllm:prefix_cache_queries_total",
        "vllm:prefix_cache_hits_total",
    }
)


def _of(metric: str, where: str) -> str:
    return f"{metric}{{{OF_APPLICATIONS}, {where}}}"


def _name(where: str, word: str = "") -> str:
    return f"{short(where, legend(SERVICE))} {legend(_MODEL)} {word}".strip()


def _rate(metric: str, where: str, by: str = _BY) -> str:
    return f"sum by ({by}) (rate({_of(metric, where)}[{_RATE}]))"


def _quantile(share: float, metric: str, where: str) -> str:
    """Return the query of a percentile, of a classic histogram and else of a native one."""
    classic = f"histogram_quantile({share}, {_rate(f'{metric}_bucket', where, f'{_BY}, le')})"
    return f"({classic} or histogram_quantile({share}, {_rate(metric, where)}))"


def latency(where: str, title: str, meaning: str, *metrics: str) -> Signal:
    """Return the percentiles of the first of these metrics that is there."""
    return Signal(
        title=title,
        meaning=f"{meaning}: percentiles over all instances of a service.",
        unit="s",
        lines=tuple(
            Line(
                expr=" or ".join(_quantile(share, metric, where) for metric in metrics),
                legend=_name(where, word),
            )
            for word, share in _PERCENTILES.items()
        ),
        empty=f"{_EMPTY}, or no request has come",
    )


def first_token(where: str) -> Signal:
    """Return the time to the first token."""
    return latency(where, "Time to first token", "Seconds from a request to its first token", FIRST_TOKEN)


def each_token(where: str) -> Signal:
    """Return the time between tokens."""
    meaning = "Seconds between two tokens of an answer"
    return latency(where, "Time per output token", meaning, EACH_TOKEN, _EACH_TOKEN_BEFORE)


def whole_request(where: str) -> Signal:
    """Return the time of whole requests."""
    return latency(where, "Latency of requests", "Seconds from a request to the end of its answer", WHOLE)


def time_queued(where: str) -> Signal:
    """Return the time that requests wait."""
    return latency(where, "Time in the queue", "Seconds that a request waits before it is worked on", QUEUED)


def in_flight(where: str, what: str) -> Signal:
    """Return the requests that are running or waiting now."""
    meaning = {"running": "Requests that are worked on now.", "waiting": "Requests in the queue now."}[what]
    return Signal(
        title=f"Requests {what}",
        meaning=meaning,
        unit="none",
        lines=(Line(expr=f"sum({_of(f'vllm:num_requests_{what}', where)})", legend=what),),
        empty=_EMPTY,
        decimals=0,
    )


def queue(where: str) -> Signal:
    """Return the requests that run and wait, over time."""
    return Signal(
        title="Requests: running, waiting",
        meaning="Requests that are worked on, and those in the queue, over all instances of a service.",
        unit="short",
        lines=tuple(
            Line(
                expr=f"sum by ({_BY}) ({_of(f'vllm:num_requests_{what}', where)})",
                legend=_name(where, what),
                color=color,
            )
            for what, color in (("running", "green"), ("waiting", "orange"))
        ),
        empty=_EMPTY,
        decimals=0,
    )


def requests(where: str) -> Signal:
    """Return the requests that end a second, by how they end."""
    by = f"{_BY}, finished_reason"
    return Signal(
        title="Requests finished a second",
        meaning="Requests that ended a second, by reason: stop, length, abort.",
        unit="reqps",
        lines=(
            Line(
                expr=_rate("vllm:request_success_total", where, by),
                legend=_name(where, "{{finished_reason}}"),
            ),
        ),
        empty=_EMPTY,
    )


def tokens(where: str) -> Signal:
    """Return the tokens a second, in and out."""
    return Signal(
        title="Tokens a second",
        meaning="Tokens of prompts read a second, and tokens generated.",
        unit="suffix:tokens/s",
        lines=tuple(
            Line(expr=_rate(f"vllm:{what}_tokens_total", where), legend=_name(where, word))
            for what, word in (("prompt", "in"), ("generation", "out"))
        ),
        empty=_EMPTY,
    )


def generated(where: str) -> Signal:
    """Return the tokens that are generated a second now."""
    generation = _of("vllm:generation_tokens_total", where)
    return Signal(
        title="Tokens generated a second",
        meaning="Tokens that all chosen instances generate a second now.",
        unit="none",
        lines=(Line(expr=f"sum(rate({generation}[{_RATE}]))", legend="tokens/s"),),
        empty=_EMPTY,
        decimals=0,
    )


def _cache(where: str, by: str) -> str:
    return f"max by ({by}) ({_of(_CACHE, where)} or {_of(_CACHE_BEFORE, where)})"


def cache(where: str) -> Signal:
    """Return how full the cache of each instance is, and how often it helps."""
    hits, asked = (f"vllm:prefix_cache_{what}_total" for what in ("hits", "queries"))
    return Signal(
        title="Cache: share in use, share of hits",
        meaning="Share of the fullest instance's cache of keys and values in use, and of prompt tokens found in it; "
        "requests wait and are preempted when it is full.",
        unit="percentunit",
        lines=(
            Line(expr=_cache(where, _BY), legend=_name(where, "in use")),
            Line(
                expr=f"{_rate(hits, where)} / ({_rate(asked, where)} > 0)",
                legend=_name(where, "hits"),
                dashed=True,
            ),
        ),
        empty=_EMPTY,
        steps=SHARE,
    )


def preemptions(where: str) -> Signal:
    """Return the preemptions a second."""
    return Signal(
        title="Preemptions a second",
        meaning="Requests that lost their place in the cache and are computed again, a second.",
        unit="reqps",
        lines=(Line(expr=_rate("vllm:num_preemptions_total", where), legend=_name(where)),),
        empty=_EMPTY,
    )


def _serving(platform: str, where: str) -> str:
    """Return a query of the platform for the instances that serve a model: the labels of both are the same."""
    return f"{platform} and on ({OF_INSTANCE}) count by ({OF_INSTANCE}) ({_of(_SERVES, where)})"


def _gpu_share(where: str, by: str) -> str:
    used, there = (f"sum by ({by}) (container_gpu_memory_{what}{{{where}}})" for what in ("usage", "capacity"))
    return f"{used} / ({there} > 0)"


def gpu_use(where: str) -> Signal:
    """Return the use of the GPUs of the instances that serve models."""
    use = f"avg by ({OF_INSTANCE}) (container_gpu_utilization{{{where}}})"
    return Signal(
        title="GPU of the same instances: share of time in use",
        meaning="Share of the time in which the GPUs of each instance that serves a model are in use.",
        unit="percentunit",
        lines=(Line(expr=_serving(use, where), legend=short(where, INSTANCE_LEGEND)),),
        empty=_NO_GPU,
    )


def gpu_memory(where: str) -> Signal:
    """Return the GPU memory of the instances that serve models."""
    return Signal(
        title="GPU of the same instances: share of memory in use",
        meaning="Share of the memory of its GPUs that each instance which serves a model uses.",
        unit="percentunit",
        lines=(
            Line(expr=_serving(f"({_gpu_share(where, OF_INSTANCE)})", where), legend=short(where, INSTANCE_LEGEND)),
        ),
        empty=_NO_GPU,
    )


def instances(where: str) -> Listing:
    """Return the instances with what they serve and the GPUs they do it on."""
    keys = {POOL: "Pool", DATABASE: "Database", SCHEMA: "Schema", SERVICE: "Service", INSTANCE: "Instance"}
    by = ", ".join(keys)
    running, waiting = (f"sum by ({by}) ({_of(f'vllm:num_requests_{what}', where)})" for what in ("running", "waiting"))
    generation = _rate("vllm:generation_tokens_total", where, by)
    return Listing(
        title="Instances that serve models",
        meaning="Each instance with its requests, tokens and cache, and the use of its GPUs. "
        "Click on a service for its containers.",
        keys=keys,
        columns=(
            Column(title="Running", expr=running, unit="none"),
            Column(title="Waiting", expr=waiting, unit="none"),
            Column(title="Tokens/s", expr=generation, decimals=0),
            Column(title="Cache", expr=_cache(where, by), unit="percentunit", steps=SHARE),
            Column(
                title="GPU in use",
                expr=f"avg by ({by}) ({_serving(f'container_gpu_utilization{{{where}}}', where)})",
                unit="percentunit",
            ),
            Column(
                title="GPU memory",
                expr=f"max by ({by}) ({_serving(f'({_gpu_share(where, by)})', where)})",
                unit="percentunit",
            ),
        ),
        empty=_EMPTY,
        links=(("Pool", "spcs-pool"), ("Service", "spcs-service")),
        first="Waiting",
    )
