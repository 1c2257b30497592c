*** Settings ***
Documentation     Keywords for tests that take long, each where it has to fail and where it has to pass.

Resource          ../../../resources/mobility.resource
Library           ../../../libraries/SimulatedLab.py

Suite Setup       Open The Lab
Suite Teardown    Leave The Lab As It Was    loop
Test Timeout      2 minutes

Test Tags         keywords


*** Variables ***
${READY}             ${EMPTY}
${HIDDEN: Secret}    %{CANARY_COMMAND=exit 9}


*** Test Cases ***
A Workload Is Waited For
    [Documentation]    One with a fixed amount of work ends by itself.
    Start Workload    lp51    sleep 1.3; echo done    limit=1 min
    Wait For Workload    lp51    limit=20 s
    ${record} =    Stop Workload    lp51
    Should Be Equal    ${record.ending.value}    by_itself
    ${same} =    Workload Should Have Succeeded    lp51
    Should Be Equal    ${same}    ${record}
    ${nothing} =    Stop Workload    lp51
    Should Be Equal    ${nothing}    ${None}

A Workload That Nobody Moves Proves Nothing
    [Documentation]    The number of migrations is checked, and a second workload is refused.
    [Tags]    must-fail
    Start Workload    lp51    stress-ng --cpu 1 --timeout 1h
    Run Keyword And Expect Error    lp51: the workload 'stress-ng*was not stopped.*    Start Workload    lp51
    Workload Should Have Succeeded    lp51    moves=1

A Secret Command Is Not Shown
    [Documentation]    Neither in the log nor in a message.
    Run Keyword And Expect Error    lp51: the workload ended by itself with exit status 9*
    ...    Start Workload    lp51    ${HIDDEN}

A Load Dies In The Middle Of A Loop
    [Documentation]    The iteration fails with the load's exit status, and the loop stops.
    [Tags]    must-fail
    Start Workload    lp51    stress-ng --vm 1 --vm-bytes 64M --timeout 1h
    ${rule} =    Inject Fault
    ...    stress-ng-dies
    ...    endpoint=lp51
    ...    phase=resume
    ...    status=5
    ...    times=1
    ...    ready_file=${READY}
    TRY
        Repeat Round Trips    loop    iterations=2
    FINALLY
        Fault Should Have Fired    ${rule}    ready_file=${READY}
        Bring Partition Home    loop
        Stop Workload    lp51
    END

A Loop Goes On After A Failure
    [Documentation]    The partition is brought home, and the next iteration is done.
    [Tags]    must-fail
    Inject Fault    migration-breaks    partition=lp51    phase=clean-up    times=1    ready_file=${READY}
    Repeat Round Trips    loop    iterations=2    on_failure=continue

A Leak Is Found
    [Documentation]    All iterations pass, and yet the loop fails.
    [Tags]    must-fail
    Inject Fault    adapter-left    partition=lp51    times=1    ready_file=${READY}
    Repeat Round Trips    loop    duration=1 ms
