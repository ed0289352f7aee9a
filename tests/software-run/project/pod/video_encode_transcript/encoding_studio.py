"""Stands in for Pod's encoding of studio recordings, as far as it fails when it is loaded."""

from .encoding_utils import VIDEO_RENDITIONS

__all__ = ["VIDEO_RENDITIONS"]
