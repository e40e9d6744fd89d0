"""What can go wrong with a model server."""

from enum import StrEnum


class Fault(StrEnum):
    """One kind of trouble; `FakeOllama.fail` says how often it happens."""

    HANGS = "hangs"
    """Takes the question and never answers."""
    LOADS_FOREVER = "loads_forever"
    """The model never gets into memory."""
    BLIND = "blind"
    """The picture gets lost on its way to the model, which answers all the same."""
    THINKS = "thinks"
    """Thinks aloud until nothing may be said any more; the answer is empty."""
    THINKS_IN_CONTENT = "thinks_in_content"
    """Thinks aloud in front of its answer."""
    INVALID_JSON = "invalid_json"
    """Breaks off in the middle of its answer."""
    NOT_IN_SCHEMA = "not_in_schema"
    """Answers something that was not among the choices."""
    EMPTY = "empty"
    """Says nothing."""
    BUSY = "busy"
    """Too many requests are waiting: 503."""
    DROPS = "drops"
    """Closes the connection in the middle of its answer."""
    CRASHES = "crashes"
    """The model's process dies: 500."""
