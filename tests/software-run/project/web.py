"""What a visit to Pod's web server leaves in Redis; prints the key of the visitor's session."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pod.settings")

import django

django.setup()

from importlib import import_module

from django.conf import settings
from django.core.cache import caches

from publish import tasks

caches["default"].set("page", "kept", 600)
caches[settings.SELECT2_CACHE_BACKEND].set("choice", "kept", 600)
session = import_module(settings.SESSION_ENGINE).SessionStore()
session["visitor"] = "someone"
session.save()

for task in tasks("transcription" in sys.argv):
    task.delay(7)

print(session.session_key)
