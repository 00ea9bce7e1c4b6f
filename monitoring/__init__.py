"""The metric catalogue, and the boards made from it."""
