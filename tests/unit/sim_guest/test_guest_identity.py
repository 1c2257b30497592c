"""Who the partition is, before and after a move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from guest_doubles import SOURCE, TARGET, Hands, Result, make_guest, move, runner

from powervm_sim.guest.linux import LinuxGuest

Run = Callable[..., Result]

LPARCFG = """\
lparcfg 1.9
serial_number=IBM,0278A1B20
system_type=IBM,9009-22A
partition_id=7
partition_name=lp7
BoundThrds=1
CapInc=1
DisWheRotPer=5120000
MinEntCap=10
MinEntCapPerVP=5
MinMem=4096
MinProcs=1
partition_max_entitled_capacity=1600
system_potential_processors=40
DesEntCap=400
DesMem=61440
DesProcs=8
DesVarCapWt=128
DedDonMode=0
partition_entitled_capacity=400
group=32775
system_active_processors=40
pool=0
pool_capacity=4000
pool_idle_time=0
pool_num_procs=0
boot_pool_idle_time=0
unallocated_capacity_weight=0
capacity_weight=128
capped=0
unallocated_capacity=0
physical_procs_allocated_to_virtualization=40
max_proc_capacity_available=4000
entitled_proc_capacity_available=3600
entitled_memory=64424509440
entitled_memory_group_number=32775
entitled_memory_pool_number=65535
"""

LPARSTAT = """\
Node Name                                    : lp7.example.com
Partition Name                               : lp7
Partition Number                             : 7
Type                                         : Shared
Mode                                         : Uncapped
Entitled Capacity                            : 4.00
Partition Group-ID                           : 32775
Shared Pool ID                               : 0
Online Virtual CPUs                          : 8
Maximum Virtual CPUs                         : 16
Minimum Virtual CPUs                         : 1
Online Memory                                : 62781440 kB
Minimum Memory                               : 4096
Desired Memory                               : 61440
Maximum Memory                               : 137438953472
Minimum Capacity                             : 0.10
Maximum Capacity                             : 16.00
Capacity Increment                           : 0.01
Active Physical CPUs in system               : 40
Active CPUs in Pool                          : 40
Shared Physical CPUS in system               : 40
Maximum Capacity of Pool                     : 40.00
"""


def test_lparcfg_has_the_kernels_keys_in_its_order(run: Run) -> None:
    text = run("cat /proc/powerpc/lparcfg").out
    assert text.startswith(LPARCFG)
    assert "backing_memory=64424509440 bytes\n" in text
    assert "shared_processor_mode=1\n" in text
    assert run("cat /proc/ppc64/lparcfg").out.splitlines()[:40] == text.splitlines()[:40]


def test_lparstat_lines(run: Run) -> None:
    text = run("lparstat -i").out
    assert text.startswith(LPARSTAT)
    assert text.splitlines()[-1] == "Desired Variable Capacity Weight             : 128"


def test_a_dedicated_partition_has_no_pool(hands: Hands) -> None:
    guest = make_guest(hands)
    guest.stop()
    guest.boot(replace(SOURCE, units=None, minimum_units=None, maximum_units=None))
    run = runner(guest)
    text = run("lparstat -i").out
    assert "Type                                         : Dedicated\n" in text
    assert "Mode                                         : Capped\n" in text
    assert "Pool ID                               :" not in text.replace("Memory Pool ID", "")
    assert "pool" not in run("grep -v memory_pool /proc/powerpc/lparcfg").out


def test_device_tree_texts_end_with_nul(run: Run) -> None:
    assert run("cat /proc/device-tree/system-id").out == "IBM,0278A1B20\0"
    assert run(r"cat /proc/device-tree/model | tr -d '\0'").out == "IBM,9009-22A"
    assert run("cat /proc/device-tree/ibm,partition-no").out == "\0\0\0\x07"
    assert run("test -e /proc/device-tree/ibm,lpar-capable").status == 0
    assert run("cat /proc/device-tree/openprom/ibm,fw-vernum_encoded").out == "FW950.30 (VL950_092)\0"


def test_a_move_changes_the_server_and_not_the_system(guest: LinuxGuest, hands: Hands, run: Run) -> None:
    boot_id = run("cat /proc/sys/kernel/random/boot_id").out
    cpu = run("grep -m1 ^cpu /proc/cpuinfo").out
    platform = run("LD_SHOW_AUXV=1 /bin/true").out
    hands.passed = 100
    move(guest, hands)
    assert run("cat /proc/sys/kernel/random/boot_id").out == boot_id
    assert run("cut -d. -f1 /proc/uptime").out == "186\n"
    assert run("cat /proc/device-tree/system-id /proc/device-tree/model").out == "IBM,0278C3D40\0IBM,9080-HEX\0"
    assert run("cat /proc/device-tree/ibm,partition-no").out == "\0\0\0\x13"
    assert run("grep -E '^(serial_number|system_type|partition_id|group)=' /proc/powerpc/lparcfg").out == (
        "serial_number=IBM,0278C3D40\nsystem_type=IBM,9080-HEX\npartition_id=19\ngroup=32787\n"
    )
    assert run("grep -E '^(model|machine)' /proc/cpuinfo").out == (
        "model\t\t: IBM,9080-HEX\nmachine\t\t: CHRP IBM,9080-HEX\n"
    )
    assert run("grep -m1 ^cpu /proc/cpuinfo").out == cpu == "cpu\t\t: POWER9 (architected), altivec supported\n"
    assert run("LD_SHOW_AUXV=1 /bin/true").out == platform
    assert "AT_PLATFORM:          power9\n" in platform


def test_a_restart_changes_the_system(guest: LinuxGuest, hands: Hands, run: Run) -> None:
    before = run("cat /proc/sys/kernel/random/boot_id; echo kept > /var/tmp/kept").out
    hands.passed = 50
    guest.stop()
    assert not guest.running
    guest.boot(TARGET)
    assert run("cat /proc/sys/kernel/random/boot_id").out != before
    assert run("cut -d' ' -f1 /proc/uptime").out == "0.00\n"
    assert run("cat /var/tmp/kept").out == "kept\n"
    assert run("dmesg | head -n 2 | tail -n 1").out == (
        "[    0.000000] Hardware name: IBM,9080-HEX POWER9 (architected) 0x800200 0xf000005 "
        "of:IBM,FW1030.20 (NH1030_058) hv:phyp pSeries\n"
    )


def test_the_seed_makes_ids_reproducible(hands: Hands) -> None:
    assert make_guest(hands).boot_id == make_guest(hands).boot_id
    assert make_guest(hands).boot_id != make_guest(hands, host_name="other").boot_id


def test_distributions(hands: Hands, run: Run) -> None:
    assert run("head -n 1 /etc/os-release; uname -r; uname -m; cat /etc/redhat-release").out == (
        'NAME="Red Hat Enterprise Linux"\n5.14.0-503.11.1.el9_5.ppc64le\nppc64le\n'
        "Red Hat Enterprise Linux release 9.5 (Plow)\n"
    )
    sles = runner(make_guest(hands, distribution="sles15"))
    assert sles(". /etc/os-release; echo $ID $VERSION_ID; uname -r").out == "sles 15.5\n5.14.21-150500.55.83-default\n"
    assert sles("ls /var/log/messages").status == 2
    assert sles("ls /sys/class/net").out == "eth0\nlo\n"


def test_an_unknown_distribution_names_the_nearest(hands: Hands) -> None:
    with pytest.raises(ValueError, match="'rhel7' is not known; try 'rhel"):
        make_guest(hands, distribution="rhel7")


def test_processor_tools(run: Run) -> None:
    assert run("ppc64_cpu --smt") == Result(0, "SMT=8\n", "")
    assert run("ppc64_cpu --smt=9") == Result(255, "", "SMT=9 is not valid\n")
    assert run("nproc").out == "64\n"
    lines = [line.strip() for line in run("lscpu").out.splitlines()]
    assert "Model name:          POWER9 (architected), altivec supported" in lines
    assert "Hypervisor vendor:   pHyp" in lines


def test_network(run: Run) -> None:
    assert run("hostname; hostname -s; hostname -I").out == "lp7.example.com\nlp7\n10.0.0.77 \n"
    assert "    inet 10.0.0.77/24 brd 10.0.0.255 scope global env2\n" in run("ip addr show env2").out
    assert '"ifname":"env2","flags":["BROADCAST","MULTICAST","UP","LOWER_UP"],"mtu":1500' in run("ip -j addr").out
    assert run("ip route").out.splitlines()[0] == "default via 10.0.0.1 dev env2 proto static "
    assert run("ip addr show env9") == Result(1, "", 'Device "env9" does not exist.\n')


def test_what_is_not_there_is_refused(run: Run) -> None:
    missing = run("no-such-thing")
    assert missing.status == 127
    assert missing.err.endswith("no-such-thing: command not found\n")
    assert run("nmcli") == Result(1, "", "nmcli: not simulated\n")
    assert run("uname -Z").status == 1
