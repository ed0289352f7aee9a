"""Writes values into the default cache and reads each at once; prints how many were not there.

`readback.py COUNT`
"""

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pod.settings")

import django

django.setup()

from django.core.cache import caches

cache = caches["default"]
missed = 0
for number in range(int(sys.argv[1])):
    cache.set(f"readback-{number}", number, 60)
    missed += cache.get(f"readback-{number}") != number
print(missed)
