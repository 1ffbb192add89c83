"""`python -m pare_runner` runs experiments; see `pare_runner.cli.hydra_entry`."""

from __future__ import annotations

import sys

from pare_runner.cli.hydra_entry import main

if __name__ == "__main__":
    sys.exit(main())
