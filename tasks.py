"""The tasks of this repository: ./inv -l lists them."""

from invoke import Collection

from spcsmetrics.tasks.demo import demo

namespace = Collection(demo)
