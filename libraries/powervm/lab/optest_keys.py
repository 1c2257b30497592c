"""The keys of op-test configuration files, as data: what is used here, and what is ignored and why.

Source: the options and configuration attributes of github.com/open-power/op-test that its Live Partition Mobility,
console, Virtual I/O Server and partition code reads.
"""

from __future__ import annotations

USED = {
    "hmc_ip": "address of the source's console",
    "hmc_username": "user there, by default hscroot",
    "hmc_password": "password there",
    "target_hmc_ip": "address of the target's console; its presence makes it a move between two consoles",
    "target_hmc_username": "user there, by default hscroot",
    "target_hmc_password": "password there",
    "system_name": "managed system where the partition is",
    "target_system_name": "managed system that it moves to",
    "lpar_name": "partition that moves",
    "lpar_prof": "profile that it is activated with after an inactive move",
    "host_ip": "address of the partition",
    "host_user": "user there, by default root",
    "host_password": "password there",
    "lpar_vios": "list: Virtual I/O Servers of the source; the first is the one at vios_ip",
    "vios_ip": "address of the first of them",
    "vios_username": "user there, by default padmin",
    "vios_password": "password there",
    "remote_lpar_vios": "list: Virtual I/O Servers of the target; the first is the one at remote_vios_ip",
    "remote_vios_ip": "address of the first of them",
    "remote_vios_username": "user there, by default padmin",
    "remote_vios_password": "password there",
    "options": "more options for migrlpar",
    "inactive_lpm": "true for a move of the powered off partition; False, 0 and no mean false here",
    "lpm_timeout": "limit of one migration in seconds; nothing sleeps that long here",
    "iterations": "how many times there and back",
    "stressng_command": "load in the partition while it moves",
    "slot_num": "virtual slot of the vNIC, 3 to 2999; its presence asks for a vNIC mapping",
    "bandwidth": "capacity of each backing device in percent",
    "adapters": "list: SR-IOV adapters of the source",
    "target_adapters": "list: SR-IOV adapters of the target",
    "ports": "list: a physical port for each adapter of the source",
    "target_ports": "list: a physical port for each adapter of the target",
    "interface": "network interface of the vNIC in the partition",
    "interface_ip": "its address",
    "netmask": "its mask or prefix length",
    "peer_ip": "address that must answer a ping through it",
    "os_file_logs": "list: more files of the partition to collect",
    "os_cmd_logs": "list: more commands in the partition",
    "vios_logs": "list: more commands on the Virtual I/O Servers after a failure",
    "hmc_logs": "list: more commands on the consoles after a failure",
    "check_ssh_keys": "true for strict host key checking; otherwise new keys are accepted and kept",
    "known_hosts_file": "where host keys are kept",
    "bmc_type": "checked: FSP_PHYP or EBMC_PHYP",
    "machine_state": "checked only: the state is always asked from the console",
}
"""Key: what it means here."""

_SERVICE_PROCESSOR = "the service processor is not used"
_INSTALL = "helps op-test to install and to read its own console"
_HOST_COMMAND = "belongs to op-test's RunHostTest"
_RESULTS = "Robot Framework's --outputdir says where results go"
_OTHER_SUITE = "belongs to another op-test suite"

IGNORED = {
    **dict.fromkeys(("bmc_ip", "bmc_username", "bmc_password"), _SERVICE_PROCESSOR),
    **dict.fromkeys(
        ("host_prompt", "host_name", "host_gateway", "host_submask", "host_mac", "host_dns", "proxy"), _INSTALL
    ),
    **dict.fromkeys(("host_cmd", "host_cmd_file", "host_cmd_resultpath", "host_cmd_timeout"), _HOST_COMMAND),
    **dict.fromkeys(("output", "logdir", "suffix"), _RESULTS),
    "machine_config": "configures servers for other op-test suites",
    "target_lpar_name": "op-test's dynamic partitioning tests use it, migrations do not",
    **dict.fromkeys(("dump_server_ip", "dump_server_pw", "num_of_dlpar", "pci_device", "sriov"), _OTHER_SUITE),
}
"""Key: why it has no effect here."""

LISTS = frozenset(key for key, meaning in USED.items() if meaning.startswith("list:"))

REQUIRED = ("hmc_ip", "hmc_password", "host_ip", "host_password", "system_name", "target_system_name", "lpar_name")
REQUIRED_FOR_TWO_CONSOLES = ("target_hmc_password",)
VNIC = (
    "bandwidth",
    "adapters",
    "target_adapters",
    "ports",
    "target_ports",
    "interface",
    "interface_ip",
    "netmask",
    "peer_ip",
)
"""What a vNIC mapping needs beside slot_num."""

SERVER_TYPES = ("FSP_PHYP", "EBMC_PHYP")
MACHINE_STATES = ("UNKNOWN", "UNKNOWN_BAD", "OFF", "PETITBOOT", "PETITBOOT_SHELL", "OS")
TRUE, FALSE = frozenset({"true", "1", "yes", "on"}), frozenset({"false", "0", "no", "off", "none"})
