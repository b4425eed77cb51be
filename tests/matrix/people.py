"""Fresh people in a server that many tests share: every name is given once."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from typing import Any

from tests.matrix.cipher import SecretHuman
from tests.matrix.human import Human
from tests.matrix.synapse import Registered, Synapse

_numbers = count(1)


class People:
    """Whoever is made here goes when the test ends; rooms are new anyway."""

    def __init__(self, server: Synapse, stack: ExitStack) -> None:
        self.server = server
        self._stack = stack

    def account(self, name: str, **how: Any) -> Registered:
        """For somebody who brings a client, as Duly. `how`: as Synapse.register takes it."""
        return self.server.register(f"{name}{next(_numbers)}", **how)

    def human(self, name: str, **how: Any) -> Human:
        """Somebody with a client that knows no encryption."""
        return self._stack.enter_context(Human(self.server.url, self.account(name, **how)))

    def secret(self, name: str, **how: Any) -> SecretHuman:
        """Somebody who encrypts. `how`: as SecretHuman and Synapse.register take it."""
        named = {each: how.pop(each) for each in ("admin", "displayname") if each in how}
        made = SecretHuman(self.server.url, self.account(name, **named), **how)
        return self._stack.enter_context(made)


@contextmanager
def people_of(server: Synapse) -> Iterator[People]:
    with ExitStack() as stack:
        yield People(server, stack)
