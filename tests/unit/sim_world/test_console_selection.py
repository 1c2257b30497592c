"""What ``-F`` without names prints of partitions."""

from __future__ import annotations

import asyncio

import pytest
from world_doubles import SmallLab

OLD_HEADER = (
    "name,lpar_id,lpar_env,state,resource_config,os_version,logical_serial_num,default_profile,curr_profile,"
    "work_group_id,shared_proc_pool_util_auth,allow_perf_collection,power_ctrl_lpar_ids,boot_mode,ipl_source,"
    "lpar_keylock,auto_start,redundant_err_path_reporting,rmc_state,rmc_ipaddr,rmc_osshutdown_capable,"
    "dlpar_mem_capable,dlpar_proc_capable,dlpar_io_capable,sync_curr_profile,uuid"
)
"""A real one, of an old console."""


def listed(options: str, console: str, system: str) -> list[list[str]]:
    text, status = asyncio.run(SmallLab().type(f"lssyscfg -r lpar -m {system} {options}", console))
    assert status == 0
    return [line.split(",") for line in text.splitlines()]


@pytest.mark.parametrize(("console", "system"), [("near", "s1"), ("far", "s3")])
def test_all_attributes_of_a_partition_are_printed_in_the_order_of_a_real_header(console: str, system: str):
    header, *rows = listed("-F --header", console, system)
    old = OLD_HEADER.split(",")
    assert [name for name in header if name in old] == old
    assert len(set(header)) == len(header)
    assert rows
    assert rows == listed(f"-F {','.join(header)}", console, system)


def test_the_default_line_has_none_of_those_that_only_f_shows():
    (line,) = asyncio.run(SmallLab().type("lssyscfg -r lpar -m s1 --filter lpar_ids=7"))[0].splitlines()
    names = [pair.split("=")[0] for pair in line.split(",")]
    assert not {"uuid", "rmc_osshutdown_capable", "dlpar_mem_capable", "ipl_source"} & set(names)
