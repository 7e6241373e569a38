"""Records: what is left behind: runs, studies, ledgers, trials, checkpoints, and the files they lie in.

The only room that writes results. It knows no plugin: it reads back what was written, and nothing else.
"""
