"""A simulated lab: management consoles, Virtual I/O Servers and Linux partitions, served over real SSH.

It knows nothing of the keyword library that may be its client, and never imports from it.
"""
