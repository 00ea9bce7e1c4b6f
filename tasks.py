"""The tasks of this repository: ./inv -l lists them."""

from invoke import Collection

from spcsmetrics.tasks.bench import bench
from spcsmetrics.tasks.build import build
from spcsmetrics.tasks.dashboards import dashboards
from spcsmetrics.tasks.demo import demo
from spcsmetrics.tasks.deploy import (  # fmt: skip
    backup,
    deploy,
    grant_viewer,
    grants,
    logs,
    open_boards,
    restore,
    status,
    undeploy,
    upgrade,
)
from spcsmetrics.tasks.doctor import doctor
from spcsmetrics.tasks.preview import preview
from spcsmetrics.tasks.quality import clean, fuzz, lint, lock, test, test_boards, test_stack
from spcsmetrics.tasks.release import audit, bump, release, scan, versions

TASKS = (
    audit, backup, bench, build, bump, clean, dashboards, demo, deploy, doctor, fuzz, grant_viewer, grants, lint, lock,
    logs, open_boards, preview, release, restore, scan, status, test, test_boards, test_stack, undeploy, upgrade,
    versions,
)  # fmt: skip
namespace = Collection(*TASKS)
