"""Stands in for Pod's encoding microservice, which reads settings_local.py without Django."""

from celery import Celery

from pod import report
from pod.custom import settings_local

encoding_app = Celery(
    "encoding_tasks",
    broker=getattr(settings_local, "ENCODING_TRANSCODING_CELERY_BROKER_URL", ""),
)
encoding_app.conf.task_routes = {
    "pod.video_encode_transcript.encoding_tasks.*": {"queue": "encoding"}
}


@encoding_app.task(bind=True)
def start_encoding_task(self, video):
    report.ran(self, video)
