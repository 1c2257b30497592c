# robocop: fmt: off
*** Settings ***
Documentation     Partitions move between processor generations where their modes allow it, and are refused elsewhere.
...
...               Add a row to test another pair. MODES are the preferred and the current mode on the source; RESULT is
...               the mode that the partition runs in on the target, or refused. Rows whose machines the lab file does
...               not have are skipped.

Resource          ../resources/mobility.resource

Suite Setup       Open The Lab With Partitions    lp30    lp31    lp32    lp33
Suite Teardown    Close Lab
Test Timeout      ${TEST LIMIT}

Test Template     Pair Should Behave
Test Tags         crossprocessor


*** Test Cases ***                      PARTITION    FROM      TO        KIND        MODES              RESULT
POWER8 To POWER9                        lp30         p8a       p9a       active      default/POWER8     POWER8
POWER8 Mode From POWER9 To POWER10      lp30         p9a       p10a      active      default/POWER8     POWER8
POWER8 Mode From POWER10 To Power11     lp30         p10a      p11a      active      default/POWER8     refused
POWER8 Mode From POWER10 To POWER8      lp30         p10a      p8a       active      default/POWER8     POWER8
POWER9 To POWER8                        lp31         p9a       p8a       active      default/POWER9     refused
POWER9 To POWER10                       lp31         p9a       p10a      active      default/POWER9     POWER9
POWER9 Mode From POWER10 To Power11     lp31         p10a      p11a      active      default/POWER9     POWER9
POWER9 Mode From Power11 To POWER9      lp31         p11a      p9a       active      default/POWER9     POWER9
POWER10 To POWER9                       lp32         p10b      p9a       active      default/POWER10    refused
POWER10 To Power11                      lp32         p10b      p11a      active      default/POWER10    POWER10
POWER10 Mode From Power11 To POWER10    lp32         p11a      p10b      active      default/POWER10    POWER10
POWER10 To POWER9 Powered Off           lp32         p10b      p9a       inactive    default/POWER10    POWER9
Power11 To POWER10                      lp33         p11a      p10b      active      default/POWER11    refused
Power11 To POWER10 Powered Off          lp33         p11a      p10b      inactive    default/POWER11    POWER10
POWER10 Preferred On Power11            lp33         p11a      p10b      active      POWER10/POWER10    POWER10
POWER10 Preferred And Powered Off       lp33         p10b      p9a       inactive    POWER10/POWER10    refused

A Restart On The Target Closes The Way Back
    [Documentation]    With the preferred mode default, a restart takes the best mode of the server where it happens.
    [Tags]    restart
    [Template]    NONE
    Skip Unless The Lab Has    lp30    p8a    p9a
    Prepare Partition    lp30    server=p8a    modes=default/POWER8
    Partition Should Move And Run In Mode    lp30    p9a    POWER8
    Restart Partition    lp30
    Processor Mode Should Be    lp30    POWER9
    Both Should Refuse The Mode    lp30    p8a

Setting The Mode And A Restart Open It Again
    [Documentation]    The mode is set in the profile, and takes effect when the partition is activated with it.
    [Tags]    restart
    [Template]    NONE
    Skip Unless The Lab Has    lp30    p8a    p9a
    Prepare Partition    lp30    server=p9a    modes=default/POWER9
    Restart Partition    lp30    mode=POWER8
    Processor Mode Should Be    lp30    POWER8
    Partition Should Move And Run In Mode    lp30    p8a    POWER8
