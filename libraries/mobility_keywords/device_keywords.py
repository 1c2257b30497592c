"""Keywords about the devices of a partition: vNICs, bonds over migratable ports, storage mappings, its network."""

from __future__ import annotations

from robot.api import logger
from robot.api.deco import keyword

from mobility_keywords.tables import table
from mobility_keywords.topic import Topic
from powervm.device_state import StorageNow, read_bonds, read_storage, read_vnics
from powervm.devices.bonds import carriers
from powervm.devices.vnic import judge_vnic
from powervm.errors import MobilityError
from powervm.network import set_up
from powervm.outage import ping_once
from powervm.outcome import Outcome
from powervm.waiting import Deadline


class DeviceKeywords(Topic):
    """What a partition has, and what a move did to it."""

    @keyword(tags=("devices", "check"))
    def backing_devices_should_be_operational(self, partition: str) -> None:
        """Check that every vNIC of a partition has exactly one active backing device, and that all of them work.

        Args:
            partition: Its name in the lab file.

        Raises:
            MobilityError: It has no vNIC, or the message names slot, device and state of the first that does not work.

        Example:
        | Backing Devices Should Be Operational    lp5
        """
        vnics = read_vnics(self._desk.session, partition)
        if not vnics:
            raise MobilityError(f"{partition} has no vNIC.", remedy="Check the partition that the test is about.")
        rows = [(item.slot, device, device.priority, device.status, "active" if device.active else "")
                for item in vnics for device in item.devices]  # fmt: skip
        logger.info(table(("slot", "backing device", "priority", "state", ""), rows), html=True)
        for finding in (finding for item in vnics for finding in judge_vnic(partition, item)):
            raise MobilityError(f"{partition}: {finding.text}", remedy=finding.remedy)

    @keyword(tags=("devices", "check"))
    def bonds_should_be_on_their_primary(self, partition: str) -> None:
        """Check that every bond over a migratable port is whole: all members have a link, the port has the traffic.

        A bond that has no primary, as hcnmgr makes it on some levels with NetworkManager, does not tell which member
        is the port: then any of them may have the traffic.

        Args:
            partition: Its name in the lab file.

        Raises:
            MobilityError: It has no bond, or the message names the bond and what is wrong with it.

        Example:
        | Bonds Should Be On Their Primary    lp6
        """
        found = read_bonds(self._desk.session, partition)
        if not found:
            raise MobilityError(
                f"{partition} has no bond.", remedy="Add a migratable port with a backup, and look at /var/log/hcnmgr."
            )
        for bond in found:
            members = ", ".join(f"{item.name} ({'up' if item.up else 'down'})" for item in bond.members)
            logger.info(f"{bond.name}: {members}; active: {bond.active or 'none'}.")
            if not bond.settled or len(bond.members) < 2 or not all(item.up for item in bond.members):
                raise MobilityError(
                    f"{partition}: {bond.name} should be on its primary, with a backup; it is on "
                    f"{bond.active or 'no member'} and has: {members or 'no member'}.",
                    remedy="Read /var/log/hcnmgr in the partition, and check the links.",
                )

    @keyword(tags=("devices", "check"))
    def backup_should_have_carried_the_traffic(self, outcome: Outcome) -> None:
        """Check that the backup of every bond was seen to carry the traffic while the partition moved.

        They are looked at five times in a second, from within the partition.

        Args:
            outcome: What `Migrate Partition` or `Wait For Migration` returned.

        Raises:
            MobilityError: No bond was looked at, or the message names the bond that was never seen on its backup.

        Example:
        | ${outcome} =    Migrate Partition    hnv
        | Backup Should Have Carried The Traffic    ${outcome}
        """
        before = {look.bond: look for look in outcome.bonds if look.moment == "before"}
        if not before:
            raise MobilityError(
                f"{outcome.partition}: no bond was looked at during {outcome.title}.",
                remedy="Ask for migratable ports in the options of the move (--migsriov 1).",
            )
        for name, first in sorted(before.items()):
            looks = [look for look in outcome.bonds if look.bond == name and look.moment == "during"]
            if not carriers(first, looks):
                seen = ", ".join(look.active or "no member" for look in looks) or "no change at all"
                raise MobilityError(
                    f"{outcome.partition}: {name} was never seen on its backup during the move; seen: {seen}.",
                    remedy="Look at the backup device, and at /var/log/hcnmgr in the partition.",
                )

    @keyword(tags=("devices", "check"))
    def network_should_have_been_reachable(self, outcome: Outcome) -> float:
        """Check that the network of a move was pinged meanwhile, and was not gone for longer than the move allows.

        Args:
            outcome: What `Migrate Partition` or `Wait For Migration` returned.

        Returns:
            The longest time without an answer, in seconds.

        Raises:
            MobilityError: It was not measured, or it was gone for too long.

        Example:
        | ${outcome} =    Migrate Partition    vnic
        | ${seconds} =    Network Should Have Been Reachable    ${outcome}
        """
        found = outcome.outage
        if found is None or found.longest_gap is None:
            raise MobilityError(
                f"{outcome.partition}: no network was measured during {outcome.title}.",
                remedy="Give the move a section 'network' with interface and peer.",
            )
        text = f"{found.peer} did not answer for {found.longest_gap:.2f} s; {found.lost} of {found.sent} were lost."
        logger.info(f"{outcome.partition}: {text}")
        if found.longest_gap > found.limit:
            raise MobilityError(f"{outcome.partition}: {text}", remedy=f"{found.limit:g} s are fine (network.outage).")
        return found.longest_gap

    @keyword(tags=("devices",))
    def set_up_network(self, move: str) -> None:
        """Give the interface of a move the address of the lab file, until the lab is closed.

        `Migrate Partition` does the same where it was not done before; with this keyword the address is there when the
        partition is recorded. A move without a section ``network`` needs nothing. The interface that we are connected
        through is never touched.

        Args:
            move: A move of the lab file.

        Raises:
            MobilityError: There is no such interface, we are connected through it, or somebody else has the address.

        Example:
        | Set Up Network    vnic
        | Record Partition Identity    vnic
        """
        found = self._desk.lab.move(move)
        if found.network is None:
            logger.info(f"The move {move} has no network.")
            return
        self._desk.plan(move)  # which leases what it needs
        repair = set_up(self._desk.session, found.partition, found.network)
        logger.info(f"{found.partition}: {repair.what if repair else 'the address is there'}.")

    @keyword(tags=("devices", "check"))
    def peer_should_answer(self, move: str) -> None:
        """Ping the peer of a move from within the partition, now, through the interface of the move.

        Args:
            move: A move of the lab file with a section ``network``.

        Raises:
            MobilityError: The move has no such section, or the peer does not answer.

        Example:
        | Peer Should Answer    vnic
        """
        found = self._desk.lab.move(move)
        if found.network is None:
            raise MobilityError(
                f"The move {move} has no network.", remedy="Give it a section 'network' with interface and peer."
            )
        guest = self._desk.session.partition(found.partition)
        trouble = ping_once(guest, found.network, Deadline(self._desk.lab.limits.command))
        if trouble is not None:
            raise trouble

    @keyword(tags=("devices",))
    def get_storage_mapping(self, partition: str) -> StorageNow:
        """How the virtual storage adapters of a partition are mapped now.

        Args:
            partition: Its name in the lab file.

        Returns:
            ``server``, and by slot: ``hosts`` (Virtual I/O Servers), ``ports`` (Fibre Channel ports), ``wwpns``.

        Raises:
            MobilityError: The partition is nowhere, or a console or Virtual I/O Server does not answer.

        Example:
        | ${before} =    Get Storage Mapping    lp40
        | Migrate Partition    npiv
        | ${after} =    Get Storage Mapping    lp40
        | Should Be Equal    ${after.ports}    ${before.ports}
        """
        found = read_storage(self._desk.session, partition)
        rows = [(slot, host, found.ports.get(slot, ""), " ".join(found.wwpns.get(slot, ())))
                for slot, host in found.hosts.items()]  # fmt: skip
        logger.info(table(("slot", "Virtual I/O Server", "port", "WWPNs"), rows), html=True)
        return found
