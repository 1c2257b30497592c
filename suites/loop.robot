*** Settings ***
Documentation     A partition moves there and back, many times or for many hours, and nothing grows or leaks.

Resource          ../resources/mobility.resource

Suite Setup       Open The Lab    ${MOVE}
Suite Teardown    Leave The Lab As It Was    ${MOVE}
Test Timeout      ${LOOP LIMIT}

Test Tags         loop    active


*** Variables ***
${MOVE}          loop
# How many times, or for how long: the lab file says it (iterations, duration), or -v ITERATIONS:100, -v "DURATION:8 h"
${ITERATIONS}    ${None}
${DURATION}      ${None}
# stop or continue after a round trip that failed
${ON FAILURE}    stop
# yes goes on with a loop whose run has died: the same output directory again, and -v RESUME:yes
${RESUME}        %{MOBILITY_RESUME=no}


*** Test Cases ***
Partition Moves There And Back Again And Again
    [Documentation]    Every round trip has a verdict; memory, adapters and times are compared over all of them.
    Repeat Round Trips    ${MOVE}    iterations=${ITERATIONS}    duration=${DURATION}
    ...    on_failure=${ON FAILURE}    resume=${RESUME}

Partition Is At Home Again
    [Documentation]    The last round trip ended where the first one began.
    Partition Should Be At Home    ${MOVE}
