"""The shape of a YAML lab file, as pydantic checks it and as the JSON Schema describes it to editors.

What is written here is what testers write; `powervm.lab.model` is what the library works with. The sentence under
each field is its description in the schema and in error messages.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, Tag, model_validator

from powervm.lab.device_document import NetworkSection, StorageSection, VnicSection
from powervm.lab.section import STRICT
from powervm.lab.settings_section import SettingsSection, check_section
from powervm.lab.values import AnyPath, Duration, ExistingFile, Host, Pause, Port, SecretText, Text, wrong

TEXT_FORM, MAPPING_FORM, LIST_FORM = "(text)", "(mapping)", "(list)"
FORMS = {TEXT_FORM: "a text", MAPPING_FORM: "a mapping", LIST_FORM: "a list"}
"""Tags of the forms of a value that has several, in words; pydantic puts the tags into the location of an error."""


def _form(value: object) -> str | None:
    if isinstance(value, str):
        return TEXT_FORM
    return LIST_FORM if isinstance(value, list) else MAPPING_FORM


class Section(BaseModel):
    """A mapping with fixed keys."""

    model_config = STRICT


class EndpointSection(Section):
    """What every machine that is logged in to has."""

    host: Host | None = None
    """Host name or address. In a simulated lab it is left out: the running lab gives it."""
    port: Port = 22
    """TCP port of the SSH server."""
    user: Text | None = None
    """Who logs in; by default hscroot on a console, padmin on a Virtual I/O Server, root elsewhere."""
    password: SecretText = None
    """The user's password: {env: NAME}, {file: PATH}, or the text itself, which only a file with mode 600 may hold."""
    key_file: ExistingFile | None = None
    """Private key to log in with. A password beside it is kept for what asks for one, such as the console trust."""
    passphrase: SecretText = None
    """What the key file is encrypted with; the same forms as a password."""
    agent: bool = False
    """Log in with a key of the running SSH agent."""

    @model_validator(mode="after")
    def _one_way_to_log_in(self) -> EndpointSection:
        if self.passphrase is not None and self.key_file is None:
            raise wrong("a passphrase is given without a key file.", "Add key_file, or remove passphrase.")
        if self.agent and self.key_file is not None:
            raise wrong("both key_file and agent are given.", "Keep one: a login is one attempt with one method.")
        return self


class RouteSection(Section):
    """How a console reaches another one."""

    address: Text
    """Address of the other console as this one sees it."""
    user: Text | None = None
    """User on the other console; by default the one that the lab file names there."""


Route = Annotated[
    Annotated[Text, Tag(TEXT_FORM)] | Annotated[RouteSection, Tag(MAPPING_FORM)],
    Discriminator(_form),
]


class ConsoleSection(EndpointSection):
    """A management console."""

    routes: dict[str, Route] = {}
    """How this console reaches other consoles, by their names: an address, or a mapping with address and user."""
    sessions: Annotated[int, Field(ge=1, le=1000)] = 30
    """SSH connections that all runs on this computer together hold to it; real consoles fail above 40."""


class ViosSection(EndpointSection):
    """A Virtual I/O Server."""

    partition: Text | None = None
    """Its partition name on the console; by default its name here."""


ViosEntries = Annotated[
    Annotated[dict[str, ViosSection | None], Tag(MAPPING_FORM)] | Annotated[list[Text], Tag(LIST_FORM)],
    Discriminator(_form),
]


class ServerSection(Section):
    """A managed system."""

    console: Text
    """Name of the console that manages this server."""
    system: Text | None = None
    """Its name on the console; by default its name here."""
    virtual_io_servers: ViosEntries = {}
    """Its Virtual I/O Servers by name, or a list of names when nothing has to be said about them."""


class PartitionSection(EndpointSection):
    """A mobile Linux partition."""

    partition: Text | None = None
    """Its name on the console; by default its name here."""
    profile: Text | None = None
    """Profile that it is activated with after an inactive move."""


class MoveSection(Section):
    """A named move that suites can ask for; it is done there and back."""

    partition: Text
    """Name of the partition that moves."""
    source: Text = Field(alias="from")
    """Name of the server where the partition is at the start."""
    target: Text = Field(alias="to")
    """Name of the server that it moves to."""
    kind: Literal["active", "inactive"] = "active"
    """Active: the partition runs while it moves. Inactive: it is powered off."""
    options: str = ""
    """More options for migrlpar, as they are written there, for example --mpio 2."""
    profile: Text | None = None
    """Profile that holds the migrated configuration on the target (migrlpar -n); by default the console chooses."""
    settings: SettingsSection | None = None
    """What is chosen about the migration, in the words that keywords take; see Keywords."""
    vnic: VnicSection | None = None
    """The vNIC whose backing devices are mapped; on the way back both sides change places."""
    network: NetworkSection | None = None
    """The network that is watched from within the partition while it moves."""
    storage: StorageSection | None = None
    """How the virtual storage adapters are mapped to Virtual I/O Servers; by default the console chooses."""

    @model_validator(mode="after")
    def _settings_that_go_together(self) -> MoveSection:
        if self.profile and self.settings and self.settings.profile:
            raise wrong(f"profile ({self.profile}) and settings.profile are both given.", "Keep one of them.")
        check_section(self.settings, active=self.kind == "active", options=self.options)
        return self


class EvacuationSection(Section):
    """Several partitions that leave a server together, and come home."""

    source: Text = Field(alias="from")
    """Name of the server that is evacuated."""
    target: Text = Field(alias="to")
    """Name of the server that the partitions move to."""
    partitions: Annotated[list[Text], Field(min_length=1)] | None = None
    """Names of the partitions; by default all partitions of this file that are there and can move."""
    stays: list[Text] = []
    """Partitions that are expected to be left behind, since they cannot move; each other one has to arrive."""
    options: str = ""
    """More options for migrlpar, as they are written there; for all partitions."""
    settings: SettingsSection | None = None
    """What is chosen about the migrations, as for a move; for all partitions."""

    @model_validator(mode="after")
    def _what_holds_for_several(self) -> EvacuationSection:
        if self.settings and self.settings.target_id is not None:
            raise wrong(
                f"settings.target_id is {self.settings.target_id}, and several partitions cannot have one id.",
                "Leave it out, or use a move.",
            )
        twice = sorted({name for name in self.partitions or [] if (self.partitions or []).count(name) > 1})
        if twice:
            raise wrong(f"partitions names {', '.join(twice)} more than once.", "Name each partition once.")
        return self


class LimitsSection(Section):
    """How long things may take, and how often is asked."""

    migration: Duration = 1800.0
    """One migration, from the command to its end."""
    validation: Duration = 600.0
    """One validation."""
    rmc: Duration = 600.0
    """The return of the RMC connection after a move or a repair."""
    connect: Duration = 20.0
    """One SSH connection, login included."""
    command: Duration = 120.0
    """Any other command."""
    poll: Duration = 1.0
    """Pause between two looks at the state of a migration."""
    settle: Pause = 60.0
    """After a migration, until the consoles agree on where the partition is."""


class WorkloadSection(Section):
    """What the partition does while it moves."""

    command: Text
    """Command line or script of the load, run in the partition."""
    kind: Literal["stress-ng", "fio", "iperf3", "command"] | None = None
    """Which rule judges it; by default what the command line looks like."""
    limit: Duration | None = None
    """After which the partition itself ends it, whatever became of the run; by default 4 hours."""
    environment: dict[str, SecretText] = {}
    """Variables for it, whose values are secret: in the forms of a password."""


class LogsSection(Section):
    """Files and command lines, added to the lists of what is always collected."""

    os_files: list[Text] = []
    """Files of the partition, at every stage."""
    os_commands: list[Text] = []
    """Commands in the partition, at every stage."""
    vios_commands: list[Text] = []
    """Commands on the Virtual I/O Servers, after a failure."""
    console_commands: list[Text] = []
    """Commands on the consoles, after a failure."""
    limit: Duration = 600.0
    """How long each of these files and commands may take."""


class KernelRuleSection(Section):
    """What a line of a partition's kernel log means; comes before the built-in rules."""

    id: Text
    """A short name."""
    means: Annotated[Literal["expected", "noteworthy", "known-issue", "error"], Field(alias="class")]
    """Expected: fine. Noteworthy: a warning. Known-issue: a warning until it expires. Error: fails the check."""
    pattern: Text
    """Regular expression that is searched in the line."""
    levels: list[Literal["emerg", "alert", "crit", "err", "warn", "notice", "info", "debug"]] | None = None
    """Lines of these levels only."""
    recovery: Text | None = None
    """Regular expression for a later line, without which the line is an error all the same."""
    reason: Text = "a rule of this lab file"
    """Why it means that."""
    source: Text = "this lab file"
    """Where that is known from."""
    kernels: Text | None = None
    """For these kernels only, for example >=5.14, <6.4."""
    firmware: Text | None = None
    """For these levels of platform firmware only."""
    expires: Annotated[date, Field(strict=False)] | None = None
    """The last day of the rule; needed for a known issue."""


class SimulatedSection(Section):
    """Which simulated lab answers: one that is started for the run, or one that runs already."""

    world: ExistingFile | None = None
    """World file of the lab that is started for the run."""
    speed: Annotated[float, Field(gt=0)] | None = None
    """How much faster than on real machines long things happen in the started lab."""
    ready_file: AnyPath | None = None
    """Ready file of the running lab that is joined."""

    @model_validator(mode="after")
    def _one_lab(self) -> SimulatedSection:
        if (self.world is None) == (self.ready_file is None):
            raise wrong(
                "exactly one of world and ready_file is needed.",
                "Give world to start a lab for the run, or ready_file to join a running one.",
            )
        return self


class LeasesSection(Section):
    """What happens when another run on this computer has what a suite needs."""

    wait: Pause = 1800.0
    """How long it is waited for; 0 refuses at once."""


Leases = Annotated[
    Annotated[Literal["refuse"], Tag(TEXT_FORM)] | Annotated[LeasesSection, Tag(MAPPING_FORM)],
    Discriminator(_form),
]


class LabDocument(Section):
    """A lab: the machines that Live Partition Mobility is tested on, and the moves that suites ask for."""

    name: Text | None = None
    """Name of the lab in logs and reports; by default the name of the file."""
    simulated: SimulatedSection | None = None
    """Present when the machines are simulated."""
    host_keys: Literal["strict", "accept-new", "off"] = "accept-new"
    """Strict: only known host keys. Accept-new: the first key of a host is kept, another refused. Off: unchecked."""
    known_hosts: AnyPath | None = None
    """Where host keys are kept; by default beside the lab file, with the ending .known_hosts."""
    consoles: Annotated[dict[str, ConsoleSection | None], Field(min_length=1)]
    """The management consoles by name."""
    servers: Annotated[dict[str, ServerSection], Field(min_length=1)]
    """The managed systems by name, each with the console that manages it."""
    partitions: dict[str, PartitionSection | None] = {}
    """The mobile partitions by name."""
    peers: dict[str, EndpointSection | None] = {}
    """Hosts that watch the network from outside, by name."""
    moves: dict[str, MoveSection] = {}
    """The moves that suites ask for, by name."""
    evacuations: dict[str, EvacuationSection] = {}
    """The evacuations that suites ask for, by name."""
    pools: dict[str, Annotated[list[Text], Field(min_length=1)]] = {}
    """Lists of equivalent moves, by name: a suite that asks for the pool gets the first move that is free."""
    leases: Leases = LeasesSection()
    """Whether a suite waits for what another run on this computer has: {wait: 30 min}, or refuse."""
    limits: LimitsSection = LimitsSection()
    """How long things may take."""
    repair: list[Literal["rmc", "services", "mover_service"]] = ["rmc", "services"]
    """What may be mended without asking when a check finds it broken; each repair is recorded."""
    workload: WorkloadSection | None = None
    """What the partition does while it moves."""
    iterations: Annotated[int, Field(ge=1)] | None = None
    """How many times a move is done there and back; by default once, or as often as the time box allows."""
    duration: Duration | None = None
    """A time box for that: no further round is begun when it is over."""
    logs: LogsSection = LogsSection()
    """What is collected beside the built-in lists."""
    stage_logs: bool = False
    """Whether every migration collects logs before and after by itself."""
    kernel_rules: list[KernelRuleSection] = []
    """What lines of the kernel log mean, before the built-in rules."""


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a YAML lab file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **LabDocument.model_json_schema()}
