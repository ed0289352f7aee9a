"""Tells what each client of Redis on a web server says, as JSON: null where it says nothing wrong.

Each has SECONDS to end, as `attempt.py SECONDS`; what takes longer hangs.
"""

import json
import os
import sys
import threading
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pod.settings")

import django

django.setup()

from importlib import import_module

from django.conf import settings
from django.core.cache import caches

from publish import tasks


def save_session():
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session["visitor"] = "someone"
    session.save()


def attempt(act, told):
    start = time.monotonic()
    try:
        act()
        told["says"] = None
    except Exception as error:
        told["says"] = f"{type(error).__name__}: {error}"
    told["seconds"] = time.monotonic() - start


if __name__ == "__main__":
    clients = {
        "default": lambda: caches["default"].set("page", "kept", 600),
        "select2": lambda: caches["select2"].set("choice", "kept", 600),
        "sessions": save_session,
    }
    for task in tasks():
        clients[task.name] = lambda task=task: task.delay(7)

    found = {name: {"says": "hangs"} for name in clients}
    threads = [
        threading.Thread(target=attempt, args=(act, found[name]), daemon=True)
        for name, act in clients.items()
    ]
    end = time.monotonic() + float(sys.argv[1])
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))
    print(json.dumps(found))
    sys.stdout.flush()
    # Python itself would wait for what hangs.
    os._exit(0)
