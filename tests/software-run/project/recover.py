"""Tries each client of Redis on a web server until it works again; prints after how many seconds.

`recover.py SECONDS` gives up after so many.
"""

import json
import sys
import time

from attempt import CACHES
from publish import tasks

waiting = dict(CACHES)
for task in tasks(transcription=True):
    waiting[task.name] = lambda task=task: task.apply_async((8,), retry=False)

start = time.monotonic()
found = {}
while waiting and time.monotonic() < start + float(sys.argv[1]):
    for name in list(waiting):
        try:
            waiting[name]()
        except Exception:
            continue
        found[name] = time.monotonic() - start
        del waiting[name]
    time.sleep(0.1)
print(json.dumps(found))
