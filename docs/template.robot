*** Settings ***
Documentation     My scenario: say in one sentence what it shows.

Resource          ../resources/mobility.resource

Suite Setup       Open The Lab    ${MOVE}
Suite Teardown    Leave The Lab As It Was    ${MOVE}
Test Timeout      ${TEST LIMIT}

Test Tags         mine


*** Variables ***
# A move of the lab file: which partition goes from which server to which server
${MOVE}    local


*** Test Cases ***
Everything That The Move Needs Is There
    [Documentation]    Find out in seconds, and not after an hour.
    Check Prerequisites    ${MOVE}

Partition Moves There And Back
    [Documentation]    Say what happens here.
    Migrate Partition    ${MOVE}
    Partition Should Have Arrived    ${MOVE}
    Migrate Partition Back    ${MOVE}
    Partition Should Be At Home    ${MOVE}
