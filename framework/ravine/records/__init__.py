"""Records: what runs leave behind: runs, studies, ledgers, trials, checkpoints, and their files.

Only this room writes results. It knows nothing of plugins: it writes records and reads them back.
"""
