*** Settings ***
Documentation     A running partition moves to a server of another management console, and back.

Resource          ../resources/mobility.resource

Suite Setup       Open The Lab    ${MOVE}
Suite Teardown    Leave The Lab As It Was    ${MOVE}
Test Timeout      ${TEST LIMIT}

Test Tags         crosshmc    active


*** Variables ***
${MOVE}    crosshmc


*** Test Cases ***
Consoles Trust Each Other
    [Documentation]    Keys are exchanged in both directions where they are missing.
    [Tags]    smoke
    Exchange Console Keys    ${MOVE}
    Consoles Should Trust Each Other    ${MOVE}

Everything That The Move Needs Is There
    [Documentation]    Both consoles, both servers, the mover service, RMC and the partition itself are ready.
    [Tags]    smoke
    Check Prerequisites    ${MOVE}

Consoles Agree To The Move
    [Documentation]    A validation succeeds and changes nothing.
    [Tags]    smoke
    Validate Migration    ${MOVE}
    Partition Should Be At Home    ${MOVE}

Partition Moves To The Other Console
    [Documentation]    It goes on running on the target as who it was, and the other console has it; logs are kept.
    Remember The Partition    ${MOVE}
    Migrate Partition    ${MOVE}    stage_logs=yes
    Partition Should Have Arrived    ${MOVE}
    Partition Should Be As Remembered    ${MOVE}

Partition Comes Back
    [Documentation]    It returns to the console and the server that it started from, as who it was.
    Remember The Partition    ${MOVE}
    Migrate Partition Back    ${MOVE}    stage_logs=yes
    Partition Should Be At Home    ${MOVE}
    Partition Should Be As Remembered    ${MOVE}
