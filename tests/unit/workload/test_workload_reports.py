"""What stress-ng, fio and iperf3 print, in literal lines of old and new releases."""

from __future__ import annotations

import json

import pytest

from powervm.workload.stress import complaints, read_report
from powervm.workload.tools import fio_complaints, fio_figures, iperf3_complaints, iperf3_figures, read_json

NEW = """\
stress-ng: info:  [5123] setting to a 30 mins run per stressor
stress-ng: info:  [5123] dispatching hogs: 32 cpu, 50 io, 12 vm, 4 fork
stress-ng: metrc: [5123] stressor       bogo ops real time  usr time  sys time   bogo ops/s     bogo ops/s
stress-ng: metrc: [5123]                           (secs)    (secs)    (secs)   (real time) (usr+sys time)
stress-ng: metrc: [5123] cpu             9812331   1800.05  50123.11     88.20      5451.14         195.42
stress-ng: metrc: [5123] vm             77120943   1800.91  12004.77   3011.40     42823.20        5136.09
stress-ng: info:  [5123] skipped: 0
stress-ng: info:  [5123] passed: 98: cpu (32) io (50) vm (12) fork (4)
stress-ng: info:  [5123] failed: 0
stress-ng: info:  [5123] metrics untrustworthy: 0
stress-ng: info:  [5123] successful run completed in 30 mins, 1 sec
"""
OLD = """\
stress-ng: info:  [881] dispatching hogs: 2 cpu
stress-ng: info:  [881] stressor       bogo ops real time  usr time  sys time   bogo ops/s   bogo ops/s
stress-ng: info:  [881]                           (secs)    (secs)    (secs)   (real time) (usr+sys time)
stress-ng: info:  [881] cpu             9812331   1800.05  50123.11     88.20      5451.14       195.42
stress-ng: info:  [881] successful run completed in 1800.05s (30 mins, 0.05 secs)
"""
FULL = (
    "stress-ng: 10:14:40.12 metrc: [7] vm             77120943   1800.91  12004.77   3011.40     42823.20"
    "        5136.09        69.48       1789952\n"
)


def test_a_new_release() -> None:
    report = read_report(NEW)
    assert [(item.stressor, item.bogo_ops, item.per_second) for item in report.metrics] == [
        ("cpu", 9812331, 5451.14),
        ("vm", 77120943, 42823.20),
    ]
    assert report.counts == {"skipped": 0, "passed": 98, "failed": 0, "metrics untrustworthy": 0}
    assert (report.dispatched, report.successful, report.failures) == (True, True, [])
    assert list(complaints(report, quiet=False)) == []


def test_an_old_release_has_no_summary_and_its_metrics_are_information() -> None:
    report = read_report(OLD)
    assert [(item.stressor, item.per_processor_second) for item in report.metrics] == [("cpu", 195.42)]
    assert (report.counts, report.successful) == ({}, True)
    assert list(complaints(report, quiet=False)) == []


def test_times_before_a_line_and_further_columns() -> None:
    (metric,) = read_report(FULL).metrics
    assert (metric.stressor, metric.per_processor_second) == ("vm", 5136.09)


@pytest.mark.parametrize(
    ("line", "after", "said"),
    [
        ("info:  [5123] failed: 0", "info:  [5123] failed: 1: vm (1)", "1 failed stressors"),
        ("untrustworthy: 0", "untrustworthy: 2: cpu (2)", "'metrics untrustworthy: 2'"),
        ("info:  [5123] successful", "info:  [5123] unsuccessful", "'unsuccessful run completed'"),
        ("info:  [5123] skipped: 0", "fail:  [9] vm: detected 1 bit errors while stressing memory", "1 bit errors"),
        ("stress-ng: info:  [5123] successful run completed in 30 mins, 1 sec\n", "", "without its summary"),
    ],
)
def test_each_bad_sign_is_a_complaint(line: str, after: str, said: str) -> None:
    report = read_report(NEW.replace(line, after))
    assert any(said in text for text in complaints(report, quiet=False))


def test_a_quiet_run_needs_no_summary() -> None:
    assert list(complaints(read_report(""), quiet=True)) == []


FIO = {
    "jobs": [
        {
            "jobname": "verify", "error": 0,
            "read": {"total_ios": 0, "iops": 0.0},
            "write": {"total_ios": 12, "iops": 411.5, "clat_ns": {"max": 2_400_000_000}},
        }
    ]
}  # fmt: skip


def test_fio() -> None:
    text = f"fio: this is a warning {{\n{json.dumps(FIO | {'first': 1})}\n{json.dumps(FIO, indent=2)}\n"
    document = read_json(text)
    assert document == FIO
    assert list(fio_complaints(document)) == []
    assert fio_figures(document) == {
        "verify write: operations per second": 411.5,
        "verify write: longest operation (ms)": 2400.0,
    }
    bad = {"jobs": [{"jobname": "verify", "error": 84}]}
    assert list(fio_complaints(bad)) == ["the fio job 'verify' ended with error 84."]


def test_iperf3() -> None:
    document = {
        "intervals": [
            {"sum": {"seconds": 1.0, "bits_per_second": 9.4e9}},
            {"sum": {"seconds": 1.0, "bits_per_second": 0}},
        ],
        "end": {"sum_sent": {"bits_per_second": 4.7e9, "retransmits": 31}},
    }
    assert read_json(json.dumps(document, indent="\t")) == document
    assert iperf3_figures(document) == {
        "sum_sent: bits per second": 4.7e9,
        "sum_sent: retransmissions": 31.0,
        "seconds without any traffic": 1.0,
    }
    stopped = {"error": "interrupt - the client has terminated"}
    assert list(iperf3_complaints(stopped, stopped=True)) == []
    assert list(iperf3_complaints(stopped, stopped=False)) == [
        "iperf3 reported: 'interrupt - the client has terminated'."
    ]
    refused = {"error": "unable to connect to server: Connection refused"}
    assert "Connection refused" in next(iperf3_complaints(refused, stopped=True))


def test_no_json_is_no_document() -> None:
    assert read_json("") is None
    assert read_json("{ not json }\n{\n") is None
