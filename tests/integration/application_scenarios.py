"""Courses of events for the alerts about applications, and what a hostile one could have in the store at worst."""

from alert_scenarios import Scenario

from monitoring.selectors import APPLICATION_JOB
from simulator.publishers import PUBLISHERS

_NAME = 'snow_database_name="D", snow_schema_name="S", snow_service_name="APP"'
TARGET = f'job="{APPLICATION_JOB}", instance="D.S.APP/0:8000", snow_compute_pool_name="P", {_NAME}'
_LIMIT = f"scrape_sample_limit{{{TARGET}}}"
_FORCED = {
    "job": APPLICATION_JOB,
    "instance": "D.S.EVIL/0:8000",
    "snow_compute_pool_name": "P",
    "snow_database_name": "D",
    "snow_schema_name": "S",
    "snow_service_name": "EVIL",
    "snow_service_container_instance": "0",
}

_SERVICE = f'job="otelcol", snow_compute_pool_name="P", {_NAME}'
# It opted in and runs, and its name is not found: so it has no target.
UNFOUND = {
    f'spcs_application_info{{{_SERVICE}, state="RUNNING", reason="dns_nxdomain"}}': "_x10 1x40",
    f"spcs_application_instances{{{_SERVICE}}}": "_x10 0x40",
}
APPLICATIONS: dict[str, Scenario] = {
    "SpcsApplicationDown": Scenario(
        series={
            f"up{{{TARGET}}}": "1x10 0x40",
            _LIMIT: "5000x60",
            f"scrape_samples_scraped{{{TARGET}}}": "200x10 0x40",
        },
        silent=19,
        fires=22,
    ),
    "SpcsApplicationOverLimit": Scenario(
        series={
            f"up{{{TARGET}}}": "1x10 0x40",
            _LIMIT: "5000x60",
            f"scrape_samples_scraped{{{TARGET}}}": "4000x10 6000x40",
        },
        silent=14,
        fires=18,
    ),
}


def claims() -> dict[str, str]:
    """Return what the hostile publisher claims, as it would be stored if no name were left out: with the forced labels.

    A target_info stays out, by which a receiver would be deceived, and not a query.
    """
    found = {}
    for family in PUBLISHERS["hostile"](0, 60):
        for sample in family.samples:
            if sample.name != "target_info":
                labels = {**sample.labels, **_FORCED}
                pairs = ", ".join(f'{name}="{value}"' for name, value in labels.items())
                found[f"{sample.name}{{{pairs}}}"] = f"{sample.value!r}+1x120"
    return found
