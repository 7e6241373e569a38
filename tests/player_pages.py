"""Reading a page of the player as the page does, by its description alone."""

import base64
import json
import re
import zlib

import numpy as np


def parts(html):
    """Return what a page knows, and its arrays as they are packed."""
    found = dict(re.findall(r'<script type="text/plain" id="(\w+)">([^<]*)</script>', html))
    return json.loads(zlib.decompress(base64.b64decode(found["about"]))), found["arrays"]


def unpacked(text, place):
    """Return the array at a place."""
    planes = np.frombuffer(zlib.decompress(base64.b64decode(text)), np.uint8).reshape(4, -1)
    steps = sum(planes[i].astype(np.int64) << (24 - 8 * i) for i in range(4))
    at, rows, columns = place
    found = np.empty((rows, columns), np.float32)
    for k in range(columns):
        part = steps[at + k * rows : at + (k + 1) * rows]
        signed = [-(int(n) + 1) // 2 if n & 1 else int(n) // 2 for n in part]
        for i, ordered in enumerate(np.cumsum(signed)):
            bits = abs(int(ordered)) * 128 + (0x80000000 if ordered < 0 else 0)
            found[i, k] = np.array(bits, np.uint32).view(np.float32)
    return found
