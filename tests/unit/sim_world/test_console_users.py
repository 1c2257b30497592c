"""Users of a console: what their roles allow, their keys, their files."""

from __future__ import annotations

import asyncio

import asyncssh
import pytest
from world_doubles import SmallLab

from powervm_sim.world.console_files import may_read, may_write

USERS = {
    "operator": {"role": "hmcoperator", "password": "op-secret", "description": "Night shift"},
    "viewer": {"role": "hmcviewer"},
    "hscpe": {"role": "hmcpe"},
    "limited": {"role": "hmcoperator", "systems": ["s2"]},
}
REFUSED = ("HSCL350B The user does not have the appropriate authority\n", 1)


def lab_for(user: str) -> SmallLab:
    lab = SmallLab({"consoles.near.users": USERS})
    lab.user = user
    return lab


def run(command: str, user: str) -> tuple[str, int]:
    return asyncio.run(lab_for(user).type(command))


@pytest.mark.parametrize(
    ("user", "command"),
    [
        ("viewer", "chsysstate -r lpar -m s1 -n lp1 -o shutdown --immed"),
        ("viewer", "mkvterm -m s1 -p lp1"),
        ("viewer", "migrlpar -o m -m s1 -t s2 -p lp1"),
        ("viewer", "viosvrcmd -m s1 -p s1-vios1 -c ioslevel"),
        ("viewer", "diagrmc --autocorrect"),
        ("viewer", "lspartition -dlparreset"),
        ("operator", "pedbg -c -q 4"),
        ("operator", "rmsyscfg -r lpar -m s1 -n off"),
        ("viewer", "mkauthkeys -u hscroot -a 'ssh-rsa AAAA x@y'"),
        ("limited", "lssyscfg -r lpar -m s1"),
        ("limited", "chsysstate -r sys -m s1 -o rebuild"),
    ],
)
def test_what_a_role_does_not_allow_is_refused(user, command):
    assert run(command, user) == REFUSED


@pytest.mark.parametrize(
    ("user", "command"),
    [
        ("viewer", "lssyscfg -r sys -F name"),
        ("viewer", "diagrmc"),
        ("viewer", "mkauthkeys -a 'ssh-rsa AAAA x@y'"),
        ("operator", "chsysstate -r lpar -m s1 -n lp1 -o shutdown --immed"),
        ("operator", "migrlpar -o v -m s1 -t s2 -p lp1"),
        ("hscpe", "pedbg -c -q 4"),
        ("limited", "lssyscfg -r lpar -m s2"),
    ],
)
def test_what_a_role_allows_is_done(user, command):
    assert run(command, user)[1] == 0


def test_a_resource_role_limits_what_is_listed():
    assert run("lssyscfg -r sys -F name", "limited") == ("s2\n", 0)
    assert run("lssysconn -r all -F type_model_serial_num", "limited") == ("9080-HEX*13C0D40\n", 0)


def test_a_resource_role_limits_what_is_told_of_mobility_and_what_is_set():
    assert run("lslparmigr -r sys -F name", "limited") == ("s2\n", 0)
    lab = lab_for("limited")
    assert asyncio.run(lab.type("migrlpar -o set -r sys -i inactive_prof_policy=prof")) == ("", 0)
    policies = {name: server.mobility.inactive_policy for name, server in lab.world.servers.items()}
    assert policies == {"s1": "config", "s2": "prof", "s3": "config", "old": "config"}


@pytest.mark.parametrize(
    "command",
    ["migrlpar -o v -m s1 -t s2 -p lp1", "lslparmigr -r virtualio -m s1 -t s2 --filter lpar_names=lp1"],
)
def test_a_target_outside_of_the_resource_role_is_refused(command):
    lab = SmallLab({"consoles.near.users": {"narrow": {"role": "hmcoperator", "systems": ["s1"]}}})
    lab.user = "narrow"
    assert asyncio.run(lab.type(command)) == REFUSED


@pytest.mark.parametrize(
    ("user", "command", "allowed"),
    [
        ("hscroot", "migrlpar -o v -m s1 -t s3 -p lp1", True),
        ("looker", "lslparmigr -r virtualio -m s1 -t s3 --filter lpar_names=lp1", True),
        ("looker", "migrlpar -o v -m s1 -t s3 -p lp1", False),
        ("elsewhere", "migrlpar -o v -m s1 -t s3 -p lp1", False),
        ("elsewhere", "lslparmigr -r virtualio -m s1 -t s3 --filter lpar_names=lp1", False),
    ],
)
def test_the_other_console_asks_what_its_own_user_may_do(user, command, allowed):
    there = {"looker": {"role": "hmcviewer"}, "elsewhere": {"role": "hmcoperator", "systems": []}}
    lab = SmallLab({"consoles.far.users": there})
    assert asyncio.run(lab.type(f"mkauthkeys --ip 10.0.0.2 -u {user} --passwd far-secret")) == ("", 0)
    text, status = asyncio.run(lab.type(f"{command} --ip 10.0.0.2 -u {user}"))
    assert status == int(not allowed)
    if not allowed:
        assert text.startswith("HSCLA318 ")
        assert text.endswith(f": {REFUSED[0]}")


def test_users_are_listed_with_their_roles():
    text, _ = run("lshmcusr -F name,taskrole,description,resourcerole", "hscroot")
    assert text == (
        "hscroot,hmcsuperadmin,HMC Super User,ALL:\noperator,hmcoperator,Night shift,ALL:\nviewer,hmcviewer,,ALL:\n"
        "hscpe,hmcpe,,ALL:\nlimited,hmcoperator,,s2\n"
    )
    assert run("lshmcusr --filter names=viewer -F name,pwage", "hscroot") == ("viewer,99999\n", 0)


def test_keys_belong_to_the_user_who_adds_them_and_can_be_set_for_others():
    lab = lab_for("hscroot")
    users = lab.world.consoles["near"].users

    def type_in(command: str) -> tuple[str, int]:
        return asyncio.run(lab.type(command))

    assert type_in("mkauthkeys -a -u viewer 'ssh-rsa AAAA x@y'") == ("", 0)
    assert type_in("mkauthkeys -u viewer -a 'ssh-rsa AAAA x@y'") == ("", 0)
    assert users["viewer"].account.keys == ["ssh-rsa AAAA x@y"] * 2
    assert users["hscroot"].account.keys == []
    assert type_in("mkauthkeys -u nobody -a 'ssh-rsa AAAA x@y'")[0].startswith("HSCLAF68 ")
    lab.user = "viewer"
    assert type_in("mkauthkeys -r x@y") == ("", 0)
    assert users["viewer"].account.keys == []


def test_trust_is_for_one_user_here_and_one_there_and_ends_with_its_key():
    lab = lab_for("operator")

    def type_in(command: str, console: str = "near") -> tuple[str, int]:
        return asyncio.run(lab.type(command, console))

    assert type_in("mkauthkeys --ip 10.0.0.2 -u operator --passwd op-secret")[0].startswith("HSCLAF2A ")
    assert type_in("mkauthkeys --ip 10.0.0.2 -u hscroot --passwd far-secret") == ("", 0)
    assert type_in("mkauthkeys --ip 10.0.0.2 -u hscroot --test") == ("", 0)
    lab.user = "hscroot"
    assert type_in("mkauthkeys --ip 10.0.0.2 --test")[0].startswith("HSCL3653 ")
    kind, material, comment = lab.world.consoles["far"].users["hscroot"].account.keys[-1].split()
    assert (kind, comment) == ("ssh-rsa", "operator@near")
    assert asyncssh.import_public_key(f"{kind} {material}").get_algorithm() == "ssh-rsa"
    assert type_in("mkauthkeys -r operator@near", "far") == ("", 0)
    lab.user = "operator"
    assert type_in("mkauthkeys --ip 10.0.0.2 -u hscroot --test")[0].startswith("HSCL3653 ")


def test_keys_can_be_read_and_only_mkauthkeys_changes_them():
    lab = lab_for("hscroot")
    console = lab.world.consoles["near"]
    user = console.users["hscroot"]
    for _ in range(2):
        asyncio.run(lab.type("mkauthkeys --add 'ssh-rsa AAAA x@y'"))
    path = "/home/hscroot/.ssh/authorized_keys2"
    assert console.files.read(path) == b"ssh-rsa AAAA x@y\nssh-rsa AAAA x@y\n"
    assert may_read(user, path)
    assert not may_write(user, path)
    assert may_write(user, "/home/hscroot/data")
    assert not may_read(user, "/home/viewer/.ssh/authorized_keys2")
    assert not may_read(console.users["operator"], "/dump/x")
    assert may_read(console.users["hscpe"], "/dump/x")


def test_accounts_are_locked_one_by_one():
    users = lab_for("hscroot").world.consoles["near"].users
    for _ in range(3):
        users["operator"].account.try_password("wrong")
    assert users["operator"].account.locked
    assert not users["hscroot"].account.locked
