"""Stands in for Pod's transcription microservice, which reads settings_local.py without Django."""

import os

from celery import Celery

from pod import report
from pod.custom import settings_local

# As pod.main does, which Pod's own imports.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pod.settings")

transcripting_app = Celery(
    "transcripting_tasks",
    broker=getattr(settings_local, "ENCODING_TRANSCODING_CELERY_BROKER_URL", ""),
)
transcripting_app.conf.task_routes = {
    "pod.video_encode_transcript.transcripting_tasks.*": {"queue": "transcripting"}
}


@transcripting_app.task(bind=True)
def start_transcripting_task(self, video):
    report.ran(self, video)
