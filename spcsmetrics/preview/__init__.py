"""The boards in a browser without Grafana."""
