"""Trackio keeps projects in one folder, which it looks for when it is imported: here it is one of the tests'."""

import os
import tempfile

os.environ["TRACKIO_DIR"] = tempfile.mkdtemp()
