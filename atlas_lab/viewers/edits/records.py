"""The bytes of a journal: records with a checksum each, so that a torn end is seen and what is before it survives.

A record is the length of its body and the body's CRC-32 (two little-endian uint32), then the body: one line of JSON
(`facts`, with their `kind`) and, for an edit, its runs as bytes.
"""

import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

_HEAD = struct.Struct("<II")


def pack(facts: dict[str, Any], data: bytes = b"") -> bytes:
    """One record."""
    body = json.dumps(facts).encode() + b"\n" + data
    return _HEAD.pack(len(body), zlib.crc32(body)) + body


def unpack(data: bytes) -> Iterator[tuple[dict[str, Any], bytes, int]]:
    """The records in front of the first that is torn or damaged: facts, data, and where the record ends in bytes."""
    start = 0
    while start + _HEAD.size <= len(data):
        length, sum = _HEAD.unpack_from(data, start)
        end = start + _HEAD.size + length
        body = data[start + _HEAD.size : end]
        if not length or len(body) < length or zlib.crc32(body) != sum:  # zeros at the end would be an empty record
            return
        line, _, rest = body.partition(b"\n")
        yield json.loads(line), rest, end
        start = end
