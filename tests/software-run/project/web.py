"""What a visit to Pod's web server leaves in Redis; prints the key of the visitor's session."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pod.settings")

import django

django.setup()

from importlib import import_module

from django.conf import settings
from django.core.cache import caches

caches["default"].set("page", "kept", 600)
caches[settings.SELECT2_CACHE_BACKEND].set("choice", "kept", 600)
session = import_module(settings.SESSION_ENGINE).SessionStore()
session["visitor"] = "someone"
session.save()

if getattr(settings, "CELERY_TO_ENCODE", False):
    from pod.main.celery import task_start_encode

    task_start_encode.delay(7)
if getattr(settings, "USE_REMOTE_ENCODING_TRANSCODING", False):
    from pod.video_encode_transcript.encoding_tasks import start_encoding_task

    start_encoding_task.delay(7)
    if "transcription" in sys.argv:
        from pod.video_encode_transcript.transcripting_tasks import start_transcripting_task

        start_transcripting_task.delay(7)
if getattr(settings, "USE_XAPI", False) and getattr(settings, "USE_XAPI_VIDEO", False):
    from pod.xapi.xapi_tasks import send_xapi_statement_task

    send_xapi_statement_task.delay(7)

print(session.session_key)
