"""Devices of a partition that moves: SR-IOV hardware, vNICs, bonds over migratable ports, virtual storage.

Readers of what consoles, Virtual I/O Servers and the partition print, and pure planning: which mapping a move asks
for, and whether what came of it is what was asked for.
"""
