"""The tasks for a plain invoke; ./inv brings its own."""

from spcsmetrics.tasks.namespace import namespace

__all__ = ["namespace"]
