*** Settings ***
Documentation     Running partitions move with a migratable SR-IOV port; its backup carries the traffic meanwhile.
...
...               For a lab with one of them: -v VETH_MOVE:NAME -v VNIC_MOVE:NAME --include veth (or vnic-backup).

Resource          ../resources/mobility.resource

Suite Setup       Open The Lab    ${VETH_MOVE}    ${VNIC_MOVE}
Suite Teardown    Leave The Lab As It Was After Moves    ${VETH_MOVE}    ${VNIC_MOVE}
Test Timeout      ${TEST LIMIT}

Test Tags         hnv    active


*** Variables ***
# the backup of the port is a virtual Ethernet adapter
${VETH_MOVE}    hnv
# the backup of the port is a vNIC
${VNIC_MOVE}    hnv-vnic


*** Test Cases ***
Port With A Virtual Ethernet Backup Is Ready To Move
    [Documentation]    The bond has a backup that works, and the console agrees.
    [Tags]    smoke    veth
    Validate Migration    ${VETH_MOVE}

Port With A Virtual Ethernet Backup Moves
    [Documentation]    The port is taken away, the backup carries the traffic, the port is there again on the target.
    [Tags]    veth
    Move With Its Backup Carrying The Traffic    ${VETH_MOVE}    there
    Partition Should Have Arrived    ${VETH_MOVE}

Port With A Virtual Ethernet Backup Comes Back
    [Documentation]    The same on the way back.
    [Tags]    veth
    Move With Its Backup Carrying The Traffic    ${VETH_MOVE}    back
    Partition Should Be At Home    ${VETH_MOVE}

Port With A Vnic Backup Is Ready To Move
    [Documentation]    The bond has a backup that works, and the console agrees.
    [Tags]    smoke    vnic-backup
    Validate Migration    ${VNIC_MOVE}

Port With A Vnic Backup Moves
    [Documentation]    The backup carries the traffic, although it is reset itself when the partition arrives.
    [Tags]    vnic-backup
    Move With Its Backup Carrying The Traffic    ${VNIC_MOVE}    there
    Partition Should Have Arrived    ${VNIC_MOVE}

Port With A Vnic Backup Comes Back
    [Documentation]    The same on the way back.
    [Tags]    vnic-backup
    Move With Its Backup Carrying The Traffic    ${VNIC_MOVE}    back
    Partition Should Be At Home    ${VNIC_MOVE}
