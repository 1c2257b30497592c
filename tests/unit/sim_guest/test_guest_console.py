"""The console of a partition: its line discipline, its login, its kernel messages."""

from __future__ import annotations

import asyncio
import re

from guest_doubles import SOURCE, Hands, make_guest

from powervm_sim.guest.kernel_log import Level
from powervm_sim.guest.line_discipline import LineDiscipline


class Screen:
    """Somebody who looks at a console."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text

    async def room(self) -> None:
        return

    async def wait(self, end: str) -> str:
        for _ in range(2000):
            if end in self.text:
                break
            await asyncio.sleep(0.002)
        else:
            raise AssertionError(f"{end!r} never appeared in {self.text!r}")
        found, self.text = self.text[: self.text.index(end) + len(end)], self.text[self.text.index(end) + len(end) :]
        return found


def test_keys_are_echoed_edit_the_line_and_end_it():
    async def scenario() -> None:
        shown: list[str] = []
        interrupts: list[int] = []
        line = LineDiscipline(shown.append, lambda: interrupts.append(1))
        line.typed("ab\x7fc\r\nnext\x15x\n\x04")
        assert [await line.readline() for _ in range(3)] == ["ac\n", "x\n", ""]
        assert "".join(shown) == "ab\b \bc\r\nnext\b \b\b \b\b \b\b \bx\r\n"
        line.typed("gone\x03kept\r")
        assert await line.readline() == "kept\n"
        assert interrupts == [1]
        line.echoing = False
        shown.clear()
        line.typed("secret\r")
        assert "".join(shown) == "\r\n"

    asyncio.run(scenario())


def attached(guest, password: str = "secret"):
    screen = Screen()
    return screen, guest.attach_console(screen, lambda user, given: (user, given) == ("root", password))


def test_a_boot_is_seen_and_ends_with_a_login():
    async def scenario() -> None:
        guest = make_guest(Hands())
        guest.stop()
        screen, typed = attached(guest)
        typed("nobody hears this\r")
        guest.boot(SOURCE)
        boot = await screen.wait(" login: ")
        assert boot.startswith("[    0.000000] Linux version ")
        assert "nobody" not in boot
        guest.stop()

    asyncio.run(scenario())


def test_debugging_messages_are_not_shown():
    guest = make_guest(Hands())
    screen, _ = asyncio.run(_attach(guest))
    guest.kernel_log.write("quiet", Level.DEBUG)
    guest.kernel_log.write("loud", Level.ERR)
    assert screen.text.endswith("] loud\r\n")
    assert "quiet" not in screen.text


async def _attach(guest):
    return attached(guest)


def test_a_login_needs_the_password_and_outlives_the_session():
    async def scenario() -> None:
        guest = make_guest(Hands())
        screen, typed = attached(guest)
        await asyncio.sleep(0.01)
        assert screen.text == ""
        typed("\r")
        await screen.wait(" login: ")
        typed("root\r")
        await screen.wait("Password: ")
        typed("wrong\r")
        assert "wrong" not in await screen.wait("Login incorrect")
        await screen.wait(" login: ")
        typed("root\r")
        await screen.wait("Password: ")
        typed("secret\r")
        await screen.wait("# ")
        typed("x=5\r")
        await screen.wait("# ")
        guest.detach_console()
        screen, typed = attached(guest)
        typed("\n")
        await screen.wait("# ")
        typed("echo $x\r")
        await screen.wait("\r\n5\r\n")
        await screen.wait("# ")
        typed("\x04")
        await screen.wait(" login: ")
        guest.stop()

    asyncio.run(scenario())


def test_a_second_key_after_the_name_is_no_password():
    """Some programs end each line with a line feed and send a carriage return after it."""

    async def scenario() -> None:
        guest = make_guest(Hands())
        screen, typed = attached(guest)
        typed("\r")
        await screen.wait(" login: ")
        for _ in range(2):
            typed("root\n")
            typed("\r")
            await screen.wait("Password: ")
            await asyncio.sleep(0.01)
            typed("secret\n")
            typed("\r")
            shown = await screen.wait("# ")
            assert re.search(r"\r\nLast login: \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d on hvc0\r\n", shown)
            await screen.wait("# ")
            typed("exit\r")
            await screen.wait(" login: ")
        guest.stop()

    asyncio.run(scenario())


def test_the_prompt_of_the_console_is_what_somebody_sets():
    async def scenario() -> None:
        guest = make_guest(Hands())
        screen, typed = attached(guest)
        typed("\r")
        await screen.wait(" login: ")
        typed("root\r")
        await screen.wait("Password: ")
        typed("secret\r")
        await screen.wait("# ")
        typed("PS1='[ready $?]'\r")
        await screen.wait("\r\n[ready 0]")
        typed("false\r")
        await screen.wait("\r\n[ready 1]")
        guest.stop()

    asyncio.run(scenario())


def test_what_is_typed_while_the_partition_is_suspended_comes_afterwards():
    async def scenario() -> None:
        guest = make_guest(Hands())
        screen, typed = attached(guest)
        typed("\r")
        await screen.wait(" login: ")
        guest.suspend()
        typed("ro")
        typed("ot\r")
        await asyncio.sleep(0.02)
        assert screen.text == ""
        guest.resume(SOURCE)
        assert await screen.wait("Password: ") == "root\r\nPassword: "
        guest.stop()

    asyncio.run(scenario())
