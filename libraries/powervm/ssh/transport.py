"""paramiko's transport, with what it leaves out: bounded waits, safe ends of input, signals, late channels."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable

import paramiko
from paramiko.common import cMSG_CHANNEL_CLOSE, cMSG_CHANNEL_DATA, cMSG_CHANNEL_EOF, cMSG_CHANNEL_REQUEST

from powervm.waiting import Deadline

# Without any handler Python prints the tracebacks of paramiko's thread to stderr. Whoever configures logging still
# gets them.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

BROKEN = (paramiko.SSHException, EOFError, OSError)
"""What paramiko raises when a connection or a channel is not what it was."""

_PACKET_OVERHEAD = 64


class _AnsweredInTime(threading.Event):
    """paramiko waits without limit for the answer to a channel request; this event ends the waiting."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__()
        self._deadline = deadline

    def wait(self, timeout: float | None = None) -> bool:
        if not super().wait(self._deadline.remaining if timeout is None else timeout):
            raise TimeoutError("No answer to the request.")
        return True


class Wire(paramiko.Transport):
    """One SSH connection.

    Data, end of input and signals are sent by the methods here and not by `paramiko.Channel`: that one decides that
    the channel is open and sends afterwards, and in between the transport's thread may have sent CLOSE. OpenSSH drops
    the whole connection when something follows a CLOSE.
    """

    def __init__(self, sock: socket.socket) -> None:
        super().__init__(sock)
        self._held: list[paramiko.Message] = []
        options = self.get_security_options()
        # one pass over the data instead of two: a large file takes a third less of the processor's time
        options.ciphers = sorted(options.ciphers, key=lambda cipher: "gcm" not in cipher)

    def abort(self) -> None:
        """Break the connection at once, without a lock; every wait on it ends then."""
        with contextlib.suppress(OSError):  # it is broken already
            self.sock.shutdown(socket.SHUT_RDWR)

    def end(self, patience: float) -> None:
        """Break the connection and wait for its thread; if that is stuck, leave it behind."""
        self.abort()
        self.join(patience)
        if self.is_alive():
            self.active = False

    def recover(self, tidy: Callable[[], None], patience: float) -> None:
        """Do ``tidy`` after an interruption, and give the connection up if it is stuck.

        An exception that a signal raises, such as Robot Framework's timeout, can come between the taking of one of
        paramiko's locks and the block that releases it. Whatever needs that lock then waits for ever.
        """

        def attempt() -> None:
            with contextlib.suppress(*BROKEN):
                tidy()
                with self.lock:
                    pass
                self.global_request("keepalive@openssh.com", wait=False)  # only to see that sending is possible

        worker = threading.Thread(target=attempt, name="tidy up after an interruption", daemon=True)
        worker.start()
        worker.join(patience)
        if worker.is_alive():
            self.end(0)

    def bound_requests(self, channel: paramiko.Channel, deadline: Deadline) -> None:
        """Make the following requests on ``channel`` (pty, exec, subsystem) raise TimeoutError at the deadline."""
        channel.event = _AnsweredInTime(deadline)

    def send_data(self, channel: paramiko.Channel, data: memoryview) -> int:
        """Send as much of ``data`` as the peer takes now, at most a packet.

        Returns:
            Bytes sent; 0 when the peer's window is full.

        Raises:
            BrokenPipeError: The channel is closed.
        """
        with channel.lock:
            size = max(0, min(len(data), channel.out_window_size, channel.out_max_packet_size - _PACKET_OVERHEAD))
            channel.out_window_size -= size
        if not size and not channel.closed:
            return 0
        message = _message(cMSG_CHANNEL_DATA, channel.remote_chanid)
        message.add_string(bytes(data[:size]))
        if not self._send_while_open(channel, message):
            raise BrokenPipeError("The channel is closed.")
        return size

    def send_eof(self, channel: paramiko.Channel) -> None:
        """Tell the peer that no more input comes."""
        with channel.lock:
            if channel.eof_sent:
                return
            channel.eof_sent = True
        self._send_while_open(channel, _message(cMSG_CHANNEL_EOF, channel.remote_chanid))

    def send_signal(self, channel: paramiko.Channel, name: str) -> None:
        """Ask the peer to send the signal ``name``, without "SIG", to the command. Nobody says whether it did."""
        message = _message(cMSG_CHANNEL_REQUEST, channel.remote_chanid)
        message.add_string("signal")
        message.add_boolean(False)
        message.add_string(name)
        self._send_while_open(channel, message)

    def _send_while_open(self, channel: paramiko.Channel, message: paramiko.Message) -> bool:
        """Send ``message`` unless the channel is closed; False when it is.

        The transport's thread needs the lock that is held here to send its CLOSE, so that one comes later.
        """
        while self.is_active():
            self.clear_to_send.wait(0.1)
            with self.clear_to_send_lock:
                if channel.closed:
                    return False
                if self.clear_to_send.is_set():
                    self.packetizer.send_message(message)
                    return True
        return False

    def _send_user_message(self, data: paramiko.Message) -> None:
        """Hold back what this thread itself has to send while new keys are negotiated.

        paramiko negotiates new ones after 512 MB. It would wait here until that is done, in the thread that does it,
        so a channel that ends just then would end the connection.
        """
        if threading.current_thread() is self and not self.clear_to_send.is_set():
            self._held.append(data)
        else:
            super()._send_user_message(data)  # type: ignore[misc]

    def _parse_newkeys(self, m: paramiko.Message) -> None:
        super()._parse_newkeys(m)  # type: ignore[misc]
        held, self._held = self._held, []
        for message in held:
            self._send_user_message(message)

    def _parse_channel_open_success(self, m: paramiko.Message) -> None:
        """Close a channel that the peer opened after nobody waited for it any more; it would count as a session."""
        chanid, remote = m.get_int(), m.get_int()
        m.rewind()
        if self._channels.get(chanid) is None:  # type: ignore[attr-defined]
            self._send_user_message(_message(cMSG_CHANNEL_CLOSE, remote))
        else:
            super()._parse_channel_open_success(m)  # type: ignore[misc]


def _message(kind: bytes, remote_channel: int) -> paramiko.Message:
    message = paramiko.Message()
    message.add_byte(kind)
    message.add_int(remote_channel)
    return message
