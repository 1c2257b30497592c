"""A password of the lab file is never shown: not by an error, a warning, the lab or a model of pydantic's."""

from __future__ import annotations

import pickle
import traceback

import pytest

from powervm.lab import LabFileError, load_lab
from powervm.lab.check import check
from powervm.lab.document import LabDocument
from powervm.lab.draft import Draft
from powervm.lab.values import Surroundings
from powervm.lab.yaml_file import read_yaml

CANARY = "kanari-3f9c"


def _everything_about(error: BaseException) -> str:
    """The error as logs may show it: with its traceback, what led to it, and its attributes."""
    seen = [*traceback.format_exception(error), repr(error), str(error), repr(vars(error))]
    chained = error.__cause__ or error.__context__
    return "\n".join(seen) + (_everything_about(chained) if chained else "")


def _refused(file) -> str:
    with pytest.raises(LabFileError) as caught:
        load_lab(file, environment={"HMC1_PASSWORD": CANARY, "HMC2_PASSWORD": CANARY, "VIOS_PASSWORD": CANARY})
    return _everything_about(caught.value)


@pytest.mark.parametrize(
    "hmc1",
    [
        "{host: 1, password: CANARY}",
        "{host: h, port: abc, password: CANARY}",
        "{host: h, passwort: CANARY}",
        "{host: h, password: [CANARY]}",
        "{host: h, password: {CANARY: x}}",
        "{host: h, password: {env: X, file: CANARY}}",
        "{host: h, password: {CANARY}}",
        "{host: h, password: {env: [CANARY]}}",
        "{host: h, password: {env: CANARY!}}",
        "{host: h, password: x,CANARY}",
        "{host: h, password: *CANARY}",
        "{host: h, password: !CANARY x}",
        "{host: h, password: &CANARY x, user: &CANARY y, user: z}",
        "{host: h, password: CANARY: x}",
        "{host: h, password: @CANARY}",
        "{host: h, password: %CANARY}",
        '{host: h, password: "CANARY}',
        '{host: h, password: "\\qCANARY"}',
        "{host: h, agent: true, passphrase: CANARY}",
        "CANARY",
        "[CANARY]",
    ],
)
def test_a_broken_yaml_file(valid, write, hmc1):
    text = valid.replace("{host: 192.0.2.10, password: {env: HMC1_PASSWORD}", hmc1.removesuffix("}"), 1)
    if not hmc1.endswith("}"):
        text = valid.replace("  hmc1: {", f"  hmc1: {hmc1}\n  hmc3: {{", 1)
    text = text.replace("CANARY", CANARY)
    assert CANARY in text
    assert CANARY not in _refused(write(text))


def test_a_wrong_neighbour_of_a_password_from_a_variable(valid, write):
    shown = _refused(write(valid.replace("port: 2222", "port: abc")))
    assert "got 'abc'" in shown
    assert CANARY not in shown


def test_a_lab_with_passwords(valid, write, tmp_path):
    (tmp_path / "word").write_text(CANARY)
    text = valid.replace("{env: HMC1_PASSWORD}", CANARY).replace("{env: HMC2_PASSWORD}", "{file: word}")
    lab = load_lab(write(text), environment={"VIOS_PASSWORD": CANARY})
    assert lab.endpoint("hmc1").login.password.reveal() == CANARY
    shown = [repr(lab), str(lab), repr(lab.consoles), *map(repr, lab.warnings), *map(str, lab.warnings)]
    shown += [repr(lab.endpoint(name)) for name in ("hmc1", "hmc2", "p9a/vios1")]
    assert CANARY not in "".join(shown)
    with pytest.raises(TypeError, match="not written to any file"):
        pickle.dumps(lab)


def test_the_document_of_pydantic(valid, tmp_path):
    draft = Draft("mylab.yaml")
    read_yaml(valid.replace("{env: HMC1_PASSWORD}", CANARY), draft)
    document = check(draft, Surroundings(tmp_path, {"HMC2_PASSWORD": CANARY, "VIOS_PASSWORD": CANARY}))
    assert isinstance(document, LabDocument)
    assert document.consoles["hmc2"].password.reveal() == CANARY
    assert CANARY not in "".join([repr(document), str(document), repr(document.model_dump()), repr(draft)])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("hmc_password=console-word", f"hmc_password {CANARY}"),
        ("hmc_password=console-word", f"hmc_pasword={CANARY}"),
        ("hmc_password=console-word", f"hmc_password={CANARY}\nhmc_password={CANARY}"),
        ("hmc_password=console-word", f"hmc_password={CANARY}\nlpm_timeout=x"),
        ("[op-test]", f"hmc_password={CANARY}"),
        ("hmc_username=hscroot", f"hmc_username=hscroot\n  hmc_password={CANARY}"),
        ("machine_state=OS", f"host_password={CANARY}"),
    ],
)
def test_a_broken_optest_file(optest, write, old, new):
    assert old in optest
    assert CANARY not in _refused(write(optest.replace(old, new), "lab.conf"))


def test_an_optest_lab(optest, write):
    lab = load_lab(write(optest.replace("console-word", CANARY), "lab.conf"))
    assert lab.endpoint("hmc").login.password.reveal() == CANARY
    assert CANARY not in repr(lab) + "".join(map(str, lab.warnings))
