"""Serves the machines of a world over SSH."""
