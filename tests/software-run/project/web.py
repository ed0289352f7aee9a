"""A visit to Pod's web server: writes what it leaves in Redis; prints the key of the visitor's session."""

import sys

# It sets Django up.
from publish import tasks

from django.conf import settings
from django.core.cache import caches

from attempt import save_session

caches["default"].set("page", "kept", 600)
caches[settings.SELECT2_CACHE_BACKEND].set("choice", "kept", 600)
key = save_session()
for task in tasks("transcription" in sys.argv):
    task.delay(7)
print(key)
