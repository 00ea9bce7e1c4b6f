"""Grafana: takes the boards, and admits only users whom the ingress sent.

Each test names the files of Grafana's source that it rests on. The tag of the shipped version could not be read, so the
newest stored copy of each was, on 26 November 2026. The copies bear no date: gziper.go holds what 13.2.1 mended;
grafana.go, store.go, plugins.go, ds_proxy.go, steps.go and registration.go are of about version 13; the others, which
are auth.go, proxy.go, csrf.go, user_sync.go, org_sync.go, datasources.go, sqlstore.go, dashboard_snapshot.go,
accesscontrol.go, tree.go and those of provisioning, may be older. Where a test fails, begin with the file at the tag.
"""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from containers import beside, compose, docker, execute
from grafana_pictures import take_grafana

from monitoring.rules.alerts import ALERTS
from spcsmetrics.core import ports, process
from spcsmetrics.core.paths import BOARD_FOLDER
from spcsmetrics.images.definition import IMAGES


@pytest.fixture(autouse=True, scope="session")
def _grafana(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--without-grafana"):
        pytest.skip("the stack runs without Grafana, whose image cannot be built here")


pytestmark = pytest.mark.usefixtures("stack")


def get(
    path: str, user: str | None = None, *, credentials: str = "", body: str = "", method: str = ""
) -> tuple[str, Any]:
    """Return the status and body of a request as a sibling container sends it, with the path exactly as it is.

    Without a login cookie no request is held against its origin: pkg/middleware/csrf/csrf.go.
    """
    program = (
        "import base64,http.client,json,sys\n"
        "path,user,credentials,body,method=sys.argv[1:]\n"
        "headers={'Content-Type':'application/json'}\n"
        "if user: headers['Sf-Context-Current-User']=user\n"
        "if credentials: headers['Authorization']='Basic '+base64.b64encode(credentials.encode()).decode()\n"
        "c=http.client.HTTPConnection('127.0.0.1',3000,timeout=20)\n"
        "c.request(method,path,body or None,headers)\n"
        "r=c.getresponse()\n"
        "print(json.dumps([f'HTTP/1.1 {r.status} {r.reason}', r.read().decode(errors='replace')]))"
    )
    words = [path, user or "", credentials, body, method or ("POST" if body else "GET")]
    status, text = json.loads(beside("otel", program, *words))
    return status, json.loads(text) if text.strip().startswith(("{", "[")) else None


def test_without_the_header_of_the_ingress_nobody_gets_in() -> None:
    # pkg/services/authn/clients/proxy.go, pkg/middleware/auth.go
    assert " 401 " in get("/api/user")[0] + " "


def test_a_user_of_the_ingress_is_a_viewer() -> None:
    # pkg/services/authn/authnimpl/sync/user_sync.go, org_sync.go
    status, orgs = get("/api/user/orgs", "SOMEBODY")
    assert " 200 " in status
    assert [org["role"] for org in orgs] == ["Viewer"]


def test_the_user_that_the_service_names_is_the_administrator() -> None:
    # pkg/services/sqlstore/sqlstore.go and user.go create it in lower case, and user_sync.go finds it so.
    assert get("/api/user", "BOSS")[1]["isGrafanaAdmin"] is True
    assert get("/api/user", "SOMEBODY")[1]["isGrafanaAdmin"] is False
    assert " 403 " in get("/api/admin/settings", "SOMEBODY")[0] + " "


def test_the_boards_are_there() -> None:
    # pkg/services/provisioning/dashboards/file_reader.go
    _, found = get("/api/search?type=dash-db", "SOMEBODY")
    assert {board["uid"] for board in found} == {file.stem for file in BOARD_FOLDER.glob("*.json")}


def test_no_password_works() -> None:
    # pkg/services/authn/clients/basic.go, authnimpl/registration.go
    for password in ("admin", "BOSS"):
        assert " 401 " in get("/api/user", credentials=f"admin:{password}")[0] + " "


@pytest.mark.parametrize(
    "path",
    [
        # pkg/api/plugins.go (getPluginAssets)
        "/public/plugins/table/../../../../../../../../etc/passwd",
        "/public/plugins/prometheus/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd",
        # pkg/web/tree.go takes one slash away: an empty segment is no route
        "//api/admin/settings",
        "//api/datasources/uid/prometheus",
        # pkg/api/pluginproxy/ds_proxy.go
        "/api/datasources/proxy/uid/prometheus/../../../../api/admin/settings",
        "/api/datasources/proxy/uid/testdata/api",
        # pkg/api/dashboard_snapshot.go: snapshots are off
        "/api/snapshots/nothing",
        "/api/snapshots-delete/nothing",
        # pkg/services/authn/clients/jwt.go: JWT is off
        "/api/user?auth_token=a.b.c",
        # pkg/api/api.go, pkg/services/serviceaccounts/api/api.go
        "/api/admin/users",
        "/api/serviceaccounts/search",
    ],
)
def test_a_viewer_reaches_nothing_but_the_boards(path: str) -> None:
    status, body = get(path, "SOMEBODY" if "auth_token" not in path else None)
    assert not status.startswith("HTTP/1.1 2"), status
    assert "root:" not in json.dumps(body)


def test_a_viewer_reads_where_the_data_source_points_and_no_secret() -> None:
    # pkg/api/accesscontrol.go: without Enterprise's license a viewer has fixed:datasources:reader.
    status, source = get("/api/datasources/uid/prometheus", "SOMEBODY")
    assert " 200 " in status + " "
    assert source["url"] == "http://localhost:9090"
    assert not source.get("secureJsonFields")


# What Grafana forwards for a viewer, whatever path that is: by the data source's backend (pkg/promlib/client/client.go
# of grafana/grafana-prometheus-datasource, read at 1f9b322, 13.1.7), and by its own proxy (pkg/api/pluginproxy/
# ds_proxy.go, with the routes of that repository's src/plugin.json).
WAYS = {"backend": "/api/datasources/uid/prometheus/resources", "proxy": "/api/datasources/proxy/uid/prometheus"}
# Nothing to write, as Prometheus takes it: a message with one unknown field, in Snappy.
SAMPLES = "\x02\x04\x20\x01"


def forward(way: str, path: str, method: str) -> str:
    """Return the status of what Grafana forwards for a viewer."""
    body = "" if method == "GET" else SAMPLES if path.endswith("write") else "query=up"
    return get(f"{WAYS[way]}/{path}", "SOMEBODY", body=body, method=method)[0] + " "


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", ["api/v1/labels", "api/v1/query?query=up", "api/v1/metadata"])
def test_what_boards_need_is_forwarded_for_a_viewer(way: str, path: str) -> None:
    assert " 200 " in forward(way, path, "GET")


def test_the_samples_of_these_tests_are_taken_from_a_sibling() -> None:
    program = (
        "import http.client,sys\n"
        "c=http.client.HTTPConnection('127.0.0.1',9090,timeout=20)\n"
        "c.request('POST','/api/v1/write',sys.argv[1].encode('latin-1'),"
        "{'Content-Type':'application/x-protobuf','Content-Encoding':'snappy'})\n"
        "print(c.getresponse().status)"
    )
    assert beside("otel", program, SAMPLES).strip() == "204"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        # The backend says of what it posts that it is a form, which Prometheus refuses. The proxy posts where a route
        # allows it: to queries, series and labels.
        "api/v1/write",
        "api/v1/query/../write",
        "api/v1/query/..%2fwrite",
        "api/v1/read",
        "api/v1/otlp/v1/metrics",
        "api/v1/admin/tsdb/snapshot",
        "api/v1/admin/tsdb/delete_series?match[]=up",
        "api/v1/status/config",
        "/api/v1/status/config",
        "api/v1/targets",
        "-/quit",
        "-/reload",
        "debug/pprof/heap",
        "federate?match[]=up",
        "metrics",
        "api/v1/labels/../../../debug/pprof/heap",
        "api/v1/labels/%2e%2e/%2e%2e/%2e%2e/debug/pprof/heap",
    ],
)
def test_nothing_else_of_the_store_is_forwarded_for_a_viewer(way: str, path: str, method: str) -> None:
    assert not re.search(r" 2\d\d ", forward(way, path, method))


def test_a_viewer_cannot_let_grafana_ask_another_host() -> None:
    # pkg/api/api.go, pkg/api/datasources.go; pkg/services/provisioning/datasources/types.go: not editable is read-only
    body = json.dumps({"name": "x", "type": "prometheus", "access": "proxy", "url": "http://127.0.0.1:9099"})
    assert " 403 " in get("/api/datasources", "SOMEBODY", body=body)[0] + " "
    assert " 403 " in get("/api/datasources/uid/prometheus", "BOSS", body=body, method="PUT")[0] + " "


def test_what_a_sibling_claims_to_be_is_believed_and_documented() -> None:
    # Containers of the service, and other services of the account that reach port 3000 without the ingress.
    # Grafana keeps logins in lower case: pkg/services/user/userimpl/user.go, store.go.
    assert get("/api/user", "ANYBODY")[1]["login"] == "anybody"


def test_one_bundled_data_source_runs() -> None:
    # pkg/setting/setting_plugins.go, pkg/services/pluginsintegration/pipeline/steps.go (DisablePlugins)
    programs = [line.split()[0] for line in execute("grafana", "ps", "-o", "args").splitlines() if "/gpx_" in line]
    assert [Path(program).parent.name for program in programs] == ["prometheus"]


def test_grafana_says_nothing_against_what_it_is_given(logs: Callable[[str], str]) -> None:
    # pkg/services/provisioning/{dashboards,datasources,plugins,alerting}/config_reader.go log at level=error.
    assert not complaints(logs("grafana"))


def complaints(log: str) -> list[str]:
    return [line for line in log.splitlines() if "level=error" in line and "provision" in line]


@pytest.mark.parametrize("way", ["webhook", "email"])
def test_grafana_takes_the_alerts_that_notify_somebody(way: str) -> None:
    # pkg/services/provisioning/alerting/rules_types.go, pkg/services/provisioning/plugins/config_reader.go
    variables = {
        "GF_PATHS_PROVISIONING": f"/etc/grafana/notify-{way}",
        "SPCS_WEBHOOK_URL": "http://127.0.0.1:9/",
        "SPCS_EMAIL_ADDRESSES": "somebody@example.com",
        "GF_SECURITY_ADMIN_USER": "BOSS",
    }
    options = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
    image = IMAGES["grafana"].reference
    started = process.run(["docker", "run", "--detach", "--network=none", *options, image]).strip()
    try:
        path = "http://127.0.0.1:3000/api/v1/provisioning/alert-rules"
        ask = ["wget", "-q", "-O", "-", "--header", "Sf-Context-Current-User: BOSS", path]
        # Without the words of an attempt that came too early, which docker exec puts before the answer.
        until = 'for i in $(seq 60); do "$@" 2>/dev/null && exit; sleep 1; done'
        rules = process.run(["docker", "exec", started, "sh", "-c", until, "sh", *ask])
        assert {rule["title"] for rule in json.loads(rules)} == set(ALERTS)
        logged = docker("logs", started)
        assert not complaints(logged.stdout + logged.stderr)
    finally:
        docker("rm", "--force", "--volumes", started)


def test_grafana_draws_every_board(pytestconfig: pytest.Config) -> None:
    folder: Path | None = pytestconfig.getoption("--pictures")
    if folder is None:
        pytest.skip("no --pictures says where pictures go")
    # pkg/api/api.go: /d/UID
    form = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}"
    container = compose("ps", "--quiet", "otel").strip()
    address = process.run(["docker", "inspect", "--format", form, container]).strip()
    boards = sorted(file.stem for file in BOARD_FOLDER.glob("*.json"))
    take_grafana(f"http://{address}:{ports.GRAFANA}", boards, folder)
    assert {file.stem for file in folder.glob("*.png")} >= set(boards)
