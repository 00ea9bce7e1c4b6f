"""Alerts about applications: whether they answer their scrapes, and whether they publish too much."""

from monitoring.rules import Alert, label
from monitoring.selectors import DATABASE, OF_APPLICATIONS, OF_SERVICE, POOL, SCHEMA, SERVICE

_BY = f"{POOL}, {OF_SERVICE}"
_SERVICE = f"{label(DATABASE)}.{label(SCHEMA)}.{label(SERVICE)} in pool {label(POOL)}"
# A body over the limit is reported as -1 bytes; without job, because that is the mark of an application's own series.
_OVER = (
    f"count by ({_BY}) (scrape_samples_scraped{{{OF_APPLICATIONS}}} > (scrape_sample_limit{{{OF_APPLICATIONS}}} > 0)"
    f" or scrape_body_size_bytes{{{OF_APPLICATIONS}}} == -1)"
)

# A service that runs and of which no instance is found has no target that could be down.
_DOWN = (
    f"count by ({_BY}) (up{{{OF_APPLICATIONS}}} == 0)"
    f' or max by ({_BY}) (spcs_application_info{{state="RUNNING"}})'
    f" unless on ({_BY}) (max by ({_BY}) (spcs_application_instances) > 0)"
)

APPLICATION_ALERTS = (
    Alert(
        name="SpcsApplicationDown",
        expr=f"({_DOWN}) unless on ({_BY}) ({_OVER})",
        lasting="10m",
        severity="warning",
        summary="An application does not answer its scrapes.",
        description=f"Instances of {_SERVICE} do not answer with metrics, or none is found.",
        board="spcs-applications",
        panel="Applications over time",
    ),
    Alert(
        name="SpcsApplicationOverLimit",
        expr=_OVER,
        lasting="5m",
        severity="warning",
        summary="An application publishes more than one scrape may have.",
        description=f"{{{{ $value }}}} instances of {_SERVICE} are over the limit: their whole scrapes are lost.",
        board="spcs-applications",
        panel="Applications: share of the limit of samples",
    ),
)
