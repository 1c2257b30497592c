*** Settings ***
Documentation     Running partitions move with NPIV and with virtual SCSI, mapped as the lab file says.
...
...               For a lab with one such partition: -v NPIV_MOVE:NAME -v VSCSI_MOVE:NAME --include npiv (or vscsi).

Resource          ../resources/mobility.resource

Suite Setup       Open The Lab    ${NPIV_MOVE}    ${VSCSI_MOVE}
Suite Teardown    Leave The Lab As It Was After Moves    ${NPIV_MOVE}    ${VSCSI_MOVE}
Test Timeout      ${TEST LIMIT}

Test Tags         storage    active


*** Variables ***
# virtual Fibre Channel; the lab file keeps the ports (storage: {mappings: kept})
${NPIV_MOVE}     npiv
# virtual SCSI; the lab file takes what the console suggests (storage: {mappings: suggested})
${VSCSI_MOVE}    vscsi


*** Test Cases ***
Ports Of The Target Are Ready For NPIV
    [Documentation]    Each adapter has a Virtual I/O Server and a port on the target, and the console agrees.
    [Tags]    smoke    npiv
    Validate Migration    ${NPIV_MOVE}

Partition With NPIV Moves And Comes Back
    [Documentation]    Adapters keep their ports and WWPNs, disks their paths; at home all is as it was.
    [Tags]    npiv
    ${plan} =    Get Move    ${NPIV_MOVE}
    ${before} =    Get Storage Mapping    ${plan.partition}
    Move With Its Identity Kept    ${NPIV_MOVE}    there
    Partition Should Have Arrived    ${NPIV_MOVE}
    Partition Should Keep Its Storage Ports    ${plan.partition}    ${before}
    Move With Its Identity Kept    ${NPIV_MOVE}    back
    Partition Should Be At Home    ${NPIV_MOVE}
    Partition Should Keep Its Storage Ports    ${plan.partition}    ${before}
    Partition Should Keep Its Storage Servers    ${plan.partition}    ${before}

Servers Of The Target Are Ready For Virtual SCSI
    [Documentation]    The console suggests a mapping, and agrees to it.
    [Tags]    smoke    vscsi
    Validate Migration    ${VSCSI_MOVE}

Partition With Virtual SCSI Moves And Comes Back
    [Documentation]    Disks keep their paths; at home the adapters are mapped as they were.
    [Tags]    vscsi
    ${plan} =    Get Move    ${VSCSI_MOVE}
    ${before} =    Get Storage Mapping    ${plan.partition}
    Move With Its Identity Kept    ${VSCSI_MOVE}    there
    Partition Should Have Arrived    ${VSCSI_MOVE}
    Move With Its Identity Kept    ${VSCSI_MOVE}    back
    Partition Should Be At Home    ${VSCSI_MOVE}
    Partition Should Keep Its Storage Servers    ${plan.partition}    ${before}
