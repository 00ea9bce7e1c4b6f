"""The tasks of this repository: ./inv -l lists them."""

from invoke import Collection

from spcsmetrics.tasks.bench import bench
from spcsmetrics.tasks.build import build
from spcsmetrics.tasks.dashboards import dashboards
from spcsmetrics.tasks.demo import demo
from spcsmetrics.tasks.doctor import doctor
from spcsmetrics.tasks.preview import preview
from spcsmetrics.tasks.quality import clean, fuzz, lint, lock, test, test_boards
from spcsmetrics.tasks.testing import test_stack

TASKS = (
    bench, build, clean, dashboards, demo, doctor, fuzz, lint, lock, preview, test, test_boards, test_stack,
)  # fmt: skip
namespace = Collection(*TASKS)
