"""The invoke tasks: thin, one module a concern."""
