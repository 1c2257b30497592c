"""The root of every error that this library raises on purpose."""

from __future__ import annotations


class MobilityError(Exception):
    """Something in the lab, or in what was asked of it, is not as it has to be.

    The text names the host, the thing and the remedy. It never contains a secret.

    Args:
        message: What was found, with the host and the thing in it.
        remedy: What to do about it, as a sentence; it is appended to the message.
    """

    ROBOT_SUPPRESS_NAME = True
    """Robot Framework shows the message without the class name in front of it."""

    def __init__(self, message: str, *, remedy: str = "") -> None:
        self.message = message
        self.remedy = remedy
        super().__init__(f"{message} {remedy}" if remedy else message)
