"""Tries each client of Redis on a web server until it works again; prints after how many seconds.

`recover.py SECONDS` gives up after so many.
"""

import json
import os
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pod.settings")

import django

django.setup()

from django.core.cache import caches

from attempt import save_session
from publish import tasks

waiting = {
    "default": lambda: caches["default"].set("page", "kept", 600),
    "select2": lambda: caches["select2"].set("choice", "kept", 600),
    "sessions": save_session,
}
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
