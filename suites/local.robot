*** Settings ***
Documentation     A running partition moves to another server of the same management console, and back.

Resource          ../resources/mobility.resource

Suite Setup       Open The Lab    ${MOVE}
Suite Teardown    Leave The Lab As It Was    ${MOVE}
Test Timeout      ${TEST LIMIT}

Test Tags         local    active


*** Variables ***
${MOVE}    local


*** Test Cases ***
Everything That The Move Needs Is There
    [Documentation]    The console, both servers, the mover service, RMC and the partition itself are ready.
    [Tags]    smoke
    Check Prerequisites    ${MOVE}

Console Agrees To The Move
    [Documentation]    A validation succeeds and changes nothing.
    [Tags]    smoke
    Validate Migration    ${MOVE}
    Partition Should Be At Home    ${MOVE}

Partition Moves There
    [Documentation]    It goes on running on the target, without a restart, as who it was; logs are kept.
    Remember The Partition    ${MOVE}
    Migrate Partition    ${MOVE}    stage_logs=yes
    Partition Should Have Arrived    ${MOVE}
    Partition Should Be As Remembered    ${MOVE}

Partition Comes Back
    [Documentation]    It returns to the server that it started from, without a restart, as who it was.
    Remember The Partition    ${MOVE}
    Migrate Partition Back    ${MOVE}    stage_logs=yes
    Partition Should Be At Home    ${MOVE}
    Partition Should Be As Remembered    ${MOVE}
