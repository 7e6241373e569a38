"""Reports: what is shown: figures into files, tables, pages, status.

Everything here can be made again from the runs at any time.
"""
