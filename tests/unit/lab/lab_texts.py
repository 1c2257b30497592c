"""A small valid lab in both formats, and the variables that its passwords come from."""

VALID = """\
name: night lab
consoles:
  hmc1: {host: 192.0.2.10, password: {env: HMC1_PASSWORD}, routes: {hmc2: 198.51.100.11}}
  hmc2:
    host: 192.0.2.11
    port: 2222
    user: lpmtest
    password: {env: HMC2_PASSWORD}
    routes: {hmc1: {address: 198.51.100.10, user: mover}}
servers:
  p9a:
    console: hmc1
    system: Server-9009-22A-SN78A1B20
    virtual_io_servers: {vios1: {host: 192.0.2.21, password: {env: VIOS_PASSWORD}}}
  p10a: {console: hmc1}
  p10b:
    console: hmc2
    virtual_io_servers: {vios1: {partition: v1}, p10b-vios2: }
partitions:
  lp1: {host: 192.0.2.101, agent: true, partition: lp1-prod, profile: small}
peers:
  watcher: {host: 192.0.2.200, agent: true}
moves:
  local: {partition: lp1, from: p9a, to: p10a}
  crosshmc: {partition: lp1, from: p9a, to: p10b, kind: inactive, options: --mpio 2, profile: big}
limits: {migration: 1 h 30 min, poll: 500 ms, settle: 0}
"""

OPTEST = """\
[op-test]
bmc_type=FSP_PHYP
host_ip=192.0.2.101
host_password=partition-word
hmc_ip=192.0.2.10
hmc_username=hscroot
hmc_password=console-word
system_name=blue
target_system_name=green
lpar_name=web1
machine_state=OS
"""

ENVIRONMENT = {"HMC1_PASSWORD": "first-word", "HMC2_PASSWORD": "second-word", "VIOS_PASSWORD": "third-word"}
