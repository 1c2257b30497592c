"""``chhwres -r mem``, ``-r proc`` and ``-r procpool``: memory, processors and shared processor pools."""

from __future__ import annotations

from dataclasses import replace

from powervm_sim import hsc
from powervm_sim.console.change import Attributes, Change, figure
from powervm_sim.console.login import not_simulated
from powervm_sim.console.profile_rows import number
from powervm_sim.world.devices import ProcessorPool
from powervm_sim.world.dlpar import synchronize, tell_change
from powervm_sim.world.model import Amount, Placement, Server, Sharing, pool_room
from powervm_sim.world.usage import pool_named

_SMALLEST_SHARE = 0.05
_BLOCK_SIZES = ("16", "32", "64", "128", "256", "1024", "2048", "4096")
_DEDICATED_MODES = ("keep_idle_procs", "share_idle_procs", "share_idle_procs_active", "share_idle_procs_always")
_SETTINGS = ("sharing_mode", "uncap_weight", "shared_proc_pool_id", "shared_proc_pool_name")
_POOL = ("max_pool_proc_units", "reserved_pool_proc_units", "new_name")


def change_memory(change: Change) -> None:
    """Add, remove, move or set memory; megabytes follow ``-q``."""
    if change.operation == "s" and "-p" not in change.options and "--id" not in change.options:
        _set_system_memory(change)
        return
    placement = change.partition()
    change.options.need("-q")
    wanted = int(change.options["-q"])
    lmb = change.server.lmb
    if wanted % lmb:
        text = f"The quantity of {wanted} MB is not a multiple of the logical memory block size of {lmb} MB."
        raise hsc.HscError("HSCLAF38", text)
    if change.operation == "m":
        other = change.other()
        less = _memory(placement, placement.partition.memory.desired - wanted)
        more = _memory(other, other.partition.memory.desired + wanted)
        _check_memory(change.server, wanted * (other.powered - placement.powered))
        _set_memory(change, placement, less)
        _set_memory(change, other, more)
        return
    now = int(placement.partition.memory.desired)
    amount = _memory(placement, {"a": now + wanted, "r": now - wanted, "s": wanted}[change.operation])
    _check_memory(change.server, int(amount.desired) - now if placement.powered else 0)
    _set_memory(change, placement, amount)


def _set_system_memory(change: Change) -> None:
    """The size of logical memory blocks after the next start of the system."""
    wanted = change.attributes(("pend_mem_region_size", "requested_num_sys_huge_pages"))
    if "requested_num_sys_huge_pages" in wanted:
        raise not_simulated("chhwres -r mem -o s -a requested_num_sys_huge_pages")
    if "pend_mem_region_size" not in wanted:
        raise hsc.usage(["-a"])
    size = wanted.one_of("pend_mem_region_size", _BLOCK_SIZES, "")
    change.server.devices.pending_lmb = int(size)
    change.note(None, f"logical memory blocks of {size} MB")


def _check_memory(server: Server, more: int) -> None:
    if more > max(0, server.free_memory):
        text = f"There is not enough memory: Obtained:  {server.free_memory}, Required:  {more}.  Check that there is"
        raise hsc.HscError("HSCL03EC", f"{text} enough memory available to activate the partition.")


def _memory(placement: Placement, megabytes: float) -> Amount:
    return _within(placement, "MB of memory", placement.partition.memory, int(megabytes))


def _set_memory(change: Change, placement: Placement, amount: Amount) -> None:
    placement.partition.memory = amount
    _done(change, placement, f"memory {int(amount.desired)}")


def change_processors(change: Change) -> None:
    """Add, remove, move or set processors and processing units, or set how they are shared."""
    placement = change.partition()
    if change.operation == "s" and "-a" in change.options:
        _share(change, placement)
        return
    if "--procs" not in change.options and "--procunits" not in change.options:
        raise hsc.usage(["--procs"])
    if change.operation == "m":
        other = change.other()
        less, more = _new_processors(change, placement, "r"), _new_processors(change, other, "a")
        before = placement.partition.processors, placement.partition.units
        _set_processors(change, placement, less)
        try:
            _check_free(other, more)
        except hsc.HscError:
            _set_processors(change, placement, before)
            raise
        _set_processors(change, other, more)
        return
    amounts = _new_processors(change, placement, change.operation)
    _check_free(placement, amounts)
    _set_processors(change, placement, amounts)


_Amounts = tuple[Amount, Amount | None]


def _new_processors(change: Change, placement: Placement, operation: str) -> _Amounts:
    """What the partition would have afterwards: processors, and processing units if it shares them."""
    partition = placement.partition
    processors, units = partition.processors, partition.units
    if "--procs" in change.options:
        result = _combined(operation, processors.desired, int(change.options["--procs"]))
        processors = _within(placement, "processors", processors, int(result))
    if "--procunits" in change.options:
        if units is None:
            raise hsc.usage(["--procunits"])
        result = _combined(operation, units.desired, figure("--procunits", change.options["--procunits"]))
        units = _within(placement, "processing units", units, round(result, 2))
    if units is not None and not processors.desired * _SMALLEST_SHARE <= units.desired <= processors.desired:
        text = f"{number(float(units.desired))} processing units are too many or too few for {processors.desired:g}"
        raise hsc.HscError("HSCLAF39", f"{text} virtual processors: each has from {_SMALLEST_SHARE} to 1.0.")
    return processors, units


def _combined(operation: str, now: float, wanted: float) -> float:
    return {"a": now + wanted, "r": now - wanted, "s": wanted}[operation]


def _check_free(placement: Placement, amounts: _Amounts) -> None:
    processors, units = amounts
    now = placement.partition.units or placement.partition.processors
    more = round((units or processors).desired - now.desired, 2)
    room = pool_room(placement.server, placement.pool) if units else placement.server.free_units
    if placement.powered and more > room:
        text = f"There are not enough processing units available: Obtained: {number(float(room))}, Required: "
        raise hsc.HscError("HSCL03FA", f"{text}{number(float(more))}")


def _set_processors(change: Change, placement: Placement, amounts: _Amounts) -> None:
    placement.partition.processors, placement.partition.units = amounts
    what = f"processors {amounts[0].desired:g}"
    _done(change, placement, what if amounts[1] is None else f"{what}, units {number(float(amounts[1].desired))}")


def _share(change: Change, placement: Placement) -> None:
    partition = placement.partition
    wanted = change.attributes(_SETTINGS)
    shared = partition.units is not None
    modes = ("cap", "uncap") if shared else _DEDICATED_MODES
    mode = wanted.one_of("sharing_mode", modes, partition.sharing.mode)
    if not shared and any(name in wanted for name in _SETTINGS[1:]):
        raise hsc.invalid_attribute([name for name in _SETTINGS[1:] if name in wanted])
    weight = wanted.whole("uncap_weight", 0, 255, partition.sharing.weight)
    pool = _wanted_pool(change.server, placement, wanted)
    partition.sharing = Sharing(mode, weight)
    placement.pool = pool
    _done(change, placement, f"sharing {mode} {weight}, pool {pool}")


def change_pool(change: Change) -> None:
    """Set a shared processor pool, or the pool of a partition."""
    if "-p" in change.options or "--id" in change.options:
        placement = change.partition()
        wanted = change.attributes(("shared_proc_pool_id", "shared_proc_pool_name"))
        if placement.partition.units is None:
            raise hsc.invalid_attribute(["shared_proc_pool_id"])
        placement.pool = _wanted_pool(change.server, placement, wanted)
        _done(change, placement, f"pool {placement.pool}")
        return
    pool = _pool(change)
    wanted = change.attributes(_POOL)
    if pool.number == 0:
        raise hsc.invalid_value("--poolid", "0")
    most = wanted.figure("max_pool_proc_units", pool.maximum or 0.0)
    reserved = wanted.figure("reserved_pool_proc_units", pool.reserved)
    pools = change.server.devices.pools
    held = sum(
        place.partition.units.desired
        for place in change.server.placements.values()
        if place.pool == pool.number and place.powered and place.partition.units
    )
    if reserved + held > most or reserved - pool.reserved > change.server.free_units:
        text = f"The shared processor pool {pool.name} cannot have {number(float(reserved))} reserved and at most"
        raise hsc.HscError("HSCLAF3E", f"{text} {number(float(most))} processing units.")
    pools[pool.number] = ProcessorPool(pool.number, wanted.text("new_name", pool.name), most, reserved)
    change.note(None, f"processor pool {pool.number} set")


def _pool(change: Change) -> ProcessorPool:
    """The pool of ``--poolid`` or ``--poolname``; a number that has no pool yet makes one."""
    devices = change.server.devices
    if change.options.need_one("--poolid", "--poolname") == "--poolname":
        return _known(devices.pools.get(pool_named(change.server, change.options["--poolname"])), change)
    wanted = int(change.options["--poolid"])
    if wanted > 63:
        raise hsc.invalid_value("--poolid", str(wanted))
    return devices.pools.get(wanted) or ProcessorPool(wanted, f"SharedPool{wanted:02}", 0.0)


def _known(pool: ProcessorPool | None, change: Change) -> ProcessorPool:
    if pool is None:
        raise _no_pool(change.server, change.options["--poolname"])
    return pool


def _wanted_pool(server: Server, placement: Placement, wanted: Attributes) -> int:
    pool = placement.pool
    if "shared_proc_pool_name" in wanted:
        pool = pool_named(server, wanted.text("shared_proc_pool_name"))
        if pool not in server.devices.pools:
            raise _no_pool(server, wanted.text("shared_proc_pool_name"))
    elif "shared_proc_pool_id" in wanted:
        pool = wanted.whole("shared_proc_pool_id", 0, 63)
        if pool not in server.devices.pools:
            raise _no_pool(server, str(pool))
    units = placement.partition.units
    found = server.devices.pools[pool]
    if pool != placement.pool and placement.powered and found.maximum is not None and units is not None:
        # The units are taken with it, so that only the limit of the pool counts.
        held = sum(
            place.partition.units.desired
            for place in server.placements.values()
            if place.pool == pool and place.powered and place.partition.units
        )
        if held + units.desired > found.maximum - found.reserved:
            text = (
                f"The shared processor pool {found.name} has no {number(float(units.desired))} processing units left."
            )
            raise hsc.HscError("HSCLAF3E", text)
    return pool


def _no_pool(server: Server, name: str) -> hsc.HscError:
    return hsc.HscError(
        "HSCLAF3E", f"The shared processor pool {name} was not found on the managed system {server.name}."
    )


def _within(placement: Placement, what: str, amount: Amount, result: float) -> Amount:
    """The amount with another present value. Raises HscError outside the partition's minimum and maximum."""
    if not amount.minimum <= result <= amount.maximum:
        raise hsc.HscError(
            "HSCLAF39",
            f"The partition {placement.name} cannot have {number(result)} {what}: its minimum is "
            f"{number(amount.minimum)} and its maximum is {number(amount.maximum)}.",
        )
    return replace(amount, desired=result)


def _done(change: Change, placement: Placement, what: str) -> None:
    synchronize(placement)
    change.note(placement, what)
    tell_change(placement)
