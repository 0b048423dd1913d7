"""Canonical JSON and the SHA-256 that ties each history row to the one before it.

The hash covers exactly the exported fields, so an auditor recomputes it from an export alone:
sha256(previous_hash + newline + canonical_json(exported fields)), hexadecimal. The first row's previous hash is 64
zeros.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

FORMAT = 1
GENESIS = "0" * 64


def canonical_json(value: Any) -> str:
    """JSON with sorted keys, no white space and characters as they are: one text for one value."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def chained_hash(previous_hash: str, exported: Mapping[str, Any]) -> str:
    """The hash of a row, given its predecessor's hash and its exported fields."""
    return hashlib.sha256(f"{previous_hash}\n{canonical_json(exported)}".encode()).hexdigest()


def digest_of_content(content: Any) -> str:
    """The digest of something that is signed."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def digest_of_heads(heads: Iterable[tuple[str, int, str]]) -> str:
    """The digest (校验码) over chain heads, each (chain name, length, hash), in any order."""
    return hashlib.sha256(canonical_json(sorted(heads)).encode()).hexdigest()
