"""The demo: simulated pools through the real collector into a real Prometheus."""
