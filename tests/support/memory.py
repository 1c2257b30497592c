"""The memory that a program takes at its most."""

from __future__ import annotations

PROGRAM = """
import pathlib, re, sys
from powervm.stage_logs.__main__ import main
status = main(sys.argv[1:])
kernel = pathlib.Path("/proc/self/status").read_text()
print("peak", int(re.search(r"VmHWM:\\s+(\\d+)", kernel)[1]) // 1024)
sys.exit(status)
"""
"""Collects stage logs and prints its peak in MB as the last word. It asks the kernel for its own pages: ``ru_maxrss``
of a new process begins with what its parent had."""
