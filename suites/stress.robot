*** Settings ***
Documentation     A partition moves there and back while a workload runs in it, and the workload suffers no harm.

Resource          ../resources/mobility.resource

Suite Setup       Open The Lab    ${MOVE}
Suite Teardown    Leave The Lab As It Was    ${MOVE}
Test Timeout      ${TEST LIMIT}

Test Tags         stress    active


*** Variables ***
${MOVE}        stress
# The lab file says what runs (workload); an own command line: -v "WORKLOAD:stress-ng --cpu 8 --timeout 30m"
${WORKLOAD}    ${None}


*** Test Cases ***
Everything That The Workload Needs Is There
    [Documentation]    The move's prerequisites, and the workload's program in the partition.
    [Tags]    smoke
    ${plan} =    Get Move    ${MOVE}
    Check Prerequisites    ${MOVE}
    Check Workload    ${plan.partition}    ${WORKLOAD}

Partition Works While It Moves There
    [Documentation]    The workload is started, and still runs when the partition has arrived.
    ${plan} =    Get Move    ${MOVE}
    Start Workload    ${plan.partition}    ${WORKLOAD}
    Partition Should Work While It Moves    ${MOVE}
    Partition Should Have Arrived    ${MOVE}

Partition Works While It Comes Back
    [Documentation]    The same workload still runs when the partition is at home again.
    Partition Should Work While It Moves    ${MOVE}    way=back
    Partition Should Be At Home    ${MOVE}

Workload Suffered No Harm
    [Documentation]    It ended with success, told of no failure, and ran across both moves.
    Workload Should Have Run Across    ${MOVE}    moves=2
