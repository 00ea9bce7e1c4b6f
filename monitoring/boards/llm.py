"""SPCS / LLM serving: requests, latency, tokens and cache of model servers, beside the GPUs of the same instances."""

from monitoring.boards.model import Board, Grid, Lines, Number, Row
from monitoring.selectors import IN_SERVICES
from monitoring.signals import llm

LLM = Board(
    uid="spcs-llm",
    title="SPCS / LLM serving",
    description="Servers of language models (vLLM): requests, latency, queue, tokens and cache beside their GPUs.",
    rows=(
        Row(
            title="Now",
            panels=(
                Number(signal=llm.in_flight(IN_SERVICES, "running"), width=8),
                Number(signal=llm.in_flight(IN_SERVICES, "waiting"), width=8),
                Number(signal=llm.generated(IN_SERVICES), width=8),
                Lines(signal=llm.first_token(IN_SERVICES), width=8, height=9),
                Lines(signal=llm.each_token(IN_SERVICES), width=8, height=9),
                Lines(signal=llm.queue(IN_SERVICES), width=8, height=9),
                Lines(signal=llm.tokens(IN_SERVICES), width=8),
                Lines(signal=llm.gpu_use(IN_SERVICES), width=8),
                Lines(signal=llm.gpu_memory(IN_SERVICES), width=8),
            ),
        ),
        Row(
            title="Instances",
            panels=(Grid(listing=llm.instances(IN_SERVICES)),),
        ),
        Row(
            title="Requests and cache",
            panels=(
                Lines(signal=llm.requests(IN_SERVICES), width=8),
                Lines(signal=llm.whole_request(IN_SERVICES), width=8),
                Lines(signal=llm.time_queued(IN_SERVICES), width=8),
                Lines(signal=llm.cache(IN_SERVICES)),
                Lines(signal=llm.preemptions(IN_SERVICES)),
            ),
        ),
    ),
    variables=("pool", "database", "schema", "service"),
    links=(("Applications", "spcs-applications"),),
)
