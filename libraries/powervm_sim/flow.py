"""Whether a client takes from its connection what it is sent.

The windows of SSH channels bound what piles up for a client that stalls, but it is the client who chooses them: up to
4 GB each. asyncssh does not look at its transport, so whoever writes much has to wait for the flow, too.
"""

from __future__ import annotations

import asyncio
from typing import Any, Protocol

FLOWING = "powervm_sim_flowing"
"""The extra information of a transport that holds the event; it is set while the client takes what it is sent."""


GATHERING = "powervm_sim_gathering"
"""The extra information of a transport that can keep an answer together."""


class Gathering(Protocol):
    """Something that sends in few pieces what is written to it."""

    def gather(self) -> None:
        """An answer begins, most likely a short one: keep what is written for a few turns of the event loop."""

    def complete(self) -> None:
        """The answer has ended: send it."""


async def until_flowing(channel: Any) -> None:
    """Wait until the client of an SSH channel has taken nearly everything, or is gone."""
    flowing: asyncio.Event | None = channel.get_extra_info(FLOWING)
    if flowing is not None and not flowing.is_set():
        await flowing.wait()
