"""What ``migrlpar`` prints: nothing for success, else errors, their details, and warnings when they are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from powervm_sim import hsc
from powervm_sim.hsc import HscError
from powervm_sim.migration.messages import Explained
from powervm_sim.migration.migration import Outcome
from powervm_sim.migration.wishes import Choices

Named = Sequence[tuple[str, Outcome]]
"""The names of partitions and how it went with each of them."""


def report(outcomes: Named, choices: Choices, *, verbose: bool, steps: int) -> str:
    """The output of a command that did all that was asked.

    Args:
        outcomes: In the order of the partitions.
        choices: How much of the details is shown.
        verbose: Show warnings, too.
        steps: 0 for no steps, 1 for their names, 2 with details.

    Raises:
        Refusal: Something failed; it has the whole output.
    """
    several = len(outcomes) > 1
    blocks = list(_steps(outcomes, steps))
    errors = [(name, outcome.errors) for name, outcome in outcomes if outcome.errors]
    if errors:
        blocks.append("Errors:\n" + "\n".join(_block(found, choices, several) for found in errors))
    warnings = [(name, outcome.warnings) for name, outcome in outcomes if outcome.warnings]
    if warnings and verbose:
        blocks.append("Warnings:\n" + "\n".join(_block(found, choices, several) for found in warnings))
    if errors:
        raise hsc.Refusal("\n".join(blocks))
    return "".join(f"{block}\n" for block in blocks)


def _block(found: tuple[str, Iterable[HscError]], choices: Choices, several: bool) -> str:
    """The messages about one partition, below its name when there are several."""
    name, messages = found
    lines = [f"Partition {name}:"] if several else []
    for message in messages:
        lines.append(str(message))
        if isinstance(message, Explained) and message.reasons and not choices.silent_details:
            lines.append("Details:")
            lines += [reason.explain(choices.detail) for reason in message.reasons]
    return "\n".join(lines)


def _steps(outcomes: Named, steps: int) -> Iterable[str]:
    """What a real console prints here is not known; every line says so."""
    for name, outcome in outcomes if steps else ():
        for number, step in enumerate(outcome.steps, 1):
            detail = f" ({step.detail})" if step.detail and steps > 1 else ""
            yield f"[simulated format] step {number} of partition {name}: {step.phase}{detail}"
