"""Tells what each client of Redis on a web server says, as JSON: null where it says nothing wrong.

Each has SECONDS to end, as `attempt.py SECONDS`; what takes longer hangs.
"""

import json
import os
import sys
import threading
import time
from importlib import import_module

# It sets Django up.
from publish import tasks

from django.conf import settings
from django.core.cache import caches


def save_session():
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session["visitor"] = "someone"
    session.save()
    return session.session_key


CACHES = {
    "default": lambda: caches["default"].set("page", "kept", 600),
    "select2": lambda: caches["select2"].set("choice", "kept", 600),
    "sessions": save_session,
}


def attempt(act, told):
    start = time.monotonic()
    try:
        act()
        told["says"] = None
    except Exception as error:
        told["says"] = f"{type(error).__name__}: {error}"
    told["seconds"] = time.monotonic() - start


if __name__ == "__main__":
    clients = dict(CACHES)
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
