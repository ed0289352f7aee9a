"""Stands in for the Celery application of Pod itself, with its way of reading settings."""

import os

from celery import Celery

from pod import report

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pod.settings")

app = Celery("pod_project")
app.config_from_object("django.conf:settings", namespace="CELERY")


@app.task(bind=True)
def task_start_encode(self, video):
    # Saving a video builds its thumbnails, which are in the default cache.
    from django.core.cache import caches

    caches["default"].set("thumbnail", video, 600)
    report.ran(self, video)
