"""What people do in a fake Slack, drawn by chance: they talk, type, press, react, edit, delete."""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from tests.slack.fake import Channel, Person
from tests.slack.fake.rules import Impossible
from tests.slack.fake.things import Message

SAYINGS = (
    *("@{} when will the samples be ready?", "@{} could you send me the contract?"),
    *(
        "@{} 报价单什么时候能发给我？",
        "good morning",
        "@{} here it is, on page 3",
        "thanks!",
        "ok :+1:",
    ),
)


@dataclass
class Talk:
    chance: Random
    people: Mapping[str, Person]
    sales: Channel
    said: list[Message] = field(default_factory=list)

    def do(self, many: int | None = None) -> None:
        """Some things in a row; what Slack would not let them do is left."""
        deeds: dict[Callable[[], None], int] = {
            self._say: 30,
            self._reply: 12,
            self._type: 20,
            self._write: 8,
            self._press: 16,
            self._react: 8,
            self._edit: 4,
            self._delete: 2,
        }
        many = self.chance.choice((1, 2, 3, 5)) if many is None else many
        for deed in self.chance.choices(list(deeds), list(deeds.values()), k=many):
            with contextlib.suppress(Impossible):
                deed()

    def _say(self, thread: Message | None = None) -> None:
        words = self.chance.choice(SAYINGS).format(self._anyone().name)
        self.said.append(self._anyone().say(self.sales, words, thread=thread))

    def _reply(self) -> None:
        if self.said:
            self._say(self.chance.choice(self.said[-5:]))

    def _type(self) -> None:
        number = self.chance.randint(1, 6)
        hours = self.chance.randint(1, 30)
        line = self.chance.choice(
            (
                *(f"done {number}", f"promise {number} in {hours} hours", f"drop {number}"),
                *(f"explain {number}", "mine", "waiting", f"approve {number}", "nonsense"),
                f"request notice audience=all Closed on Friday {hours}",
            )
        )
        self._anyone().command(self.sales, f"/duly {line}")

    def _write(self) -> None:
        self._anyone().write(
            self.chance.choice(("mine", "team", f"done {self.chance.randint(1, 6)}"))
        )

    def _press(self) -> None:
        who = self._anyone()
        cards = [each for each in who.sees if each.controls and isinstance(each.source, Message)]
        if cards:
            card = self.chance.choice(cards[-4:])
            who.press(card.source, self.chance.choice(card.controls))

    def _react(self) -> None:
        if self.said:
            name = self.chance.choice(("white_check_mark", "exclamation", "eyes", "+1"))
            self._anyone().react(self.chance.choice(self.said[-5:]), name)

    def _edit(self) -> None:
        if self.said:
            message = self.chance.choice(self.said[-5:])
            author = next(x for x in self.people.values() if x.id == message.user)
            author.edit(message, "@bob and when is it ready?")

    def _delete(self) -> None:
        if self.said:
            message = self.chance.choice(self.said[-5:])
            next(x for x in self.people.values() if x.id == message.user).delete(message)

    def _anyone(self) -> Person:
        return self.chance.choice(list(self.people.values()))
