"""The command of the load."""

from __future__ import annotations

from powervm_sim.guest.commands.kinds import GuestCommand
from powervm_sim.guest.stress.run import stress_ng

COMMANDS: dict[str, GuestCommand] = {"stress-ng": stress_ng}
