"""The name of a question to a provider: two with the same name have the same answer."""

from __future__ import annotations

import hashlib
import json


def name_of(*parts: str) -> str:
    """SHA-256 in hex of all parts, each kept apart from the next. A case or an accent makes another question,
    which a database's own comparison of texts would not see."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
