"""Other apps in a scene, which an app must not take for people."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.slack.fake import deeds
from tests.slack.fake.people import Person, root_of
from tests.slack.fake.things import Conversation, File, Message


@dataclass(slots=True, eq=False, kw_only=True)
class Robot(Person):
    """Somebody else's app: an account of its own, or (`legacy`) only a name."""

    app: str = ""
    legacy: bool = False

    def say(
        self,
        where: Conversation,
        typed: str,
        *,
        thread: Message | None = None,
        files: Iterable[File] = (),
        broadcast: bool = False,
    ) -> Message:
        with self.world.turn:
            what = Message(
                ts=self.world.ids.ts(),
                room=where,
                user=self.id,
                text=typed,
                thread_ts=root_of(thread),
                files=list(files),
                subtype="bot_message" if self.legacy else None,
                bot_id=self.bot_id,
                app_id=self.app,
                broadcast=broadcast,
            )
            return deeds.say(self.world, what)
