"""One line of a table of figures."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """Something that was measured, and its goal.

    Attributes:
        at_least: The goal is a lower limit, else an upper one.
    """

    what: str
    measured: float
    goal: float
    unit: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.measured >= self.goal if self.at_least else self.measured <= self.goal

    def __str__(self) -> str:
        verdict = "met" if self.met else "MISSED"
        sign = ">=" if self.at_least else "<="
        return f"{self.what:<64} {self.measured:>9.2f} {sign} {self.goal:>8.2f}  {self.unit:<6} {verdict}"


HEAD = f"{'figure':<64} {'measured':>9}    {'goal':>8}"
