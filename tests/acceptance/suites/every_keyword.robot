*** Settings ***
Documentation     Keywords that the suites of the product do not call themselves, each in a case that it is made for.

Resource          ../../../resources/mobility.resource

Suite Setup       Open The Lab
Suite Teardown    Leave The Lab As It Was    local
Test Timeout      5 minutes

Test Tags         keywords


*** Test Cases ***
A Running Migration Is Stopped
    [Documentation]    The one who started it hears how it ended.
    Start Migration    local
    ${stopped} =    Wait Until Keyword Succeeds    20 s    0.2 s    Stop Migration    local
    Should Be Equal    ${stopped.operation}    stop
    ${outcome} =    Wait For Migration    local    ending=failed and recovered
    Should Contain    ${outcome.error}    HSCLA2CF
    Partition Should Be At Home    local

A Migration Is Started And Waited For
    [Documentation]    Something can be done between the two.
    Start Migration    local
    ${state} =    Get Partition State    lp1    server=p9a
    Should Match Regexp    ${state}    ^(Running|Migrating - Running)$
    ${outcome} =    Wait For Migration    local
    Should Be Equal    ${outcome.ending.value}    done
    Partition Should Have Arrived    local
    Wait Until RMC Is Active    lp1    limit=30 s

A Validation Of The Way Back
    [Documentation]    A validation changes nothing, in this direction too.
    Validate Migration    local    way=back
    Partition Should Have Arrived    local

A Partition Moves From Wherever It Is
    [Documentation]    With a server instead of a move of the lab file; its identity is checked on the way.
    Migrate Partition    lp1    to=p9a    identity=yes
    Partition Should Be Running On    lp1    p9a
    Partition Should Know Its Server    local

A Tester Adds To What Is Compared
    [Documentation]    A file of the same form says what else is read; items may be allowed to differ.
    VAR    ${own} =    ${CURDIR}/own_identity.yaml
    ${before} =    Record Partition Identity    lp1    catalogue=${own}
    Partition Identity Should Be Unchanged    lp1    before=${before}    catalogue=${own}    may_change=number of turns
    Run Keyword And Expect Error    lp1: number of turns was '*' and is '*' now. Count them by hand.
    ...    Partition Identity Should Be Unchanged    lp1    before=${before}    catalogue=${own}
    Run Keyword And Expect Error    lp4 was not recorded in this lab.*    Partition Identity Should Be Unchanged    lp4

A Partition That Was Not Changed Is Left Alone
    [Documentation]    It was powered off before, so shutting it down and putting it back do nothing.
    Shut Down Partition    lp3
    Put Partition Back    lp3
    Partition Should Be Powered Off On    lp3    p8a

Refusals That Do Not Come
    [Documentation]    A test about a refusal fails when nothing is refused, or something else is the reason.
    Run Keyword And Expect Error    *It should have been refused because of: processor mode.
    ...    Preflight Should Refuse The Move    local    because=processor mode
    Run Keyword And Expect Error    hmc1 agreed to lp1 p9a -> p10a; it should have refused.
    ...    Console Should Refuse The Move    local
    Run Keyword And Expect Error    Not only the memory is against it: *
    ...    Preflight Should Refuse The Move    lp1    to=p8a    because=memory
    Run Keyword And Expect Error    *It should have refused with HSCL0001.
    ...    Console Should Refuse The Move    lp1    to=p8a    code=HSCL0001

Nothing To Stop And Nothing To Recover
    [Documentation]    The console's refusal is the message.
    Run Keyword And Expect Error    hmc1: migrlpar failed: HSC*    Stop Migration    local
    Run Keyword And Expect Error    hmc1: migrlpar failed: HSC*    Recover Partition    local
    Run Keyword And Expect Error    The move local was not started.*    Wait For Migration    local

A Powered Off Partition
    [Documentation]    Its state is checked without asking the partition itself.
    Partition Should Be Powered Off On    lp3    p8a
    Run Keyword And Expect Error    lp3 should be Running on p8a, and it is Not Activated on p8a.
    ...    Partition Should Be Running On    lp3    p8a

Keys Are Exchanged
    [Documentation]    The outcome tells which.
    ${outcome} =    Exchange Console Keys    crosshmc
    Should Be Equal    ${outcome.ending.value}    done
    Consoles Should Trust Each Other    crosshmc

Devices That A Partition Does Not Have
    [Documentation]    The message says what is missing.
    Run Keyword And Expect Error    lp1 has no vNIC.*    Backing Devices Should Be Operational    lp1
    Run Keyword And Expect Error    lp1 has no bond.*    Bonds Should Be On Their Primary    lp1
    Run Keyword And Expect Error    The move local has no network.*    Peer Should Answer    local
    ${outcome} =    Check Prerequisites    local
    Run Keyword And Expect Error    lp1: no network was measured*    Network Should Have Been Reachable    ${outcome}
    Run Keyword And Expect Error    lp1: no bond was looked at*    Backup Should Have Carried The Traffic    ${outcome}
    ${mapping} =    Get Storage Mapping    lp1
    Should Be Equal    ${mapping.server}    p9a

A Wrong Ending Fails
    [Documentation]    A test about a failure fails when there is none.
    [Tags]    must-fail
    Start Migration    local
    TRY
        Wait For Migration    local    ending=failed and recovered
    FINALLY
        Bring Partition Home    local
    END
