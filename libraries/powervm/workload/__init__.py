"""Load in a partition while it moves: started, watched, stopped and judged."""

from powervm.workload.kinds import Kind
from powervm.workload.model import Crossing, LoadEnding, Metric, WorkloadRecord
from powervm.workload.order import Order, make_order
from powervm.workload.starting import WorkloadNotStarted
from powervm.workload.watched import Workload, WorkloadFailed, check_workload, start_workload

__all__ = [
    "Crossing",
    "Kind",
    "LoadEnding",
    "Metric",
    "Order",
    "Workload",
    "WorkloadFailed",
    "WorkloadNotStarted",
    "WorkloadRecord",
    "check_workload",
    "make_order",
    "start_workload",
]
