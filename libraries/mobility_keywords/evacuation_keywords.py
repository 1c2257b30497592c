"""Keywords that evacuate a server and bring its partitions home."""

from __future__ import annotations

from collections.abc import Iterable

from robot.api import logger
from robot.api.deco import keyword

from mobility_keywords.tables import table
from mobility_keywords.topic import Topic
from powervm.errors import MobilityError
from powervm.evacuation import Departure, EvacuationResult, bring_evacuated_home, check_evacuation, evacuate
from powervm.outcome import Outcome
from powervm.placement import find_partition


class EvacuationFailed(MobilityError):
    """Somebody did not do what the evacuation says; each is named with the first error."""


class EvacuationKeywords(Topic):
    """Several partitions that leave a server together.

    An evacuation is named as in the lab file (``evacuations``).
    """

    @keyword(tags=("evacuation", "check"))
    def check_evacuation(self, evacuation: str) -> EvacuationResult:
        """Check each partition of an evacuation, and let the console validate it; nothing is moved.

        The log shows in which order they would move, the largest memory first, and in how many calls of migrlpar, as
        the limits of the consoles are now. Who cannot move is named.

        Args:
            evacuation: An evacuation of the lab file.

        Returns:
            What was found: ``outcomes`` by partition, ``calls``, ``moved`` (who could move) and ``stayed``.

        Raises:
            EvacuationFailed: Somebody cannot move who is not among those that are expected to stay, or could who is.

        Example:
        | Check Evacuation    night
        """
        desk = self._desk
        desk.cover(evacuation)  # what the lab file allows to be mended is mended
        result = check_evacuation(desk.session, desk.lab.evacuation(evacuation), keep=desk.keep)
        self._show(result, verb="checked")
        _refuse(f"Evacuation {evacuation}", result.problems(), result.outcomes)
        return result

    @keyword(tags=("evacuation", "migration"))
    def evacuate_server(self, evacuation: str) -> EvacuationResult:
        """Move all partitions of an evacuation to its target, and prove each move as `Migrate Partition` does.

        The prerequisites of each are checked and each is validated by the console; who cannot move is left behind and
        named. The others go in one call of migrlpar, or in several as the limits of the consoles ask for, the largest
        memory first. One that fails does not stop the others: each is looked for, and has an outcome record of its own.

        Args:
            evacuation: An evacuation of the lab file.

        Returns:
            What it came to: ``outcomes`` by partition, ``calls``, ``moved`` and ``stayed``.

        Raises:
            EvacuationFailed: Somebody did not arrive who is not among those that are expected to stay (``stays`` in the
                lab file), or somebody moved who is; each is named with the first error.

        Example:
        | ${result} =    Evacuate Server    night
        | Log    ${result.moved} have left in ${{ len($result.calls) }} calls.
        """
        desk = self._desk
        desk.cover(evacuation)

        def leaving(departure: Departure) -> None:
            desk.departures.leave(evacuation, departure)

        with desk.watching() as watch:
            result = evacuate(
                desk.session, desk.lab.evacuation(evacuation), keep=desk.keep, leaving=leaving, watch=watch
            )
        self._show(result, verb="evacuated")
        _refuse(f"Evacuation {evacuation}", result.problems(), result.outcomes)
        return result

    @keyword(tags=("evacuation", "recovery"))
    def bring_evacuated_partitions_home(self, evacuation: str) -> dict[str, Outcome]:
        """Bring home everybody whom `Evacuate Server` has moved: same server, same partition id, same processor pool.

        For teardowns: it also runs after a failure or Ctrl-C. Those that arrived go home together; a migration that
        still leads away is stopped, a failed one recovered. Who never moved is left alone.

        Args:
            evacuation: An evacuation of the lab file.

        Returns:
            The outcome records by partition; empty when nobody was moved.

        Raises:
            EvacuationFailed: Somebody is not at home; a person has to look.

        Example:
        | [Teardown]    Bring Evacuated Partitions Home    night
        """
        desk = self._desk
        gone = desk.departures.of(evacuation)
        if not desk.in_use or not gone:
            return {}
        with desk.watching() as watch:
            outcomes = bring_evacuated_home(desk.session, list(gone.values()), keep=desk.keep, watch=watch)
        for name in [name for name, outcome in outcomes.items() if outcome.done]:
            del gone[name]
        logger.info(table(("partition", "result"), [(name, item.result) for name, item in outcomes.items()]), html=True)
        wrong = {name: item.error or item.summary() for name, item in outcomes.items() if not item.done}
        _refuse(f"The way home of evacuation {evacuation}", wrong, outcomes)
        return outcomes

    @keyword(tags=("evacuation", "check"))
    def evacuated_partitions_should_have_arrived(self, evacuation: str) -> None:
        """Check that everybody whom `Evacuate Server` has moved is on the target, and who stays is on the source.

        Args:
            evacuation: An evacuation of the lab file.

        Raises:
            EvacuationFailed: Somebody is elsewhere, or nobody was moved.

        Example:
        | Evacuated Partitions Should Have Arrived    night
        """
        entry = self._desk.lab.evacuation(evacuation)
        gone = self._desk.departures.of(evacuation)
        if not gone:
            raise EvacuationFailed(f"Evacuation {evacuation}: nobody was moved.", remedy="Call Evacuate Server first.")
        expected = dict.fromkeys(gone, entry.target) | dict.fromkeys(entry.stays, entry.source)
        self._check_places(evacuation, expected)

    @keyword(tags=("evacuation", "check"))
    def evacuated_partitions_should_be_at_home(self, evacuation: str) -> None:
        """Check that all partitions that an evacuation names are on the server that it evacuates.

        When it names none, those are looked at that `Evacuate Server` has moved, whether they came home or not.

        Args:
            evacuation: An evacuation of the lab file.

        Raises:
            EvacuationFailed: Somebody is elsewhere.

        Example:
        | Evacuated Partitions Should Be At Home    night
        """
        entry = self._desk.lab.evacuation(evacuation)
        names = entry.partitions or self._desk.departures.everybody(evacuation)
        self._check_places(evacuation, dict.fromkeys(names, entry.source))

    def _check_places(self, evacuation: str, expected: dict[str, str]) -> None:
        wrong = []
        for name, server in expected.items():
            place = find_partition(self._desk.session, self._desk.lab.partition(name).partition)
            if place is None or place.server != server:
                where = place.server if place else "no server of the lab"
                wrong.append(f"{name} should be on {server}, and it is on {where}.")
        if wrong:
            raise EvacuationFailed(f"Evacuation {evacuation}: " + "\n".join(wrong))
        logger.info(", ".join(f"{name} is on {server}" for name, server in expected.items()) + ".")

    def _show(self, result: EvacuationResult, *, verb: str) -> None:
        """One row for each partition, in the order of the calls."""
        number = {name: index for index, call in enumerate(result.calls, 1) for name in call}
        rows = [
            (
                name,
                number.get(name),
                item.kind,
                item.ending.value.replace("_", " "),
                f"{item.duration:.1f} s",
                item.error,
            )
            for name, item in result.outcomes.items()
        ]
        head = ("partition", "call", "kind", "verdict", "duration", "first error")
        title = f"<b>{result.evacuation.name}: {verb}, {_count(len(result.calls), 'call')} of migrlpar</b>"
        logger.info(f"{title}<br>{table(head, rows)}", html=True)
        if result.evacuation.partitions is None:
            for name in result.stayed:
                logger.warn(f"[{self._desk.label}] {name} is left behind: {result.outcomes[name].error}")
            if result.left_out:
                names = ", ".join(result.left_out)
                logger.warn(f"[{self._desk.label}] Not in the lab file, and left alone: {names}.")


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _refuse(what: str, wrong: dict[str, str], everybody: Iterable[str]) -> None:
    if wrong:
        lines = "\n".join(f"{name}: {text.removeprefix(f'{name}: ')}" for name, text in wrong.items())
        raise EvacuationFailed(f"{what}: {len(wrong)} of {_count(len(list(everybody)), 'partition')} failed.\n{lines}")
