*** Settings ***
Documentation     A running partition moves with a vNIC that is mapped, and back. Its network is watched.

Resource          ../resources/mobility.resource

Suite Setup       Open The Lab    ${MOVE}
Suite Teardown    Leave The Lab As It Was    ${MOVE}
Test Timeout      ${TEST LIMIT}

Test Tags         vnic    active


*** Variables ***
${MOVE}    vnic


*** Test Cases ***
Everything That The Move Needs Is There
    [Documentation]    Adapters, ports, capacity and Virtual I/O Servers for the backing devices, beside the usual.
    [Tags]    smoke
    ${plan} =    Get Move    ${MOVE}
    ${outcome} =    Check Prerequisites    ${MOVE}
    Should Not Be Empty    ${outcome.mappings}[vnic_mappings]
    Backing Devices Should Be Operational    ${plan.partition}

Console Agrees To The Mapping
    [Documentation]    A validation with the mapping succeeds and changes nothing.
    [Tags]    smoke
    Validate Migration    ${MOVE}
    Partition Should Be At Home    ${MOVE}

Partition Moves With Its Vnic
    [Documentation]    The backing devices are made where the lab file says, and the peer is back in time.
    ${plan} =    Get Move    ${MOVE}
    Set Up Network    ${MOVE}
    Record Partition Identity    ${MOVE}
    ${outcome} =    Migrate Partition    ${MOVE}
    Network Should Have Been Reachable    ${outcome}
    Partition Should Have Arrived    ${MOVE}
    Partition Identity Should Be Unchanged    ${MOVE}
    Backing Devices Should Be Operational    ${plan.partition}
    Peer Should Answer    ${MOVE}

Partition Comes Back With Its Vnic
    [Documentation]    The same on the way back, with the sides of the mapping exchanged.
    ${plan} =    Get Move    ${MOVE}
    ${outcome} =    Migrate Partition Back    ${MOVE}
    Network Should Have Been Reachable    ${outcome}
    Partition Should Be At Home    ${MOVE}
    Partition Identity Should Be Unchanged    ${MOVE}
    Backing Devices Should Be Operational    ${plan.partition}
    Peer Should Answer    ${MOVE}
