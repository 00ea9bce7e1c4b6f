"""In place of pip-audit, where PyPI's advisories cannot be had: a database that knows nothing."""
