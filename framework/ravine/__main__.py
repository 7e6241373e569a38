"""``python -m ravine`` is the command ``ravine``."""

import sys

from ravine.cli import main

sys.exit(main())
