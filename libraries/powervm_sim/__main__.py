"""``python libraries/powervm_sim --world FILE`` or ``python -m powervm_sim --world FILE``: serve a simulated lab."""

from __future__ import annotations

import sys
from pathlib import Path

# Run as a folder, Python puts that folder on the path; the package is found from its parent, and its rooms must not
# be taken for top-level modules.
_HERE = Path(__file__).resolve().parent
sys.path[:] = [str(_HERE.parent), *(entry for entry in sys.path if Path(entry or ".").resolve() != _HERE)]

from powervm_sim.serving.arguments import parse  # noqa: E402 - the path had to be repaired first

if __name__ == "__main__":
    parse()  # who asks for help, or errs, need not wait until the whole program is loaded

    from powervm_sim.serving.program import main

    sys.exit(main())
