"""Messages between the service and its worker processes: a length, then that much JSON."""

import json
import struct
from typing import IO, Any, Final

LENGTH: Final = struct.Struct(">I")

Message = dict[str, Any]


def pack(message: Message) -> bytes:
    """Turn a message into bytes.

    Raises:
        ValueError: It holds NaN or an infinity, which JSON has no words for.
    """
    body = json.dumps(message, allow_nan=False).encode()
    return LENGTH.pack(len(body)) + body


def read(stream: IO[bytes]) -> Message | None:
    """Read one message from a blocking stream; None at its end."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    if len(body) < length:
        return None
    message: Message = json.loads(body)
    return message
