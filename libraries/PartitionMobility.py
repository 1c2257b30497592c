"""The keyword library that testers import."""

from __future__ import annotations

from typing import Any

from robotlibcore import DynamicCore

from mobility_keywords.connection_keywords import ConnectionKeywords
from mobility_keywords.desk import Desk
from mobility_keywords.device_keywords import DeviceKeywords
from mobility_keywords.evacuation_keywords import EvacuationKeywords
from mobility_keywords.identity_keywords import IdentityKeywords
from mobility_keywords.lab_keywords import LabKeywords
from mobility_keywords.lease_keywords import LeaseKeywords
from mobility_keywords.loop_keywords import LoopKeywords
from mobility_keywords.migration_keywords import MigrationKeywords
from mobility_keywords.partition_keywords import PartitionKeywords
from mobility_keywords.power_keywords import PowerKeywords
from mobility_keywords.processor_keywords import ProcessorKeywords
from mobility_keywords.settings_arguments import CONVERTERS
from mobility_keywords.simulations import SIMULATIONS
from mobility_keywords.stage_log_keywords import StageLogKeywords
from mobility_keywords.workload_keywords import WorkloadKeywords


class PartitionMobility(DynamicCore):
    """Tests Live Partition Mobility of Linux partitions on IBM Power, from outside the partition over SSH.

    %TOC%

    = Labs =

    A lab file describes the machines: management consoles, servers, Virtual I/O Servers, partitions, and the moves that
    suites use by name. `Use Lab` takes one. Without hardware the simulated lab is used; log and report say which it
    was.

    = Outcomes =

    Every keyword that does something to a partition returns an outcome record, and writes it to ``mobility``
    in the output directory: ``ending``, ``error``, ``duration``, ``phases``, ``findings``, ``repairs``, ``places``
    and more, with the same keys for every operation and ending. The keyword fails unless the ending is ``done``.

    = Settings of a migration =

    `Validate Migration`, `Migrate Partition`, `Migrate Partition Back` and `Start Migration` take everything that
    migrlpar offers as named arguments, and so does the section ``settings`` of a move in the lab file. An argument wins
    over the lab file; what neither of them says the console chooses. On the way back the movers of the lab file change
    sides, and what it says of the target (``target_id``, ``processor_pool``, the paging servers) does not hold.

    What cannot be chosen together is refused before anything is sent, and so is what ``options`` say as well. What was
    chosen is proved after the move where the console tells: partition id, processor pool, profile and movers.

    = Example =

    | `Use Lab`                           ${LAB}
    | `Validate Migration`                crosshmc
    | ${outcome} =    `Migrate Partition`    crosshmc
    | `Partition Should Be Running On`    lp2    p10b
    | `Migrate Partition Back`            crosshmc
    | `Close Lab`
    """

    ROBOT_LIBRARY_SCOPE = "GLOBAL"
    ROBOT_LIBRARY_DOC_FORMAT = "ROBOT"
    ROBOT_LIBRARY_CONVERTERS = CONVERTERS
    ROBOT_LISTENER_API_VERSION = 3
    ROBOT_LIBRARY_VERSION = "0.1.0"

    def __init__(self) -> None:
        self._desk = Desk()
        topics = (
            LabKeywords,
            LeaseKeywords,
            MigrationKeywords,
            PartitionKeywords,
            DeviceKeywords,
            StageLogKeywords,
            ConnectionKeywords,
            IdentityKeywords,
            WorkloadKeywords,
            EvacuationKeywords,
            PowerKeywords,
            ProcessorKeywords,
            LoopKeywords,
        )
        super().__init__([topic(self._desk) for topic in topics])
        self.ROBOT_LIBRARY_LISTENER = self

    def run_keyword(self, name: str, args: Any, kwargs: Any = None) -> Any:
        """Run a keyword; the commands that it sent are in the log afterwards, whatever its ending."""
        try:
            return super().run_keyword(name, args, kwargs)
        finally:
            self._desk.log_commands()

    def end_suite(self, data: Any, result: Any) -> None:  # noqa: ARG002 - Robot Framework calls it with both
        """What a suite has leased, it has leased until here."""
        self._desk.end_suite(data.full_name)

    def close(self) -> None:
        """The run is over: nothing of it may stay behind."""
        try:
            self._desk.close()
        finally:
            SIMULATIONS.stop_all()
