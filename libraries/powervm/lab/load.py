"""Reads a lab file, whatever its format, and shows all that is wrong with it at once."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from powervm.lab.draft import Draft
from powervm.lab.model import Lab
from powervm.lab.optest import read_optest
from powervm.lab.problems import LabFileError
from powervm.lab.references import check_references
from powervm.lab.values import Surroundings
from powervm.lab.yaml_file import read_yaml

_OPTEST_ENDINGS = frozenset({".conf", ".ini", ".cfg"})
_READABLE_BY_OTHERS = 0o077


def load_lab(path: str | Path, *, environment: Mapping[str, str] | None = None) -> Lab:
    """Read a lab file: YAML, or an op-test configuration file with its section ``[op-test]``.

    Args:
        path: The file.
        environment: Where ``password: {env: NAME}`` looks; by default this process's environment.

    Raises:
        LabFileError: The file cannot be used; it shows everything that is wrong.
    """
    # the models of the lab file take as long to build as half of the library: only who reads one waits for them
    from powervm.lab.build import build  # noqa: PLC0415
    from powervm.lab.check import check  # noqa: PLC0415

    file = Path(path)
    draft = Draft(str(path))
    text = _read(file, draft)
    folder = Path.cwd() / file.parent
    document = None
    if text is not None:
        optest = _is_optest(file, text)
        (read_optest if optest else read_yaml)(text, draft)
        if draft.tree or not draft.problems:
            check_references(draft)
            document = check(draft, Surroundings(folder, os.environ if environment is None else environment))
            _judge_inline_passwords(draft, accepted=optest)
            _warn(draft)
    if draft.problems or document is None:
        raise LabFileError(draft.problems)
    return build(document, file, folder, draft.warnings)


def _read(file: Path, draft: Draft) -> str | None:
    try:
        with file.open("rb") as stream:
            draft.exposed = bool(os.fstat(stream.fileno()).st_mode & _READABLE_BY_OTHERS)
            return stream.read().decode("utf-8-sig")
    except FileNotFoundError:
        draft.problem((), "there is no such file.", "Name a lab file, for example variables/simulated.yaml.")
    except OSError as error:
        draft.problem((), f"this cannot be read: {error.strerror or error}.", "Name a lab file that you may read.")
    except ValueError:  # not UTF-8, or a path with a NUL; the error itself would show the file's bytes
        draft.problem((), "this is not a text file in UTF-8.", "Name a lab file, or save this one as UTF-8.")
    return None


def _is_optest(file: Path, text: str) -> bool:
    return file.suffix.lower() in _OPTEST_ENDINGS or bool(re.search(r"(?m)^\[op-test\]\s*$", text))


def _judge_inline_passwords(draft: Draft, *, accepted: bool) -> None:
    """Passwords in the file itself: worth a warning, and only in a file that nobody else can read.

    op-test files know no other way, so there the warning is louder and that is all.
    """
    if not draft.inline_passwords:
        return
    if accepted:
        cure = f"Run: chmod 600 {draft.file}" if draft.exposed else "A YAML lab file can take them from elsewhere."
        who = "others can read the passwords that stand in this file." if draft.exposed else "passwords stand here."
        draft.warn((), who, cure)
        return
    for path in draft.inline_passwords:
        if draft.exposed:
            draft.problem(path, "a password stands in a file that others can read.", f"Run: chmod 600 {draft.file}")
        else:
            draft.warn(path, "a password stands in the file.", "Take it from {env: NAME} or {file: PATH}.")


def _warn(draft: Draft) -> None:
    if draft.tree.get("host_keys") == "off":
        draft.warn(("host_keys",), "host keys are not checked: nobody knows who answers.", "Use strict or accept-new.")
