"""A server of a language model, with the names and labels of vLLM.

Source: https://docs.vllm.ai/en/stable/usage/metrics/
"""

from simulator.behaviour import grown, wave
from simulator.publishers.exposition import Family, counter, gauge, histogram

_LABELS = {"engine": "0", "model_name": "meta-llama/Llama-3.1-8B-Instruct"}
_FIRST_TOKEN = (0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80)
_EACH_TOKEN = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80)
_WHOLE = (0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680)


def families(number: int, age: float) -> list[Family]:
    """Return what an instance publishes at an age."""
    rate = 2 + number % 5
    requests = grown(rate, age)
    prompts, tokens = grown(rate * 420, age), grown(rate * 180, age)
    by_reason = ({**_LABELS, "finished_reason": reason} for reason in ("stop", "length", "abort"))
    shares = (0.9, 0.08, 0.02)
    return [
        gauge("vllm:num_requests_running", "Requests in batches", round(wave(number, age, 1, 32)), _LABELS),
        gauge("vllm:num_requests_waiting", "Requests that wait", round(wave(number + 1, age, 0, 12)), _LABELS),
        gauge("vllm:kv_cache_usage_perc", "Share of the cache in use", wave(number + 2, age, 0.2, 0.95), _LABELS),
        counter("vllm:prefix_cache_queries_total", "Tokens looked up in the cache", [(_LABELS, prompts)]),
        counter("vllm:prefix_cache_hits_total", "Tokens found in the cache", [(_LABELS, prompts * 0.6)]),
        counter("vllm:num_preemptions_total", "Preemptions", [(_LABELS, requests / 400)]),
        counter("vllm:prompt_tokens_total", "Prompt tokens", [(_LABELS, prompts)]),
        counter("vllm:generation_tokens_total", "Generated tokens", [(_LABELS, tokens)]),
        counter(
            "vllm:request_success_total",
            "Finished requests",
            [(labels, requests * share) for labels, share in zip(by_reason, shares, strict=True)],
        ),
        histogram("vllm:time_to_first_token_seconds", "Time to first token", _LABELS, _FIRST_TOKEN, requests, 0.18),
        histogram("vllm:inter_token_latency_seconds", "Time per token", _LABELS, _EACH_TOKEN, tokens, 0.03),
        histogram("vllm:e2e_request_latency_seconds", "Latency of requests", _LABELS, _WHOLE, requests, 5.5),
        histogram("vllm:request_queue_time_seconds", "Time in the queue", _LABELS, _WHOLE, requests, 0.4),
        *_process(number, age),
    ]


def _process(number: int, age: float) -> list[Family]:
    """Return what Prometheus's client for Python adds, under the names of every such process."""
    return [
        gauge("process_resident_memory_bytes", "Resident memory", wave(number + 3, age, 4e9, 6e9)),
        counter("process_cpu_seconds_total", "CPU time", [({}, grown(1.5, age))]),
    ]
