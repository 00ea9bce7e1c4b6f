"""What the product shows: metric catalogue, signals, boards, recording rules and alerts.

Imports nothing of the tooling or the simulator.
"""
