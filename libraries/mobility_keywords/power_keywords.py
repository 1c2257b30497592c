"""Keywords that switch partitions off and on, and put them back as they were."""

from __future__ import annotations

from datetime import timedelta

from robot.api import logger
from robot.api.deco import keyword

from mobility_keywords.settings_arguments import YesOrNo
from mobility_keywords.topic import Topic
from powervm.power import Switch, switch_of


class PowerKeywords(Topic):
    """The power of partitions.

    What these keywords change is put back when the lab is closed, or by `Put Partition Back`: the partition is brought
    to its server, with the mode of its profile, the mode that it ran in, and its power as they were. What could not be
    put back fails `Close Lab`.
    """

    @keyword(tags=("power",))
    def shut_down_partition(self, partition: str, *, at_once: YesOrNo = False, limit: timedelta | None = None) -> None:
        """Shut a partition down and wait until it is Not Activated; nothing is done when it is so.

        Args:
            partition: Its name in the lab file.
            at_once: Switch it off without asking its operating system, which otherwise is asked over RMC, or over SSH
                while RMC is down. One that does not answer is switched off at once in any case.
            limit: How long it may take; by default the lab file's limit for RMC.

        Raises:
            MobilityError: The console refused, or it was not off in time.

        Example:
        | Shut Down Partition    lp3
        """
        switch = self._switch(partition)
        switch.shut_down(self._seconds(limit), at_once=at_once)
        logger.info(f"{partition} is powered off on {switch.server.name}.")

    @keyword(tags=("power",))
    def activate_partition(self, partition: str, *, profile: str | None = None, limit: timedelta | None = None) -> None:
        """Activate a partition and wait until its system answers and RMC is active.

        Args:
            partition: Its name in the lab file.
            profile: The profile to activate it with; by default that of the lab file, and without one there its
                current configuration.
            limit: How long its system may take, and again RMC; by default the lab file's limit for RMC.

        Raises:
            MobilityError: The console refused, or it did not come up in time.

        Example:
        | Activate Partition    lp3    profile=default_profile
        """
        switch = self._switch(partition)
        chosen = profile or self._desk.lab.partition(partition).profile or ""
        switch.activate(self._seconds(limit), profile=chosen)
        logger.info(f"{partition} runs on {switch.server.name}, with {chosen or 'its current configuration'}.")

    @keyword(tags=("power", "processor"))
    def restart_partition(
        self, partition: str, *, mode: str | None = None, profile: str | None = None, limit: timedelta | None = None
    ) -> None:
        """Shut a partition down and activate it again, also in another processor mode.

        Args:
            partition: Its name in the lab file.
            mode: The processor mode that its profile asks for from now on, for example ``POWER9`` or ``default``; the
                partition is activated with that profile.
            profile: The profile; by default the one that it was activated with last. Without a mode and a profile, it
                is activated with its current configuration.
            limit: How long each step may take; by default the lab file's limit for RMC.

        Raises:
            MobilityError: The console refused, or a step took too long.

        Example:
        | Restart Partition    lp30
        | Restart Partition    lp30    mode=POWER8
        """
        switch = self._switch(partition)
        chosen = profile or ""
        if mode:
            chosen = profile or switch.status().profile
            standing = self._desk.remember(partition)
            if chosen != standing.profile:
                standing.other_modes.setdefault(chosen, switch.profile_mode(chosen))
            switch.set_profile_mode(chosen, mode)
        switch.shut_down(self._seconds(limit))
        switch.activate(self._seconds(limit), profile=chosen)
        logger.info(f"{partition} was restarted on {switch.server.name}, with {chosen or 'its current configuration'}.")

    @keyword(tags=("power", "recovery"))
    def put_partition_back(self, partition: str) -> None:
        """Bring a partition back to how it was before the keywords about power and modes changed it.

        It is brought home first. A partition whose mode does not fit home goes there powered off, and gets its mode
        back with its profile when it is activated there. Nothing is done when it was not changed. `Close Lab` does
        the same for all partitions.

        Args:
            partition: Its name in the lab file.

        Raises:
            MobilityError: It could not be put back; a person has to look.

        Example:
        | [Teardown]    Put Partition Back    lp30
        """
        if self._desk.in_use:
            self._desk.restore(self._desk.lab.partition(partition).name)

    def _switch(self, partition: str) -> Switch:
        """The switch of a partition that is going to be changed."""
        self._desk.remember(partition)
        return switch_of(self._desk.session, self._desk.lab.partition(partition).name)

    def _seconds(self, limit: timedelta | None) -> float:
        return limit.total_seconds() if limit is not None else self._desk.lab.limits.rmc
