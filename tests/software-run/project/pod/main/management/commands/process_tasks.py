"""Stands in for Pod's command of the same name, which finds nothing to do."""

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    def handle(self, *args, **options):
        self.stdout.write("No pending tasks found")
