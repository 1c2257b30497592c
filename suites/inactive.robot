*** Settings ***
Documentation     A powered off partition moves to another server, is activated there, and comes back.

Resource          ../resources/mobility.resource

Suite Setup       Open The Lab With The Partition Powered Off    ${MOVE}
Suite Teardown    Leave The Lab As It Was    ${MOVE}
Test Timeout      ${TEST LIMIT}

Test Tags         inactive


*** Variables ***
${MOVE}    inactive


*** Test Cases ***
Everything That The Move Needs Is There
    [Documentation]    Consoles and servers are ready to move a partition that is powered off.
    [Tags]    smoke
    Check Prerequisites    ${MOVE}

Console Agrees To The Move
    [Documentation]    A validation succeeds and changes nothing.
    [Tags]    smoke
    Validate Migration    ${MOVE}
    Partition Should Be Powered Off At Home    ${MOVE}

Partition Moves There Powered Off
    [Documentation]    The target's console knows it as it was: memory, processors, slots, WWPNs, addresses, profile.
    Record Partition Identity    ${MOVE}
    Migrate Partition    ${MOVE}    stage_logs=yes
    Partition Should Have Arrived Powered Off    ${MOVE}
    Partition Identity Should Be Unchanged    ${MOVE}

Partition Starts On The Target
    [Documentation]    It is activated with its profile, its system comes up, and says that this is the target.
    Start The Partition    ${MOVE}
    Partition Should Have Arrived    ${MOVE}
    Partition Should Know Its Server    ${MOVE}

Partition Comes Back Powered Off
    [Documentation]    It is shut down and returns, and its console knows it as it was.
    Power Off The Partition    ${MOVE}
    Record Partition Identity    ${MOVE}
    Migrate Partition Back    ${MOVE}    stage_logs=yes
    Partition Should Be Powered Off At Home    ${MOVE}
    Partition Identity Should Be Unchanged    ${MOVE}
