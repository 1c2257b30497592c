*** Settings ***
Documentation     Several partitions leave a server together; one that cannot move does not stop the others. Then all of
...               them come home.

Resource          ../resources/mobility.resource

Suite Setup       Open The Lab    ${EVACUATION}    servers=exclusive
Suite Teardown    Leave The Evacuated Server As It Was    ${EVACUATION}
Test Timeout      ${TEST LIMIT}

Test Tags         evacuation


*** Variables ***
${EVACUATION}    evacuation


*** Test Cases ***
Everybody Is Ready To Leave
    [Documentation]    Consoles, servers, mover services and each partition are ready; order and calls are planned.
    [Tags]    smoke
    Check Evacuation    ${EVACUATION}
    Evacuated Partitions Should Be At Home    ${EVACUATION}

Server Is Evacuated
    [Documentation]    Everybody who can move arrives without a restart; who cannot stays where it is.
    Evacuate Server    ${EVACUATION}
    Evacuated Partitions Should Have Arrived    ${EVACUATION}

Everybody Comes Home
    [Documentation]    Each partition returns to the server, the partition id and the processor pool that it came from.
    Bring Evacuated Partitions Home    ${EVACUATION}
    Evacuated Partitions Should Be At Home    ${EVACUATION}
