"""What a management console answers when it refuses: the texts, and the exceptions that carry them.

Where a code or wording comes from is listed in ``docs/fidelity.md``. Codes from ``HSCLAF00`` to ``HSCLAFFF`` are made
up: the condition is documented, the code that a real console prints for it is not.
"""

from __future__ import annotations

from collections.abc import Iterable


class Refusal(Exception):
    """A console command ends with status 1 and this text on standard output."""


class HscError(Refusal):
    """A refusal whose text starts with a code.

    Attributes:
        code: For example ``HSCL8012``.
        text: The sentences after it.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code
        self.text = text


def usage(parameters: Iterable[str]) -> Refusal:
    """Required parameters are missing, or a parameter is unknown or has a bad value."""
    names = ", ".join(parameters)
    return Refusal(
        "The command entered is either missing a required parameter or a parameter value is invalid. "
        f"The parameters that are missing or have an invalid value are {names}. "
        "Please check your entry and retry the command."
    )


def invalid_attribute(names: Iterable[str]) -> Refusal:
    """A name given to ``-F`` or in a configuration record is no attribute."""
    return Refusal(
        f"An invalid attribute was entered. The invalid attribute is {', '.join(names)}. "
        "Please check your entry and retry the command."
    )


def invalid_value(attribute: str, value: str) -> Refusal:
    """An attribute of a record has a value that it cannot have."""
    return Refusal(
        f"An invalid parameter value was entered. The value {value} of the attribute {attribute} is invalid. "
        "Please check your entry and retry the command."
    )


def bad_record() -> Refusal:
    """A record given to ``-i``, ``-f`` or ``--filter`` cannot be taken apart."""
    return Refusal(
        "The format of the configuration data is invalid. Please check the quotation marks and commas of your entry "
        "and retry the command."
    )


def partition_id_unknown(number: str) -> HscError:
    """No partition on the system has this id."""
    return HscError("HSCL8011", f'The partition ID "{number}" was not found.')


def partition_unknown(name: str) -> HscError:
    """No partition on the system has this name."""
    return HscError(
        "HSCL8012",
        f"The partition named {name} was not found.  Please check your entry and retry the command.",
    )


def system_unknown(name: str) -> HscError:
    """The console manages no system of this name."""
    return HscError(
        "HSCL8018",
        f"The managed system {name} was not found.  Please check your entry and retry the command.",
    )


def not_operating() -> HscError:
    """The system is not in state Operating."""
    return HscError("HSCL0238", "This operation is only allowed when the managed system is in the Operating state.")


def no_connection() -> HscError:
    """The console has no connection to the system."""
    return HscError(
        "HSCL0237",
        "This operation is not allowed when the managed system is in the No Connection state. After you have "
        "established a connection from the HMC to the managed system and have entered a valid HMC access password, try "
        "the operation again.",
    )


def wrong_state() -> HscError:
    """The partition is in a state that does not allow the operation, for example it is migrating."""
    return HscError(
        "HSCL05DF",
        "The partition is not in a state under which this operation can be performed. "
        "Check the state of the partition.",
    )


def no_trust(user: str) -> HscError:
    """The keys of the two consoles were not exchanged for this user."""
    return HscError(
        "HSCL3653",
        "The Secure Shell (SSH) communication configuration between the source and destination management consoles has "
        f"not been set up properly for the remote user {user}. Run the mkauthkeys command to set up the SSH "
        "communication authentication keys",
    )


def no_rmc(name: str) -> HscError:
    """Validation found no RMC connection to a partition."""
    return HscError(
        "HSCLA246",
        f"The management console cannot communicate with partition {name}.  Either the network connection is not "
        "available or the partition does not have a level of software that is capable of supporting this operation.  "
        "Verify the correct network and setup of the partition, and try the operation again.",
    )


def no_dlpar(name: str) -> HscError:
    """An operation inside the partition or Virtual I/O Server needs RMC and there is none."""
    return HscError(
        "HSCL2957",
        f"Either there is currently no RMC connection between the management console and the partition {name} or the "
        "partition does not support dynamic partitioning operations. Verify the network setup on the management "
        "console and the partition and ensure that any firewall authentication between the management console and the "
        "partition has occurred. Run the management console diagrmc command to identify problems that might be "
        "causing no RMC connection.",
    )


def osshutdown_failed(name: str) -> HscError:
    """An orderly shutdown was asked for and RMC is down."""
    return HscError(
        "HSCL0DB4",
        f"The operating system shutdown of partition {name} failed because there is no RMC connection to it.",
    )


def not_ready() -> HscError:
    """The operating system did not agree to be moved."""
    return HscError(
        "HSCLA257",
        "The migrating partition has returned a failure response to the management console's request to perform a "
        "check for migration readiness. The migrating partition is not ready for migration at this time. Try the "
        "operation again later.",
    )


def scsi_not_hosted(slot: int) -> HscError:
    """No Virtual I/O Server of the target can host a virtual SCSI adapter."""
    return HscError(
        "HSCLA24E",
        f"The migrating partition's virtual SCSI adapter {slot} cannot be hosted by the existing virtual I/O server "
        "(VIOS) partitions on the destination managed system. To migrate the partition, set up the necessary VIOS "
        "hosts on the destination managed system, then try the operation again.",
    )


def fc_not_hosted(slot: int) -> HscError:
    """No Virtual I/O Server of the target can host a virtual fibre channel adapter."""
    return HscError(
        "HSCLA319",
        f"The migrating partition's virtual fibre channel client adapter {slot} cannot be hosted by the existing "
        "Virtual I/O Server (VIOS) partitions on the destination managed system. To migrate the partition, set up the "
        "necessary VIOS host on the destination managed system, then try the operation again.",
    )


def far_side(inner: HscError) -> HscError:
    """The other console refused."""
    return HscError(
        "HSCLA318",
        f"The migration command issued to the destination management console failed with the following error: {inner}",
    )


def migration_stopped() -> HscError:
    """The migration has ended without reaching the target."""
    return HscError(
        "HSCLA2CF",
        "The partition migration has been stopped unexpectedly. Perform a migration recovery for this partition, if "
        "necessary.",
    )


def firmware_stopped() -> HscError:
    """The platform's view of a migration that broke off."""
    return HscError(
        "HSCL365C",
        "The partition migration has been stopped because platform firmware detected an error (041800AC).",
    )


def command_on_vios_failed(reason: str, status: int) -> HscError:
    """A command that was run on a Virtual I/O Server ended with an error."""
    text = "The IOServer command has failed because of the following reason:\n"
    return HscError("HSCL2970", f"{text}{reason.rstrip()}\nrc={status}")
