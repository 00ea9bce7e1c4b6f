"""Links between boards: they keep the time and what was chosen."""

from monitoring.selectors import ACCOUNT, VARIABLES

RUNBOOKS = "https://github.com/spcs-user-metrics/spcs-user-metrics/blob/main/docs/runbooks"
_TITLES = {
    "spcs-home": "account",
    "spcs-pool": "pool",
    "spcs-node": "node",
    "spcs-service": "service",
    "spcs-container": "container",
}


def cell_link(uid: str, keys: dict[str, str]) -> dict[str, object]:
    """Return the link of a table's cell to a board, which chooses what the row is about (keys: label -> column).

    uid is that of the board, or `runbook` for an alert's.
    """
    if uid == "runbook":
        address = f"{RUNBOOKS}/${{__data.fields.Alert}}.md"
        return {"title": "Open the runbook", "url": address, "targetBlank": True}
    # Names in a row are those of the account that is chosen, unless it says another one.
    account = [] if ACCOUNT in keys else [f"var-{VARIABLES[ACCOUNT]}=${{{VARIABLES[ACCOUNT]}:percentencode}}"]
    chosen = [
        f"var-{VARIABLES[label]}=${{__data.fields.{column}}}"
        for label, column in keys.items()
        if label in VARIABLES and VARIABLES[label] in NARROWED[uid]
    ]
    address = "&".join(["${__url_time_range}", "${datasource:queryparam}", *account, *chosen])
    return {"title": f"Open this {_TITLES[uid]}", "url": f"/d/{uid}?{address}", "targetBlank": False}


# Which of a row's keys each board takes.
NARROWED = {
    "spcs-home": ("account",),
    "spcs-pool": ("pool",),
    "spcs-node": ("pool", "node"),
    "spcs-service": ("pool", "database", "schema", "service"),
    "spcs-container": ("pool", "database", "schema", "service", "container", "instance"),
}
