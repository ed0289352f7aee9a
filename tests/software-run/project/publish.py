"""Publishes tasks, numbered from 1, to each queue that Pod's settings have: `publish.py COUNT`."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pod.settings")

import django

django.setup()

from django.conf import settings


def tasks(transcription=False):
    """The tasks that Pod publishes by its settings, one for each queue."""
    if getattr(settings, "CELERY_TO_ENCODE", False):
        from pod.main.celery import task_start_encode

        yield task_start_encode
    if getattr(settings, "USE_REMOTE_ENCODING_TRANSCODING", False):
        from pod.video_encode_transcript.encoding_tasks import start_encoding_task

        yield start_encoding_task
        if transcription:
            from pod.video_encode_transcript.transcripting_tasks import start_transcripting_task

            yield start_transcripting_task
    if getattr(settings, "USE_XAPI", False) and getattr(settings, "USE_XAPI_VIDEO", False):
        from pod.xapi.xapi_tasks import send_xapi_statement_task

        yield send_xapi_statement_task


if __name__ == "__main__":
    for task in tasks():
        for video in range(1, int(sys.argv[1]) + 1):
            task.delay(video)
