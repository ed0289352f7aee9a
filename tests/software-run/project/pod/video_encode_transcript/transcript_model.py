"""Stands in for Pod's transcription, as far as it fails when it is loaded."""

from importlib import import_module

from pod.custom import settings_local

from .encoding_utils import VIDEO_RENDITIONS

# As in Pod, which needs it whatever transcribes.
numpy = import_module("numpy")

__all__ = ["VIDEO_RENDITIONS", "numpy"]

TRANSCRIPTION_MODEL_PARAM = getattr(settings_local, "TRANSCRIPTION_MODEL_PARAM", False)
USE_TRANSCRIPTION = getattr(settings_local, "USE_TRANSCRIPTION", False)
if USE_TRANSCRIPTION:
    TRANSCRIPTION_TYPE = getattr(settings_local, "TRANSCRIPTION_TYPE", "WHISPER")
    import_module(TRANSCRIPTION_TYPE.lower())
