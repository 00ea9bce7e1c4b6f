"""Applications: which answer their scrapes, how long that takes, how near their limits they are, and what they publish.

Their series have the job of applications, and the names of pool, database, schema and service that nodes publish too.
"""

from monitoring.selectors import DATABASE, OF_APPLICATIONS, OF_SERVICE, POOL, SCHEMA, SERVICE, SERVICE_LEGEND, short
from monitoring.signals import SHARE, Column, Line, Listing, Signal
from monitoring.signals.stack import RATE

# The label by which instances of a service differ: its name, the number of the instance, and the port.
TARGET = "instance"
_BY = f"{POOL}, {OF_SERVICE}, {TARGET}"
_KEYS = {POOL: "Pool", DATABASE: "Database", SCHEMA: "Schema", SERVICE: "Service", TARGET: "Target"}
_NONE = "no application is chosen that has opted in and whose instances the collector finds"
# Values of what answers or does not -> text and colour.
ANSWERS = {"0": ("does not answer", "red"), "1": ("answers", "green")}


def _of(metric: str, where: str) -> str:
    return f"{metric}{{{OF_APPLICATIONS}, {where}}}"


def share_of_samples(where: str) -> str:
    """Return the query of each target's samples as a share of its limit: past 1 the scrape is lost."""
    scraped, limit = _of("scrape_samples_scraped", where), _of("scrape_sample_limit", where)
    return f"max by ({_BY}) ({scraped} / ({limit} > 0))"


def answering(where: str) -> Signal:
    """Return how many instances answer."""
    up = _of("up", where)
    return Signal(
        title="Instances that answer",
        meaning="Instances of applications whose last scrape succeeded.",
        unit="none",
        lines=(Line(expr=f"count({up} == 1) or count({up}) * 0", legend="answer"),),
        empty=_NONE,
        steps=((None, "red"), (1, "green")),
    )


def silent(where: str) -> Signal:
    """Return how many instances do not answer."""
    up = _of("up", where)
    return Signal(
        title="Instances that do not answer",
        meaning="Instances of applications whose last scrape failed.",
        unit="none",
        lines=(Line(expr=f"count({up} == 0) or count({up}) * 0", legend="silent"),),
        empty=_NONE,
        steps=((None, "green"), (1, "orange")),
    )


def series(where: str) -> Signal:
    """Return how many series applications publish."""
    return Signal(
        title="Series of applications",
        meaning="Series that the applications publish, those under reserved names included, which are left out.",
        unit="short",
        lines=(Line(expr=f"sum({_of('scrape_samples_post_metric_relabeling', where)})", legend="series"),),
        empty=_NONE,
        decimals=0,
    )


def listing(where: str) -> Listing:
    """Return the targets with what their scrapes say."""
    seconds = _of("scrape_duration_seconds", where)
    published = _of("scrape_samples_post_metric_relabeling", where)
    return Listing(
        title="Applications",
        meaning="Each instance that is scraped: whether it answers, how long that takes, how many series it publishes, "
        "and how near the limit of samples it is. Click on a service for its containers.",
        keys=_KEYS,
        columns=(
            Column(title="Answers", expr=f"max by ({_BY}) ({_of('up', where)})", unit="none", texts=ANSWERS, width=130),
            Column(title="Duration", expr=f"max by ({_BY}) ({seconds})", unit="s", decimals=3),
            Column(title="Series", expr=f"max by ({_BY}) ({published})", unit="none"),
            Column(title="Of the limit", expr=share_of_samples(where), unit="percentunit", steps=SHARE),
            Column(title="Body", expr=f"max by ({_BY}) ({_of('scrape_body_size_bytes', where)})", unit="bytes"),
        ),
        empty=_NONE,
        links=(("Pool", "spcs-pool"), ("Service", "spcs-service")),
        first="Of the limit",
    )


def over_time(where: str) -> Signal:
    """Return whether each target answers, over time."""
    return Signal(
        title="Applications over time",
        meaning="1 while an instance's scrapes succeed, 0 while they fail. A service that is suspended has no target.",
        unit="none",
        lines=(Line(expr=f"max by ({_BY}) ({_of('up', where)})", legend="{{instance}}"),),
        empty=_NONE,
        decimals=0,
    )


def seconds(where: str) -> Signal:
    """Return how long scrapes take."""
    return Signal(
        title="Applications: duration of scrapes",
        meaning="Seconds that a scrape of each instance takes; it times out at 10 s.",
        unit="s",
        lines=(Line(expr=f"max by ({_BY}) ({_of('scrape_duration_seconds', where)})", legend="{{instance}}"),),
        empty=_NONE,
    )


def samples(where: str) -> Signal:
    """Return the share of the limit that each target's samples are."""
    return Signal(
        title="Applications: share of the limit of samples",
        meaning="Samples of each instance's scrape as a share of the limit; past it the scrape is lost.",
        unit="percentunit",
        lines=(Line(expr=share_of_samples(where), legend="{{instance}}"),),
        empty=_NONE,
        steps=SHARE,
        bounded=False,
    )


def series_by_service(where: str) -> Signal:
    """Return how many series the instances of each service publish."""
    kept = _of("scrape_samples_post_metric_relabeling", where)
    return Signal(
        title="Series by service",
        meaning="Series that all instances of a service publish and the store keeps.",
        unit="short",
        lines=(Line(expr=f"sum by ({OF_SERVICE}) ({kept})", legend=short(where, SERVICE_LEGEND)),),
        empty=_NONE,
        decimals=0,
    )


def opted_in(where: str) -> Listing:
    """Return the services that opted in, with what is wrong with each."""
    keys = {POOL: "Pool", DATABASE: "Database", SCHEMA: "Schema", SERVICE: "Service"}
    keys |= {"state": "State", "reason": "Reason"}
    info, of = f"spcs_application_info{{{where}}}", f"{POOL}, {OF_SERVICE}"
    instances = f"max by ({of}) (spcs_application_instances{{{where}}})"
    return Listing(
        title="Services that opted in",
        meaning="Each service whose comment or settings opt it in, with its state in the account, what is wrong with "
        "its discovery or its scrapes, and how many of its instances are scraped.",
        keys=keys,
        columns=(
            Column(
                title="Instances",
                expr=f"max by ({', '.join(keys)}) ({info} * on ({of}) group_left () {instances} or {info} * 0)",
                unit="none",
                steps=((None, "orange"), (1, "text")),
            ),
        ),
        empty="no service has opted in, or applications are switched off",
        links=(("Pool", "spcs-pool"), ("Service", "spcs-service")),
    )


def failures() -> Signal:
    """Return what fails, and what is left out."""
    queries = {
        "discovery": "spcs_application_discovery_failures_total",
        "scrape": "spcs_application_scrape_failures_total",
        "left out": "spcs_application_reserved_samples_total",
    }
    return Signal(
        title="Applications: failures and samples left out",
        meaning="Failures a second of the discovery and the scrapes of applications by reason, and samples a second "
        "that are left out or lose labels because their names are reserved.",
        unit="cps",
        lines=tuple(
            Line(expr=f"sum by (reason) (rate({metric}[{RATE}]))", legend=f"{word}: {{{{reason}}}}")
            for word, metric in queries.items()
        ),
        empty="nothing has failed since the collector started",
    )


def names(where: str) -> Listing:
    """Return the metrics with most series."""
    by = f"{OF_SERVICE}, __name__"
    return Listing(
        title="What they publish",
        meaning="The thirty metrics with most series, and how many each service has of them.",
        keys={DATABASE: "Database", SCHEMA: "Schema", SERVICE: "Service", "__name__": "Metric"},
        columns=(
            Column(
                title="Series",
                expr=f"sum by ({by}) (topk(30, count by ({by}) ({{{OF_APPLICATIONS}, {where}}})))",
                unit="none",
            ),
        ),
        empty=_NONE,
        links=(("Service", "spcs-service"),),
    )
