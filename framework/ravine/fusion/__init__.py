"""Fusion: element-wise code that authors write in NumPy, run as one compiled loop that gives the same bits.

Tape: what the code does to each element. Assembly: a tape as a loop. Kernel: the loop, compiled, and tried.
"""
