"""``python -m ravine`` is the command ``ravine``."""

import sys

from ravine.cli.main import main

sys.exit(main())
