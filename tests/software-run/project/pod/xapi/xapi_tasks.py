"""Stands in for Pod's xAPI worker, which reads settings_local.py without Django."""

from celery import Celery

from pod import report
from pod.custom import settings_local

xapi_app = Celery("xapi_tasks", broker=getattr(settings_local, "XAPI_CELERY_BROKER_URL", ""))
xapi_app.conf.task_routes = {"pod.xapi.xapi_tasks.*": {"queue": "xapi"}}


@xapi_app.task(bind=True)
def send_xapi_statement_task(self, video):
    report.ran(self, video)
