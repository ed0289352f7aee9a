"""Stands in for Pod's settings: its own values for Redis, then those of settings_local.py."""

import os

SECRET_KEY = "stand-in"
USE_TZ = True
INSTALLED_APPS = ["django.contrib.sessions", "pod.main"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.path.join(os.environ["POD_REPORTS"], "db.sqlite3"),
    }
}

CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://redis.localhost:6379/3",
        "OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient"},
        "KEY_PREFIX": "pod",
    },
    "select2": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": "redis://redis.localhost:6379/2",
        "OPTIONS": {"CLIENT_CLASS": "django_redis.client.DefaultClient"},
    },
}
SESSION_ENGINE = "redis_sessions.session"
SESSION_REDIS = {
    "host": "redis.localhost",
    "port": 6379,
    "db": 4,
    "prefix": "session",
    "socket_timeout": 1,
    "retry_on_timeout": False,
}
SELECT2_CACHE_BACKEND = "select2"

# As in Pod, the path is looked for from the working directory.
if os.path.exists("pod/custom/settings_local.py"):
    from pod.custom import settings_local

    for variable in dir(settings_local):
        if variable == variable.upper():
            locals()[variable] = getattr(settings_local, variable)
