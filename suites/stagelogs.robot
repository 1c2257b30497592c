*** Settings ***
Documentation     The evidence of a move is kept at every stage, and the kernel log is judged.

Resource          ../resources/mobility.resource

Suite Setup       Open The Lab    ${MOVE}
Suite Teardown    Leave The Lab As It Was    ${MOVE}
Test Timeout      ${TEST LIMIT}

Test Tags         logs    active


*** Variables ***
${MOVE}    local


*** Test Cases ***
Everything That Tells Of The Partition Is Collected
    [Documentation]    Logs of the partition, the console and every Virtual I/O Server, with a manifest.
    [Tags]    smoke
    ${manifest} =    Collect Stage Logs    before    move=${MOVE}
    Stage Logs Should Be Complete    ${manifest}

Partition Moves With Its Evidence Kept
    [Documentation]    Logs are collected before and after, and the kernel had nothing to complain about meanwhile.
    ${plan} =    Get Move    ${MOVE}
    Mark Kernel Log    ${plan.partition}
    Migrate Partition    ${MOVE}    stage_logs=yes
    Kernel Log Should Be Clean    ${plan.partition}

Partition Comes Back With Its Evidence Kept
    [Documentation]    The same on the way back; only lines of this way are judged.
    ${plan} =    Get Move    ${MOVE}
    Migrate Partition Back    ${MOVE}    stage_logs=yes
    Kernel Log Should Be Clean    ${plan.partition}
