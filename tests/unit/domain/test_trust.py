"""Which key came with an exchange, told from what stood on the other console before and after."""

from __future__ import annotations

import pytest

from powervm.trust import new_comment

OLD = "ssh-rsa AAAAB3old hscroot@elsewhere"
NEW = "ssh-rsa AAAAB3new hscroot@hmc1"


@pytest.mark.parametrize(
    ("before", "after", "comment"),
    [
        ([OLD], [OLD, NEW], "hscroot@hmc1"),
        ([], [NEW], "hscroot@hmc1"),
        ([OLD], [OLD], None),
        ([OLD], [OLD, NEW, "ssh-rsa AAAAB3third a@b"], None),
        (["ssh-rsa AAAAB3before hscroot@hmc1"], ["ssh-rsa AAAAB3before hscroot@hmc1", NEW], None),
        ([], ["ssh-rsa AAAAB3nocomment"], None),
        ([], ['from="10.0.0.1" ssh-ed25519 AAAAC3 a key with blanks'], "a key with blanks"),
        ([], ["garbage"], None),
    ],
)
def test_the_comment_of_the_new_key(before: list[str], after: list[str], comment: str | None) -> None:
    assert new_comment(before, after) == comment
