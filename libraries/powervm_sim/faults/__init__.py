"""Faults: rules that say where, when, how often and for how long something goes wrong, and what makes it happen."""
