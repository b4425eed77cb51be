"""Single calls to a homeserver: a method, a path, and what it says to them."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp

from adapters.matrix.slip import Slip

PATIENCE = 30.0  # seconds for one call
LARGEST = 64 * 2**20  # bytes of an answer that are read


class NoAnswer(Exception):
    """The homeserver did not answer. `sent`: perhaps it heard us all the same."""

    def __init__(self, reason: str, *, sent: bool) -> None:
        super().__init__(reason)
        self.sent = sent
