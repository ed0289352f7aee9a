"""Tells of each client of Redis on a web server whether it gets in, or why not."""

from attempt import save_session

from django.core.cache import caches

from pod.main.celery import app
from pod.xapi.xapi_tasks import xapi_app

for name, get_in in {
    "default": lambda: caches["default"].get("page"),
    "select2": lambda: caches["select2"].get("choice"),
    "sessions": save_session,
    "celery": lambda: app.connection_for_write().connect(),
    "xapi": lambda: xapi_app.connection_for_write().connect(),
}.items():
    try:
        get_in()
        print(name, "in")
    except Exception as error:
        print(name, " ".join(str(error).split()))
