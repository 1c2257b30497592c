"""Whatever is typed on a console: a text, status 0 or 1, and never a fault of the simulator."""

from __future__ import annotations

import asyncio
import shlex

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from world_doubles import SmallLab

from powervm_sim.console.commands import CONSOLE_COMMANDS

QUICK = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

_OPTIONS = """
-r -m -t -p -n -o -F -i -f -s -w -d -a -g -u -V -v -h --id --ip --filter --header --help --all --level --rsubtype --test
--passwd --immed --restart --force --protectstorage --stderr --lparname --lparid -e -b -l -q -x --xid
"""
_VALUES = """
lpar sys prof proc mem virtualio sriov hw slot eth scsi fc vnic vnicbkdev adapter physport logport vswitch vnetwork msp
manager mgr procpool mempool pool s1 s2 s3 old lp1 off s1-vios1 near far 10.0.0.2 9009-22A*78A1B20 m v r set a s o 1 7 8
hscroot name,state name:lpar_id lpar_names=lp1 lpar_ids=7 "lpar_names=lp1,off" lpar_ids=x name=lp1,msp=1 lpar_id=7
virtual_fc_mappings=3/s2-vios1/1 "virtual_scsi_mappings=4/s2-vios1/1" shared_proc_pool_name=x dest_lpar_id=9 osshutdown
shutdown on chkdev active all sys_id rsa -dlpar ioslevel ssh-rsa
"""
OPTIONS, VALUES = _OPTIONS.split(), _VALUES.split()
words = st.one_of(
    st.sampled_from(OPTIONS),
    st.sampled_from(VALUES),
    st.sampled_from(VALUES),
    st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    st.text(alphabet='=,"/:-\\ 10a%', max_size=12),
    st.sampled_from(["-" * 50, "9" * 400, "x" * 5000, "=" * 50, '"' * 51, "-1", "0", "1e9", "²", "\u0660"]),
)
lines = st.tuples(st.sampled_from(sorted(CONSOLE_COMMANDS)), st.lists(words, max_size=9))


def check(lab: SmallLab, name: str, arguments: list[str]) -> tuple[str, int]:
    """What a command says; the world goes on from there."""

    async def work() -> tuple[str, int]:
        return await asyncio.wait_for(lab.type(shlex.join([name, *arguments])), 20)

    text, status = asyncio.run(work())
    assert status in (0, 1)
    assert "Traceback" not in text
    assert "object at 0x" not in text
    assert text or status == 0
    return text, status


@QUICK
@given(lines)
def test_any_options_give_a_text_and_a_status(line: tuple[str, list[str]]) -> None:
    name, arguments = line
    check(SmallLab(), name, arguments)


def complete(name: str) -> st.SearchStrategy[list[str]]:
    """Options with values: nearer to what somebody means than any words."""
    pairs = st.tuples(st.sampled_from(OPTIONS), st.sampled_from(VALUES)).map(list)
    return st.lists(pairs, min_size=1, max_size=6).map(lambda found: [word for pair in found for word in pair])


@QUICK
@given(st.sampled_from(sorted(CONSOLE_COMMANDS)).flatmap(lambda name: st.tuples(st.just(name), complete(name))))
def test_options_with_values_give_a_text_and_a_status(line: tuple[str, list[str]]) -> None:
    name, arguments = line
    check(SmallLab(), name, arguments)


NEARLY = {
    "migrlpar": ["-o", "m", "-m", "s1", "-t", "s2", "-p", "lp1", "-i"],
    "chsyscfg": ["-r", "lpar", "-m", "s1", "-i"],
    "lssyscfg": ["-r", "lpar", "-m", "s1", "--filter"],
    "lslparmigr": ["-r", "lpar", "-m", "s1", "--filter"],
    "lshwres": ["-r", "virtualio", "--rsubtype", "eth", "--level", "lpar", "-m", "s1", "--filter"],
}
records = st.lists(
    st.sampled_from(["name=", "lpar_id=", "lp1", "7", ",", '"', '\\"', '""', "/", "//", ":", "virtual_fc_mappings=",
                     "virtual_scsi_mappings=", "3/s2-vios1/1", "source_msp_name=", "s1-vios1", "new_name=", "msp=", "1",
                     "lpar_names=", "=", "+=", "mover_service_partitions=", "vswitch_mappings=", "x", "²", "9" * 30]),
    max_size=10,
).map("".join)  # fmt: skip


@QUICK
@given(st.sampled_from(sorted(NEARLY)), records)
def test_any_data_in_a_record_gives_a_text_and_a_status(name: str, record: str) -> None:
    if name in CONSOLE_COMMANDS:
        check(SmallLab(), name, [*NEARLY[name], record])
