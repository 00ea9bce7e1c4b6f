"""Simulator, store, collector and boards as processes of this machine."""
