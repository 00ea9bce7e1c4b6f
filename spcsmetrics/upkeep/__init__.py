"""What keeps the repository right: tests, lint, locks, versions and generated files."""
