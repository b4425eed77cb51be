"""Short stories of one thing each: what people do, when, and what they have read at the end."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.events import ButtonPressed, FormSubmitted, Happening, MessageRef, ReactionChanged
from tests.crash.platforms import Chat
from tests.desk import LOBBY, Desk, account

H, M = timedelta(hours=1), timedelta(minutes=1)
WATCHED = '[archive]\nevery = "1h"\nchannel = "lobby"\n'


class Stage(Protocol):
    """What a deed needs of the life it is done in."""

    desk: Desk
    chat: Chat

    def says(self, *events: Happening) -> None: ...

    def restart(self) -> None: ...


Deed = Callable[[Stage], None]
Step = tuple[timedelta, Deed]  # how long after Monday 09:00, where the office is


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`before` is over when dying begins. `reads`: whom which cards have reached at the end."""

    name: str
    before: tuple[Step, ...] = ()
    steps: tuple[Step, ...] = ()
    ends: timedelta
    reads: tuple[str, ...] = ()
    policy: str = ""
    keeps_house: bool = False  # checkpoints, disposals and erasing, too
    packs: bool = False  # files that are asked for, and what makes records to be found

    @property
    def all(self) -> tuple[Step, ...]:
        return self.before + self.steps


def post(who: str, text: str, id: str) -> Deed:
    return lambda stage: stage.says(stage.desk.message(who, text, id))


def types(who: str, text: str, key: str) -> Deed:
    return lambda stage: stage.says(stage.desk.command(who, text, f"paper/{key}"))


def press(who: str, label: str, key: str) -> Deed:
    """The button of that label on the last card of theirs that has it."""

    def pressed(stage: Stage) -> None:
        for line in reversed(stage.chat.seen_by(who)):
            for button in line.card.buttons if line.card else ():
                if button.label.sentence == label:
                    stage.says(
                        ButtonPressed(
                            key=f"paper/{key}",
                            at=stage.desk.now,
                            actor=account(who),
                            message=line.ref,
                            action=button.action,
                            reply_handle="window",
                        )
                    )
                    return

    return pressed


def react(who: str, message: str, emoji: str, key: str) -> Deed:
    return lambda stage: stage.says(
        ReactionChanged(
            key=f"paper/{key}",
            at=stage.desk.now,
            actor=account(who),
            message=MessageRef(LOBBY, message),
            emoji=emoji,
            added=True,
        )
    )


def submit(who: str, form: str, key: str, **fields: str) -> Deed:
    return lambda stage: stage.says(
        FormSubmitted(
            key=f"paper/{key}",
            at=stage.desk.now,
            actor=account(who),
            place=LOBBY,
            form=form,
            fields=tuple(fields.items()),
        )
    )


def busy(span: timedelta) -> Deed:
    """The platform takes nothing for a while."""

    def told(stage: Stage) -> None:
        stage.chat.down_until = stage.desk.now + span

    return told


def outage(span: timedelta) -> Deed:
    """We are down for a while."""

    def down(stage: Stage) -> None:
        stage.desk.now += span
        stage.restart()

    return down


def waits(stage: Stage) -> None:
    """We look around once more."""


def deaf(stage: Stage) -> None:
    """What the platform is asked next it does, and we do not hear that it did."""
    stage.chat.deaf = True


LOOKED_AT = "important msg:m1 @bob"
ASKED = (0 * H, post("ann", "@bob when will the samples be ready?", "m1"))
NOTICE = (0 * H, types("ann", "request notice audience=department:sales Closed on Friday", "c1"))
APPROVED = (6 * M, press("sam", "Approve", "b1"))
ASKING = ("ann: Your request #1", "sam: «Ann» asks for approval: #1")
DECIDED = ("ann: #1 was approved", "sam: #1 was approved")
TOLD = ("ann: #1 was approved", "sam: Approved: #1. «Ann» has been told.")
READ = ("eve: Notice #2: «Closed on Friday»", "sam: Notice #2: «Closed on Friday»")
LATE = "mei: 您的团队有逾期：«Bob»"
NUDGED = ("bob: «Ann» is waiting for your answer",)

SCENES = (
    Scene(name="asked", steps=(ASKED,), ends=5 * M),
    Scene(name="nudged", before=(ASKED,), steps=((3 * H, deaf),), ends=4.6 * H, reads=NUDGED),
    Scene(
        name="late",
        before=(ASKED,),
        steps=((4.6 * H, deaf),),
        ends=8 * H,
        reads=("bob: Your answer to «Ann» is due", LATE),  # in the place of what was said before
    ),
    Scene(
        name="answered in time",
        before=(ASKED,),
        steps=((3 * H, types("bob", "done 1", "c1")),),
        ends=5.6 * H,
        reads=("bob: Done: #1. «Ann» can open it again.",),
    ),
    Scene(
        name="answered when nudged",
        before=(ASKED,),
        steps=((4.5 * H, types("bob", "done 1", "c1")),),
        ends=5.6 * H,
        reads=("bob: #1 is settled.", "bob: Done: #1. «Ann» can open it again."),
    ),
    Scene(
        name="promised",
        before=(ASKED,),
        steps=((H, types("bob", "promise 1 in 4 hours", "c1")),),
        ends=5.5 * H,
        reads=(
            "ann: «Bob» promises an answer to #1 by Mon 2 Mar, 14:00.",
            "bob: Your answer to «Ann» is due",
        ),
    ),
    Scene(name="requested", steps=((0 * H, deaf), NOTICE), ends=H / 4, reads=ASKING),
    Scene(
        name="decided",
        before=(NOTICE,),
        steps=(APPROVED,),
        ends=H / 4,
        reads=(*DECIDED, *TOLD, *READ),
    ),
    Scene(
        name="confirmed",
        before=(NOTICE, APPROVED),
        steps=((12 * M, press("eve", "I have read and understood it", "b2")),),
        ends=H / 3,
        reads=(*DECIDED, *TOLD, READ[1], "eve: Confirmed: #2"),
    ),
    Scene(
        name="lists",
        before=(ASKED,),
        steps=((H, types("bob", "mine", "c1")), (H, types("ann", "nonsense", "c2"))),
        ends=1.1 * H,
        reads=("bob: You owe 1 answer",),
    ),
    Scene(
        name="form",
        steps=(
            (0 * H, types("ann", "request", "c1")),
            (M, submit("ann", "request", "f1", kind="notice", text="The office is closed.")),
        ),
        ends=H / 4,
        reads=ASKING,
    ),
    Scene(
        name="digest",
        before=((0 * H, types("bob", "settings digest 11:00", "c1")), ASKED),
        steps=((25 * H, deaf),),
        ends=26.1 * H,
        reads=("bob: Your day: 1 thing waits", "mei: 今日概览：有 1 件事"),
    ),
    Scene(
        name="evening",
        before=((8 * H + 57 * M, busy(10 * M)), (8 * H + 58 * M, NOTICE[1])),
        steps=((9 * H, deaf),),
        ends=24.7 * H,
        reads=ASKING,
    ),
    Scene(
        name="outage",
        before=(ASKED,),
        steps=((2 * H, outage(2.6 * H)),),
        ends=5.6 * H,
        reads=("bob: Your answer to «Ann» is due",),  # in the place of what was said before
    ),
    Scene(
        name="important",
        before=((0 * H, post("eve", "the lift is out of order again", "m1")),),
        steps=((M, react("sam", "m1", "❗", "r1")), (2 * M, types("sam", LOOKED_AT, "c1"))),
        ends=4.6 * H,
        reads=("bob: Your word to «Eve» that you have read it is due", LATE),
    ),
    Scene(
        name="house",
        steps=(ASKED, (0 * H, deaf), *((minute * M, waits) for minute in (2, 4, 8, 12, 20))),
        ends=H / 2,  # whoever starts anew looks after a minute
        reads=("lobby: Checkpoint 1 of the archive",),
        policy=WATCHED,
        keeps_house=True,
    ),
    Scene(
        name="my data",
        before=(ASKED,),
        steps=(
            (0.1 * H, types("bob", "mydata", "c1")),
            (0.1 * H, post("eve", "good morning everybody", "m2")),
        ),
        ends=H,  # who dies over a file has it for a quarter of an hour
        reads=("bob: Everything I hold about you, as a file.",),
        packs=True,
    ),
)
