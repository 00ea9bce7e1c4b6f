"""The tasks of this repository: ./inv -l lists them."""

from invoke import Collection

from spcsmetrics.tasks.bench import bench
from spcsmetrics.tasks.demo import demo

namespace = Collection(bench, demo)
