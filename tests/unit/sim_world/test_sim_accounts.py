"""The lock of a console account, keys, the gate and the history."""

from __future__ import annotations

from powervm_sim.serving.session import without_passwords
from powervm_sim.world.accounts import Account, Lockout
from powervm_sim.world.gate import Gate
from powervm_sim.world.history import History


class Now:
    time = 1000.0

    def __call__(self) -> float:
        return self.time


def test_three_wrong_passwords_lock_for_five_minutes_and_every_try_starts_them_anew():
    now = Now()
    account = Account("hscroot", "right", lockout=Lockout(3, 300), now=now)
    assert [account.try_password("wrong") for _ in range(2)] == [False, False]
    assert account.try_password("right")
    assert [account.try_password("wrong") for _ in range(3)] == [False] * 3
    assert account.lock_notice == "The account is locked due to 3 failed logins.\n(5 minutes left to unlock)\n"
    now.time += 299
    assert not account.try_password("right")
    now.time += 299
    assert account.locked
    assert account.lock_notice.endswith("(1 minute left to unlock)\n")
    now.time += 2
    assert account.lock_notice == ""
    assert account.try_password("right")


def test_an_account_without_a_rule_is_never_locked():
    account = Account("root", "right")
    assert not any(account.try_password("wrong") for _ in range(20))
    assert account.try_password("right")


def test_keys_are_compared_without_comment_and_options():
    account = Account("root", keys=['from="10.0.0.1" ssh-ed25519 AAAA someone@here', "nonsense"])
    assert account.accepts_key("ssh-ed25519 AAAA")
    assert account.accepts_key("ssh-ed25519 AAAA else@where")
    assert not account.accepts_key("ssh-ed25519 BBBB")
    assert not account.accepts_key("")


def test_the_password_does_not_show():
    assert "canary" not in repr(Account("root", "canary"))


def test_the_gate_tells_its_watchers_once_per_turn():
    gate, turns = Gate(), []
    gate.watch(turns.append)
    for turn in (gate.close, gate.close, gate.open, gate.open):
        turn()
    gate.forget(turns.append)
    gate.close()
    assert turns[:2] == [False, True]


def test_the_history_is_numbered_and_can_be_searched():
    history = History()
    history.add("login", endpoint="hmc1", result="refused")
    history.add("login", endpoint="hmc2", result="accepted")
    assert [event.number for event in history.events()] == [1, 2]
    assert [event.facts["endpoint"] for event in history.events("login", result="accepted")] == ["hmc2"]
    assert history.events()[0].as_dict()["endpoint"] == "hmc1"


def test_passwords_on_a_command_line_are_not_recorded():
    for word in ("canary", "'can ary'", '"can ary"'):
        assert without_passwords(f"mkauthkeys --ip h --passwd {word} -g") == "mkauthkeys --ip h --passwd *** -g"
