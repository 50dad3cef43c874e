"""Runs a command, for example `python3 -m launch demo`. Python 3.6 can read this file and say that it is too old."""

import sys

MIN_VERSION = (3, 11)

if sys.version_info < MIN_VERSION:
    sys.exit(
        "Witryna needs Python 3.11 or newer, and this is Python {}.{}: "
        "install a newer one, or name it: make demo PYTHON=python3.12".format(*sys.version_info)
    )
else:
    from launch.commands import main

    sys.exit(main(sys.argv[1:]))
