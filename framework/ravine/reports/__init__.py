"""Reports: what users see: figures in files, tables, pages, status.

Everything here can be made again from the runs at any time.
"""
