"""Bumble's UUIDs the way Bleak writes them."""

import uuid

from bumble import core

__all__ = ["uuid_text"]


def uuid_text(bumble_uuid: core.UUID) -> str:
    """128-bit, lower-case, with dashes."""
    return str(uuid.UUID(bytes=bumble_uuid.to_bytes(force_128=True)[::-1]))
