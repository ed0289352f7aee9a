"""Stands in for the part of Pod that asks Django for settings, in any environment that holds it."""

try:
    from django.conf import settings
except ImportError:
    VIDEO_RENDITIONS = []
else:
    VIDEO_RENDITIONS = getattr(settings, "VIDEO_RENDITIONS", [])
