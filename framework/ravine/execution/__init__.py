"""Execution: how plans are carried out: preflight, rounds, pool, worker, cluster, finish.

It starts processes, waits for them, and hands every run to the records.
"""
