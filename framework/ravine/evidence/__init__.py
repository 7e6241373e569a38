"""Evidence: what can be said from runs: claims, verdicts, statistics.

It reads runs and writes nothing.
"""
