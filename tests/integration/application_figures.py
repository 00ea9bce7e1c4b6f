"""Figures of the boards of applications: percentiles of both kinds of histograms, and what joins with the platform."""

from application_scenarios import TARGET
from courses import Figure, container

_MODEL = 'engine="0", model_name="m"'
_SERVER = TARGET.replace("APP", "A")
_BY_MODEL = '{model_name="m", snow_database_name="D", snow_schema_name="S", snow_service_name="A"}'
_OF_INSTANCE = (
    '{snow_database_name="D", snow_schema_name="S", snow_service_name="A", snow_service_container_instance="%s"}'
)

_OF_ALERT = 'snow_compute_pool_name="P", snow_database_name="D", snow_schema_name="S", snow_service_name="A"'


def _serving(metric: str, more: str = "") -> str:
    return f'{metric}{{{_SERVER}, snow_service_container_instance="1", {_MODEL}{more}}}'


# A hundred observations each half minute: half of them up to 0.1 s, all of them up to 0.5 s.
_CLASSIC = {
    _serving("vllm:time_to_first_token_seconds_bucket", f', le="{bound}"'): f"0+{count}x40"
    for bound, count in (("0.1", 50), ("0.5", 100), ("+Inf", 100))
}
# All of them between 0.5 and 1 s.
_NATIVE = {
    _serving(
        "vllm:time_to_first_token_seconds"
    ): "{{schema:0 sum:0 count:0}}+{{schema:0 sum:75 count:100 buckets:[100]}}x40"
}
# Two instances of one service have a GPU, and one of them serves a model.
_GPUS = {
    f'container_gpu_utilization{{{container(number)}, gpu="0"}}': f"{value}x40"
    for number, value in ((1, 0.8), (2, 0.3))
}
APPLICATION_FIGURES: dict[str, Figure] = {
    "a percentile of a classic histogram is between its bounds": Figure(
        board="spcs-llm",
        panel="Time to first token",
        what="{{snow_service_name}} {{model_name}} p95",
        series=_CLASSIC,
        rows={_BY_MODEL: 0.46},
        minute=15,
    ),
    "a percentile of a native histogram is taken where there are no buckets": Figure(
        board="spcs-llm",
        panel="Time to first token",
        what="{{snow_service_name}} {{model_name}} p50",
        series=_NATIVE,
        rows={_BY_MODEL: 0.7071067811865476},
        minute=15,
    ),
    "only GPUs of instances that serve a model are beside it": Figure(
        board="spcs-llm",
        panel="GPU of the same instances: share of time in use",
        what="{{snow_database_name}}.{{snow_schema_name}}.{{snow_service_name}}.{{snow_service_container_instance}}",
        series=_GPUS | {_serving("vllm:num_requests_running"): "3x40"},
        rows={_OF_INSTANCE % 1: 0.8},
        minute=15,
    ),
    "the older name of the cache is taken where the present one is missing": Figure(
        board="spcs-llm",
        panel="Cache: share in use, share of hits",
        what="{{snow_service_name}} {{model_name}} in use",
        series={_serving("vllm:gpu_cache_usage_perc"): "0.6x40"},
        rows={_BY_MODEL: 0.6},
        minute=15,
    ),
    "samples past the limit are more than all of it": Figure(
        board="spcs-applications",
        panel="Applications",
        what="Of the limit",
        series={f"scrape_samples_scraped{{{TARGET}}}": "6000x40", f"scrape_sample_limit{{{TARGET}}}": "5000x40"},
        rows={
            '{instance="D.S.APP/0:8000", snow_compute_pool_name="P", snow_database_name="D", snow_schema_name="S", '
            'snow_service_name="APP"}': 1.2
        },
        minute=15,
    ),
    "alerts about applications are on their board, and no others": Figure(
        board="spcs-applications",
        panel="Alerts about applications",
        what="State",
        series={
            f'ALERTS{{alertname="{name}", alertstate="firing", severity="warning", {_OF_ALERT}}}': "1x40"
            for name in ("SpcsApplicationDown", "SpcsPoolFull")
        },
        rows={f'{{alertname="SpcsApplicationDown", {_OF_ALERT}}}': 3},
        minute=15,
    ),
    "what a service publishes is counted by name": Figure(
        board="spcs-applications",
        panel="What they publish",
        what="Series",
        series={f'jobs_total{{{TARGET}, kind="{kind}"}}': "1x40" for kind in ("a", "b")}
        | {f"container_cpu_usage{{{container(1)}}}": "1x40"},
        rows={'jobs_total{snow_database_name="D", snow_schema_name="S", snow_service_name="APP"}': 2},
        minute=15,
    ),
}
