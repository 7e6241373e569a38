"""Evidence: what runs say: claims, verdicts, statistics.

It reads runs and writes nothing.
"""
