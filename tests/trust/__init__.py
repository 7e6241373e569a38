"""Trust: batteries that try what users, strangers and machines can do to ravine.

``python tests/trust`` tries all of them, bounded; ``--long`` tries more. docs/trust.md says what is promised.
"""

BATTERIES = ("configurations", "files", "hostile", "kills", "system", "data")
