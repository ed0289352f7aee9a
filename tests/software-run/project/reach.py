"""Tells of each client of Redis on a web server whether it gets in, or why not."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pod.settings")

import django

django.setup()

from importlib import import_module

from django.conf import settings
from django.core.cache import caches

from pod.main.celery import app
from pod.xapi.xapi_tasks import xapi_app


def save_session():
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session["visitor"] = "someone"
    session.save()


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
