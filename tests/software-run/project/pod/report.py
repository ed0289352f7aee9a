"""Tells the tests what workers do, in files of the folder POD_REPORTS."""

import json
import os
import time

from celery.signals import worker_ready


def write(name, **values):
    with open(os.path.join(os.environ["POD_REPORTS"], name), "a") as file:
        file.write(json.dumps(values) + "\n")


def ran(task, video):
    """Reports that a worker runs a task, and whether it acknowledges it afterwards."""
    write("tasks", task=task.name, video=video, acks_late=task.acks_late)
    start = time.monotonic()
    while time.monotonic() - start < seconds():
        time.sleep(0.1)
    write("finished", task=task.name, video=video)


def seconds():
    """The seconds that a task takes; the test may change them while it runs."""
    try:
        with open(os.path.join(os.environ["POD_REPORTS"], "seconds")) as file:
            # Empty while the test writes it: the task goes on.
            return float(file.read() or "inf")
    except FileNotFoundError:
        return 0


@worker_ready.connect
def ready(sender, **_):
    """Reports what a worker applies, whatever it was told by whom."""
    worker = sender.controller
    write(
        "workers",
        app=sender.app.main,
        node=worker.hostname,
        queues=sorted(queue.name for queue in sender.task_consumer.queues),
        concurrency=worker.concurrency,
        prefetch=sender.qos.value,
        time_limit=worker.time_limit,
        tasks_per_child=worker.max_tasks_per_child,
        acks_late=sender.app.conf.task_acks_late,
        visibility_timeout=sender.connection.default_channel.visibility_timeout,
    )
