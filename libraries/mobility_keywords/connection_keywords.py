"""Keywords that open SSHLibrary connections to machines of the lab, without a password in the suite."""

from __future__ import annotations

from typing import Any

from robot.api import logger
from robot.api.deco import keyword
from robot.libraries.BuiltIn import BuiltIn

from mobility_keywords.holdings import tell
from mobility_keywords.topic import Topic
from powervm.errors import MobilityError
from powervm.lab import ConsoleEntry, Entry, PartitionEntry, ViosEntry
from powervm.ssh import log_in


class ConnectionKeywords(Topic):
    """SSHLibrary beside these keywords."""

    @keyword(tags=("ssh",))
    def open_partition_connection(self, partition: str, *, alias: str | None = None) -> str:
        """Open an SSHLibrary connection to a partition, log in, and make it SSHLibrary's current connection.

        All of SSHLibrary's keywords work on it then. Address, user, credentials and host key checking are those of the
        lab file. The suite has to import SSHLibrary.

        Args:
            partition: Its name in the lab file.
            alias: Name for SSHLibrary's `Switch Connection`; by default the partition's name.

        Returns:
            The alias.

        Raises:
            SshError: The partition cannot be reached or does not take the credentials.

        Example:
        | Library    SSHLibrary
        | Open Partition Connection    lp1
        | ${kernel} =    Execute Command    uname -r
        | Close Connection
        """
        return self._open(partition, PartitionEntry, alias)

    @keyword(tags=("ssh",))
    def open_console_connection(self, console: str, *, alias: str | None = None) -> str:
        """Open an SSHLibrary connection to a management console; see `Open Partition Connection`.

        It counts as one more session of the console (``sessions`` in the lab file) until the lab is closed.

        Args:
            console: Its name in the lab file.
            alias: Name for SSHLibrary's `Switch Connection`; by default the console's name.

        Example:
        | Open Console Connection    hmc1
        | ${level} =    Execute Command    lshmc -V
        """
        return self._open(console, ConsoleEntry, alias)

    @keyword(name="Open Virtual I/O Server Connection", tags=("ssh",))
    def open_virtual_io_server_connection(self, server: str, *, alias: str | None = None) -> str:
        """Open an SSHLibrary connection to a Virtual I/O Server; see `Open Partition Connection`.

        Args:
            server: Its name in the lab file, or ``managed system/name``.
            alias: Name for SSHLibrary's `Switch Connection`; by default the server's name.

        Example:
        | Open Virtual I/O Server Connection    p9a-vios1
        | ${level} =    Execute Command    ioscli ioslevel
        """
        return self._open(server, ViosEntry, alias)

    @keyword(tags=("ssh",))
    def open_peer_connection(self, peer: str, *, alias: str | None = None) -> str:
        """Open an SSHLibrary connection to a peer, or any other machine of the lab; see `Open Partition Connection`.

        Args:
            peer: Its name in the lab file.
            alias: Name for SSHLibrary's `Switch Connection`; by default the peer's name.

        Example:
        | Open Peer Connection    peer1
        """
        return self._open(peer, Entry, alias)

    def _open(self, name: str, kind: type[Entry], alias: str | None) -> str:
        entry = self._desk.lab.entry(name)
        if not isinstance(entry, kind):
            raise MobilityError(f"{name} is a {entry.TITLE}.", remedy=f"Name a {kind.TITLE} of the lab file.")
        ssh = _ssh_library()
        # our own connection logs in first: its errors are readable, and a wrong password costs one attempt, not two
        self._desk.session.connection(entry.name).connect()
        if isinstance(entry, ConsoleEntry):
            self._desk.session.add_session(entry.name, tell=tell)
        endpoint = self._desk.lab.endpoint(entry.name)
        alias = alias or entry.name
        ssh.open_connection(endpoint.host, alias=alias, port=endpoint.port, timeout=endpoint.connect_timeout)
        # SSHLibrary's own login would offer every key of the agent, and try a refused password again
        log_in(ssh.current.client, endpoint)
        logger.info(f"SSHLibrary connection '{alias}' to {endpoint} is open.")
        return alias


def _ssh_library() -> Any:
    try:
        return BuiltIn().get_library_instance("SSHLibrary")
    except RuntimeError:
        raise MobilityError(
            "SSHLibrary is not imported in this suite.", remedy="Add 'Library    SSHLibrary' to its settings."
        ) from None
