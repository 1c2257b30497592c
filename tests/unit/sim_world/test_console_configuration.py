"""``chsyscfg``, ``mksyscfg`` and ``rmsyscfg``."""

from __future__ import annotations

import asyncio

import pytest
from world_doubles import SmallLab

NEW = (
    "mksyscfg -r lpar -m s1 -i name=new,profile_name=p,lpar_env=aixlinux,min_mem=256,desired_mem=1024,max_mem=2048,"
    "proc_mode=shared,min_procs=1,desired_procs=2,max_procs=4,min_proc_units=0.1,desired_proc_units=0.2,"
    "max_proc_units=0.4"
)
PROFILE = "chsyscfg -r prof -m s1 -i"
CHANGE = f"{PROFILE} name=default_profile,lpar_name=lp1"


def play(*steps) -> list[str]:
    async def scenario() -> list[str]:
        lab = SmallLab()
        answers = []
        for step in steps:
            if isinstance(step, str):
                answers.append((await lab.type(step))[0])
            else:
                await lab.clock.advance(step)
        return answers

    return asyncio.run(scenario())


def test_lists_of_a_profile_grow_and_shrink():
    show = "lssyscfg -r prof -m s1 --filter lpar_names=lp1 -F io_slots,virtual_eth_adapters"
    answers = play(
        f"{PROFILE} name=default_profile,lpar_name=lp1,io_slots+=21010012//0",
        f"""{PROFILE} '"virtual_eth_adapters+=5/0/7//0/0,6/0/8//0/0",name=default_profile,lpar_id=7'""",
        show,
        f"{PROFILE} name=default_profile,lpar_name=lp1,io_slots-=21010012,virtual_eth_adapters-=2",
        show,
        f"{PROFILE} name=default_profile,lpar_name=lp1,io_slots-=21010012",
        f"{PROFILE} name=default_profile,lpar_name=lp1,virtual_eth_adapters=none",
        show,
    )
    added = "5/0/7//0/0/ETHERNET0//all/none,6/0/8//0/0/ETHERNET0//all/none"
    assert answers[:2] == ["", ""]
    assert answers[2] == f'21010012/none/0,"2/0/1//0/0/ETHERNET0//all/none,{added}"\n'
    assert answers[4] == f'none,"{added}"\n'
    assert answers[5].startswith("An invalid parameter value was entered")
    assert answers[7] == "none,none\n"


QUOTED = """,'"virtual_eth_adapters+=""5/1/7/9,10/0/0""\"'"""
ACTIVATION = (
    "chsysstate -r lpar -m s1 -n lp1 -o shutdown --immed",
    2,
    "chsysstate -r lpar -m s1 -n lp1 -o on -f default_profile",
)


def test_adapters_in_the_lists_of_a_profile_are_there_after_the_next_activation_with_it():
    eth = "lshwres -r virtualio --rsubtype eth -m s1 --level lpar --filter lpar_names=lp1 -F slot_num,port_vlan_id"
    disks = "lshwres -r virtualio --rsubtype scsi -m s1 -F lpar_name,slot_num,remote_lpar_name,remote_slot_num"
    answers = play(
        CHANGE + QUOTED,
        f"{PROFILE} name=default_profile,lpar_name=lp1,virtual_scsi_adapters-=4",
        f"{PROFILE} name=default_profile,lpar_name=lp1,virtual_scsi_adapters+=6/client/1/s1-vios1/40/0",
        eth,
        *ACTIVATION,
        eth,
        disks,
        "lshwres -r virtualio --rsubtype eth -m s1 --level lpar --filter lpar_names=lp1,slots=5 -F addl_vlan_ids",
    )
    assert answers[:4] == ["", "", "", "2,1\n"]
    assert answers[6] == "2,1\n5,7\n"
    assert answers[7] == "s1-vios2,32,lp1,4\nlp1,6,s1-vios1,40\n"
    assert answers[8] == '"9,10"\n'


def test_a_client_adapter_that_comes_back_with_its_profile_finds_its_server_adapter():
    disks = "lshwres -r virtualio --rsubtype scsi -m s1 -F lpar_name,slot_num,remote_lpar_name,remote_slot_num"
    before, _, after, *_, back = play(
        disks,
        "chhwres -r virtualio --rsubtype scsi -m s1 -p lp1 -o r -s 4",
        disks,
        *ACTIVATION,
        disks,
    )
    assert before == back == "s1-vios2,32,lp1,4\nlp1,4,s1-vios2,32\n"
    assert after == "s1-vios2,32,lp1,4\n"


def test_sharing_pools_and_slots_of_a_profile_count_after_the_next_activation_with_it():
    chosen = "sharing_mode=cap,uncap_weight=7,shared_proc_pool_id=3,max_virtual_slots=300,boot_mode=sms,auto_start=1"
    kept = "lshwres -r proc -m s1 --level lpar --filter lpar_names=lp1 -F curr_sharing_mode,curr_shared_proc_pool_name"
    answers = play(
        "chhwres -r procpool -m s1 -o s --poolid 3 -a max_pool_proc_units=4",
        f"{PROFILE} name=default_profile,lpar_name=lp1,{chosen}",
        "lssyscfg -r prof -m s1 --filter lpar_names=lp1 -F sharing_mode,uncap_weight,shared_proc_pool_id",
        kept,
        *ACTIVATION,
        20,
        kept,
        "lshwres -r virtualio --rsubtype slot -m s1 --level lpar --filter lpar_names=lp1 -F curr_max_virtual_slots",
        "lssyscfg -r lpar -m s1 --filter lpar_names=lp1 -F state,auto_start",
    )
    assert answers[1:4] == ["", "cap,0,3\n", "uncap,DefaultPool\n"]
    assert answers[6:] == ["cap,SharedPool03\n", "300\n", "Open Firmware,1\n"]


def test_huge_pages_of_a_profile_are_wanted_at_the_next_activation_with_it():
    shown = "lssyscfg -r prof -m s1 --filter lpar_names=lp1 -F desired_num_huge_pages,max_num_huge_pages"
    pages = f"{PROFILE} name=default_profile,lpar_name=lp1,desired_num_huge_pages="
    answers = play(f"{pages}2", shown, *ACTIVATION)
    assert answers[:2] == ["", "2,2\n"]
    assert answers[3] == "HSCLAF3A There are not enough huge pages available: Obtained: 0, Required: 2\n"


def test_resources_of_a_profile_count_from_the_next_activation_with_it():
    memory = "lshwres -r mem -m s1 --level lpar --filter lpar_names=lp1 -F curr_mem"
    answers = play(
        f"{PROFILE} name=default_profile,lpar_name=lp1,desired_mem=6144",
        memory,
        "chsysstate -r lpar -m s1 -n lp1 -o shutdown --immed",
        2,
        "chsysstate -r lpar -m s1 -n lp1 -o on -f default_profile",
        memory,
    )
    assert answers == ["", "8192\n", "", "", "6144\n"]


WRONG = [
    (f"{PROFILE} name=default_profile,lpar_name=lp1,desired_mem=1", "An invalid parameter value was entered"),
    (f"{PROFILE} name=default_profile,lpar_name=lp1,colour=red", "An invalid attribute was entered"),
    (f"{PROFILE} name=default_profile,lpar_name=lp1,lpar_proc_compat_mode=POWER10", "An invalid parameter value"),
    (f"{PROFILE} name=none,lpar_name=lp1,desired_mem=1024", "HSCLAF01 "),
    (f"{CHANGE},virtual_eth_adapters+=3/0/1//0/0", "HSCLAF33 "),
    (f"{CHANGE},virtual_eth_adapters+=5/0/1//0/0/ETHERNET9", "HSCLAF36 "),
    (f"{CHANGE},virtual_eth_adapters+=5/0/1//1/0", "An invalid parameter value was entered"),
    (f"{CHANGE},virtual_eth_adapters+=5/0/4095//0/0", "An invalid parameter value was entered"),
    (f"{CHANGE},virtual_eth_adapters+=5", "An invalid parameter value was entered"),
    (f"{CHANGE},virtual_scsi_adapters+=5/client/9//40/0", 'HSCL8011 The partition ID "9" was not found.'),
    (f"{CHANGE},virtual_scsi_adapters+=5/client/8//40/0", "An invalid parameter value was entered"),
    (f"{CHANGE},virtual_fc_adapters+=5/client/1//40/abc/0", "An invalid parameter value was entered"),
    (f"{CHANGE},io_slots+=21019999//0", "HSCLAF3D "),
    (f"{CHANGE},vnic_adapters+=slot_num=9", "chsyscfg -r prof -i vnic_adapters+=: not simulated"),
    (f"{CHANGE},virtual_serial_adapters-=0", "chsyscfg -r prof -i virtual_serial_adapters-=: not simulated"),
    (f"{CHANGE},lpar_io_pool_ids=3", "chsyscfg -r prof -i lpar_io_pool_ids=: not simulated"),
    (f"{CHANGE},shared_proc_pool_id=9", "HSCLAF3E "),
    (f"{CHANGE},shared_proc_pool_name=none", "HSCLAF3E "),
    (f"{CHANGE},sharing_mode=keep_idle_procs", "An invalid parameter value was entered"),
    (f"{CHANGE},uncap_weight=256", "An invalid parameter value was entered"),
    (f"{CHANGE},proc_mode=ded,uncap_weight=5", "An invalid attribute was entered"),
    (f"{CHANGE},boot_mode=dd", "chsyscfg -i boot_mode=dd: not simulated"),
    (f"{CHANGE},hpt_ratio=1:64", "chsyscfg -i hpt_ratio=1:64: not simulated"),
    (f"{PROFILE} name=default_profile,lpar_name", "The format of the configuration data is invalid."),
    ("chsyscfg -r lpar -m s1 -i name=lp1,auto_start=yes", "An invalid parameter value was entered"),
    ("chsyscfg -r lpar -m s1 -i name=lp1,msp=1", "An invalid attribute was entered"),
    ("chsyscfg -r lpar -m s1 -i 'name=lp1,description=Grüße'", "HSCLC63B "),
    ("chsyscfg -r lpar -m s1 -i name=lp1,new_name=off", "HSCLAF63 "),
    ("chsyscfg -r lpar -m s1 -i name=lp9,auto_start=1", "HSCL8012 "),
    ("chsyscfg -r sys -m s1 -i power_off_policy=1", "chsyscfg -r sys -i power_off_policy: not simulated"),
    ("chsyscfg -r lpar -m s1 -f nothing.txt", "HSCLAF62 "),
    ("mksyscfg -r lpar -m s1 -i name=new,lpar_env=aixlinux", "HSCL0622 "),
    (f"{NEW},lpar_id=7", "HSCLAF63 "),
    (f"{NEW},lpar_id=²", "An invalid parameter value was entered"),
    ("chsyscfg -r lpar -m s1 -i lpar_id=²,auto_start=1", 'HSCL8011 The partition ID "²" was not found.'),
    (f"lsrefcode -r lpar -m s1 -n {'9' * 5000}", "The command entered is either missing a required parameter"),
    (f"{PROFILE} name=default_profile,lpar_name=lp1,desired_mem={'9' * 5000}", "An invalid parameter value"),
    (f"{NEW},mem_mode=shared", "mksyscfg -i mem_mode=shared: not simulated"),
    (f"{NEW},virtual_eth_adapters=2/0/1//0/0", "mksyscfg -i virtual_eth_adapters: not simulated"),
    ("chsyscfg -r lpar -m s1 -i name=lp1,suspend_capable=1", "chsyscfg -r lpar -i suspend_capable: not simulated"),
    ("chsyscfg -r lpar -m s1 -i name=lp1,min_affinity_score=50", "An invalid attribute was entered"),
    ("rmsyscfg -r lpar -m s1 -n lp1", "HSCL05DF "),
    ("rmsyscfg -r prof -m s1 -n default_profile -p lp1", "HSCLAF67 "),
    ("mksyscfg -r prof -m s1 -o save -p lp1 -n default_profile", "HSCLAF64 "),
]


@pytest.mark.parametrize(("command", "beginning"), WRONG, ids=[command[:80] for command, _ in WRONG])
def test_what_cannot_be_is_refused(command, beginning):
    text, status = asyncio.run(SmallLab().type(command))
    assert status == 1
    assert text.startswith(beginning)


def test_a_key_store_in_use_stays():
    change = "chsyscfg -r lpar -m s1 -i name=lp1,keystore_kbytes="
    assert play(f"{change}8", f"{change}0")[1].startswith("HSCL0DC8 ")


def test_secure_boot_counts_from_the_next_activation():
    shown = "lssyscfg -r lpar -m s1 --filter lpar_names=lp1 -F curr_secure_boot,pend_secure_boot"
    _, before, *_, after = play("chsyscfg -r lpar -m s1 -i name=lp1,secure_boot=2", shown, *ACTIVATION, shown)
    assert (before, after) == ("0,2\n", "2,2\n")


def test_names_and_settings_of_a_partition_change():
    answers = play(
        "chsyscfg -r lpar -m s1 -i 'name=lp1,new_name=lpx,description=hello there,auto_start=1'",
        "lssyscfg -r lpar -m s1 --filter lpar_names=lpx -F name,description,auto_start",
        "lssyscfg -r lpar -m s1 --filter lpar_names=lp1",
        "chsyscfg -r sys -m s1 -i new_name=sx",
        "lssyscfg -r lpar -m sx --filter lpar_names=lpx -F lpar_id",
    )
    assert answers[1] == "lpx,hello there,1\n"
    assert answers[2].startswith("HSCL8012 ")
    assert answers[4] == "7\n"


def test_the_current_configuration_becomes_a_profile():
    save = "mksyscfg -r prof -m s1 -o save -p lp1 -n saved"
    show = "lssyscfg -r prof -m s1 --filter lpar_names=lp1,profile_names=saved -F name,desired_mem"
    answers = play(save, show, save, f"{save} --force", "rmsyscfg -r prof -m s1 -n saved -p lp1", show)
    assert answers[1] == "saved,8192\n"
    assert answers[2].startswith("HSCLAF64 ")
    assert answers[3:] == ["", "", "No results were found.\n"]


def test_a_new_partition_has_nothing_to_boot_and_can_be_removed():
    show = "lssyscfg -r lpar -m s1 --filter lpar_names=new -F lpar_id,state,resource_config"
    answers = play(
        NEW,
        show,
        "chsysstate -r lpar -m s1 -n new -o on",
        "chsysstate -r lpar -m s1 -n new -o on -f p",
        20,
        show,
        "chsysstate -r lpar -m s1 -n new -o shutdown --immed",
        2,
        "rmsyscfg -r lpar -m s1 -n new",
        show,
    )
    assert answers[1] == "3,Not Activated,0\n"
    assert answers[2].startswith("HSCL3680 ")
    assert answers[4] == "3,Open Firmware,1\n"
    assert answers[7].startswith("HSCL8012 ")


def test_a_file_holds_records():
    async def scenario() -> None:
        lab = SmallLab()
        console = lab.world.consoles["near"]
        console.files.write("/home/hscroot/changes", b"# two changes\nname=lp1,auto_start=1\nlpar_id=8,auto_start=1\n")
        assert await lab.type("chsyscfg -r lpar -m s1 -f changes") == ("", 0)
        shown = "lssyscfg -r lpar -m s1 --filter lpar_ids=7 -F auto_start"
        assert await lab.type(shown) == ("1\n", 0)

    asyncio.run(scenario())
