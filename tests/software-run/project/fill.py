"""Writes values with an expiry into the default cache: `fill.py MEGABYTES`."""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pod.settings")

import django

django.setup()

from django.core.cache import caches

PARTS = 4
for number in range(PARTS * int(sys.argv[1])):
    caches["default"].set(f"page{number}", b"x" * (1024 * 1024 // PARTS), 600)
