"""Grafana's own address, which the account gives after the service, and which links in its messages need."""

from typing import Any

import pytest
from specifications import specify

from spcsmetrics.core.errors import UserError
from spcsmetrics.deploy import addresses, planner, root_url
from spcsmetrics.deploy.refusals import RefusedError
from spcsmetrics.deploy.settings import Settings, parse_settings
from spcsmetrics.deploy.state import Found, _read_url

VARIABLE = "GF_SERVER_ROOT_URL"
PUBLIC, PRIVATE = "a-acme.snowflakecomputing.app", "p.privatelink.snowflakecomputing.app"
URL = f"https://{PUBLIC}"
MINE = "https://boards.example.com/"
SERVICE: Any = {"name": "SPCS_METRICS"}


def running(**variables: str) -> Any:
    """Return a specification whose Grafana has these variables."""
    return {"spec": {"containers": [{"name": "otel"}, {"name": "grafana", "env": variables}]}}


@pytest.mark.parametrize(
    ("there", "wanted", "awaited"),
    [
        (Found(), None, True),
        (Found(service=SERVICE, specification=running()), None, True),
        (Found(service=SERVICE, specification=running(), url=URL), f"{URL}/", False),
        (Found(service=SERVICE, specification=running(**{VARIABLE: "https://old/"}), url=URL), f"{URL}/", False),
        # The account shows none at the moment: what runs stays.
        (Found(service=SERVICE, specification=running(**{VARIABLE: f"{URL}/"})), f"{URL}/", False),
        # What is not shown may have it.
        (Found(service=SERVICE), None, False),
    ],
)
def test_the_address_is_wanted_once_it_is_known(there: Found, wanted: str | None, *, awaited: bool) -> None:
    settled = root_url.settle(Settings(), there)
    assert specify(settled)["spec"]["containers"][2]["env"].get(VARIABLE) == wanted
    assert root_url.is_awaited(Settings(), there) is awaited


@pytest.mark.parametrize(
    "values",
    [
        {"environment": {VARIABLE: MINE}},
        {"secrets": {VARIABLE: "D.S.URL"}},
        {"secrets": {f"{VARIABLE}__FILE": "D.S.URL"}},
    ],
)
@pytest.mark.parametrize("there", [Found(), Found(service=SERVICE, specification=running(), url=URL)])
def test_who_sets_an_address_in_the_settings_keeps_it(values: dict[str, Any], there: Found) -> None:
    settings = parse_settings(values)
    assert root_url.settle(settings, there) == settings
    assert not root_url.is_awaited(settings, there)


def test_a_service_was_made_from_the_same_before_and_after_its_address_is_known() -> None:
    before, after, other = (
        planner.comment(specify(parse_settings({"environment": environment})))
        for environment in ({}, {VARIABLE: MINE}, {"GF_LOG_LEVEL": "debug"})
    )
    assert before == after != other


def show(*rows: dict[str, Any]) -> Any:
    return lambda _: [
        {"name": "grafana", "ingress_url": PUBLIC, "privatelink_ingress_url": PRIVATE} | row for row in rows
    ]


@pytest.mark.parametrize(
    ("private_link", "in_use", "found"),
    [
        ("avoid", "", PUBLIC),
        ("prefer", "", PRIVATE),
        ("avoid", PRIVATE, PRIVATE),
        ("prefer", PUBLIC, PUBLIC),
        ("off", PRIVATE, PUBLIC),
        ("on", PUBLIC, PRIVATE),
        ("avoid", "of-a-service-that-is-gone.app", PUBLIC),
    ],
)
def test_where_the_connection_decides_an_address_in_use_stays(private_link: str, in_use: str, found: str) -> None:
    settings = Settings(private_link=private_link)
    assert addresses.find_url(show({}), settings, in_use and f"https://{in_use}") == f"https://{found}"


def test_the_address_is_that_of_the_boards_endpoint() -> None:
    assert addresses.find_url(show({"name": "other", "ingress_url": "b.app"}, {}), Settings()) == URL
    assert addresses.find_url(show({"name": "other", "ingress_url": "b.app"}), Settings()) == ""


@pytest.mark.parametrize("code", [3001, 250001])
def test_who_may_not_use_the_service_sees_no_address_and_other_trouble_is_said(code: int) -> None:
    def refuse(_: str) -> list[Any]:
        raise RefusedError("refused", code)

    if code == 3001:
        assert _read_url(refuse, Settings(), "") == ""
    else:
        with pytest.raises(UserError, match="refused"):
            _read_url(refuse, Settings(), "")
