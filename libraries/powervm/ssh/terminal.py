"""Answering the questions of a command on a terminal, such as those for a password."""

from __future__ import annotations

import codecs
import dataclasses
import re
from collections.abc import Sequence

from powervm.secret import Password, masked
from powervm.ssh.command import CommandResult
from powervm.ssh.endpoint import Endpoint
from powervm.ssh.errors import AnswerNotAccepted, CommandDeadlinePassed
from powervm.ssh.exchange import Exchange
from powervm.ssh.link import Link
from powervm.waiting import Deadline

Answers = Sequence[tuple[str, "Password | str"]]


class Conversation:
    """A command on a terminal, and the answers to what it asks.

    A prompt is looked for in the last line, as long as that line has no end; so a pattern never matches a message.

    Args:
        link: Opens the channel.
        command: What runs.
        answers: Pairs of a regular expression for the prompt and what is sent for it, in the order of the questions.
    """

    def __init__(self, link: Link, command: str, answers: Answers) -> None:
        self._link = link
        self._command = command
        self._waiting = [(re.compile(pattern), answer) for pattern, answer in answers]
        self._answered: list[re.Pattern[str]] = []
        self._secrets = [answer for _, answer in answers if isinstance(answer, Password)]
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._text = ""
        self._seen = 0

    def hold(self, deadline: Deadline) -> CommandResult:
        """Run the command to its end.

        Raises:
            AnswerNotAccepted: It asked for the same again.
        """
        where = self._link.endpoint
        lease = self._link.open(deadline, self._command)
        with Exchange(where, lease, self._command, on_stdout=self._hear) as exchange:
            try:
                exchange.start(deadline, terminal=True)
                self._talk(exchange, deadline)
                result = exchange.result()
            except CommandDeadlinePassed as late:
                raise self._late(where, late) from late
        return dataclasses.replace(result, stdout=self._shown())

    def _talk(self, exchange: Exchange, deadline: Deadline) -> None:
        while not exchange.ended:
            late = deadline.passed
            exchange.step(deadline)
            self._respond(exchange, deadline)
            if late and not exchange.ended:
                raise exchange.late(deadline)

    def _hear(self, data: bytes) -> None:
        self._text += self._decode(data)

    def _respond(self, exchange: Exchange, deadline: Deadline) -> None:
        """Answer the next question if it is the one that is being asked."""
        line = re.split(r"[\r\n]", self._text[self._seen :])[-1]
        if not line:
            return
        if self._waiting and self._waiting[0][0].search(line):
            pattern, answer = self._waiting.pop(0)
            self._answered.append(pattern)
            self._seen = len(self._text)
            value = answer.reveal() if isinstance(answer, Password) else answer
            exchange.send(f"{value}\n".encode(), deadline)
        elif any(pattern.search(line) for pattern in self._answered):
            raise AnswerNotAccepted(exchange.endpoint, self._command, stdout=self._shown())

    def _shown(self) -> str:
        """What was on the terminal, with LF as the end of lines and without secrets, should it have echoed them."""
        return masked(self._text.replace("\r\n", "\n"), self._secrets)

    def _late(self, where: Endpoint, late: CommandDeadlinePassed) -> CommandDeadlinePassed:
        stage = f"waiting for the prompt '{self._waiting[0][0].pattern}'" if self._waiting else "after the last answer"
        return CommandDeadlinePassed(where, self._command, late.limit, stage=stage, stdout=self._shown())
