*** Settings ***
Documentation     Settings of a migration as a tester writes them: followed, proved, and refused when they cannot be.

Resource          ../../../resources/mobility.resource

Suite Setup       Use Lab    ${LAB}
Suite Teardown    Leave The Lab As It Was    local
Test Timeout      5 minutes

Test Tags         settings


*** Test Cases ***
What Is Chosen Is Followed
    [Documentation]    Words with any case, a mover by the subnet of its address, a time of Robot Framework.
    ${outcome} =    Migrate Partition
    ...    local
    ...    processor_pool=DefaultPool
    ...    target_id=77
    ...    target_mover=10.20.2.6/32
    ...    redundant_movers=must not
    ...    multipath=Override
    ...    npiv_check=port and disk
    ...    wait=90 s
    ...    detail=2
    ...    affinity_check=no
    ...    warnings=yes
    ...    concurrency_level=2
    Partition Should Have Arrived    local
    ${proved} =    Evaluate    {f.check for f in $outcome.findings if f.text.endswith('as chosen.')}
    Should Be True    $proved == {'partition id', 'processor pool', 'movers'}

The Way Back Has Its Own
    [Documentation]    An argument is about this way.
    ${outcome} =    Migrate Partition Back    local    source_mover=p10a-vios2    processor_pool=1
    Partition Should Be At Home    local
    ${proved} =    Evaluate    {f.check for f in $outcome.findings if f.text.endswith('as chosen.')}
    Should Be True    $proved == {'processor pool', 'movers'}

A Started Migration Takes Them Too
    [Documentation]    Up to the console's own refusal.
    Run Keyword And Expect Error    hmc1: migrlpar failed: HSCLAF16 *
    ...    Start Migration    local    processor_pool=Nowhere

What Cannot Be Is Refused
    [Documentation]    Before anything is sent, with both names and the cure.
    [Template]    Validation Should Be Refused
    *'must not'*Leave the second pair out*    source_mover=a    second_source_mover=b    redundant_movers=must not
    *current_data (yes)*make the move inactive*    current_data=yes
    *'--mpio 2'*leave multipath out*    multipath=keep    options=--mpio 2
    *'vios1/1' says the name and the id*    source_mover=vios1/1
    *Available: 'KEEP' and 'OVERRIDE'    multipath=sometimes
    *Available: 'IF_AVAILABLE', 'MUST' and 'MUST_NOT'    redundant_movers=2


*** Keywords ***
Validation Should Be Refused
    [Documentation]    The message is as expected.
    ...
    ...    Args:
    ...        message: What it looks like.
    ...        arguments: Of the validation.
    [Arguments]    ${message}    &{arguments}
    Run Keyword And Expect Error    ${message}    Validate Migration    local    &{arguments}
