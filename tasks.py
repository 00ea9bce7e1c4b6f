"""The tasks of this repository: ./inv -l lists them."""

from invoke import Collection

from spcsmetrics.tasks.bench import bench
from spcsmetrics.tasks.build import build
from spcsmetrics.tasks.dashboards import dashboards
from spcsmetrics.tasks.demo import demo
from spcsmetrics.tasks.doctor import doctor
from spcsmetrics.tasks.quality import clean, fuzz, lint, lock, test
from spcsmetrics.tasks.testing import test_stack

namespace = Collection(bench, build, clean, dashboards, demo, doctor, fuzz, lint, lock, test, test_stack)
