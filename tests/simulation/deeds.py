"""What people do besides asking and answering: notices, meetings, findings, lent decisions.

Every word of theirs carries the canary: it is to be found in no log.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bot.events import CoverageLost, MembershipChanged, MessageRef, ReactionChanged
from bot.store.schema import LIVE, duties, findings, requests, seats
from bot.store.schema_meetings import meetings
from bot.store.schema_notices import audience, notices
from tests.desk import LOBBY, account
from tests.simulation import company, laws
from tests.simulation.storm import Storm

CANARY = "heliotrope"
ASKS = (
    f"@{{}} when will the {CANARY} samples be ready?",
    f"@{{}} could you send me the {CANARY} contract?",
    f"@{{}} urgent: the {CANARY} papers are missing",
    f"@{{}} {CANARY} 报价单什么时候能发给我？",
    f"@{{}} could you and @bob check the {CANARY} figures?",
)
SAYINGS = (
    f"good morning, {CANARY} everybody",
    f"@{{}} the {CANARY} will be ready on Thursday",
    f"@{{}} here it is, sorry for the wait, {CANARY}",
    f"I will send the {CANARY} by tomorrow 17:00",
    f"thanks! {CANARY}",
    "ok",
)
LEAKS = (
    f"the password of staging is: {CANARY}-9xK2!",
    "pay it to 6222020000000000000 please",
)
ENDS = ("claim", "ask", "fine it was so", "settled", "false no", "explain so", "escalate hr x")
WRITTEN = "Decision: We buy the {0}.\nAction: @{1} asks for an offer by {2}\nNote: {0}."


class Deeds(Storm):
    """More to do, by who is to do it or by anybody."""

    def _deeds(self) -> dict[Callable[[], None], int]:
        return super()._deeds() | {
            self._announce: 3,
            self._decide_asked: 10,
            self._confirm_notice: 6,
            self._meet: 5,
            self._minute: 5,
            self._agree: 5,
            self._leak: 3,
            self._look: 6,
            self._pledge: 6,
            self._accept: 5,
            self._lend: 2,
            self._duty: 3,
            self._change_policy: 2,
            self._come_and_go: 2,
            self._agree_by_reaction: 3,
            self._miss: 1,
        }

    def _ask(self) -> None:
        self._post(self.chance.choice(ASKS))

    def _say(self) -> None:
        thread = self.chance.choice([None, *self.messages[-6:]])
        self._post(self.chance.choice(SAYINGS), thread)

    def _announce(self) -> None:
        whom = self.chance.choice(("all", "department:sales", "@bob", "department:abroad"))
        self._command(f"request notice audience={whom} No {CANARY} on {self.chance.random()}")

    def _decide_asked(self) -> None:
        """Who is asked says yes, mostly."""
        asked = self._rows(seats, seats.c.state == "open")
        if asked:
            seat = self.chance.choice(asked)
            (request,) = self._rows(requests, requests.c.id == seat.request)
            word = self.chance.choice(("approve", "approve", "approve", "reject", "return"))
            who = seat.person if self.chance.random() < 0.9 else self._anyone()
            self._command(f"{word} {request.number} {CANARY}", who)

    def _confirm_notice(self) -> None:
        asked = self._rows(audience, audience.c.duty.is_not(None))
        if asked:
            one = self.chance.choice(asked)
            (notice,) = self._rows(notices, notices.c.id == one.notice)
            self._command(f"confirm {notice.number}", one.person)

    def _meet(self) -> None:
        day = self.desk.now.date() + self.chance.randint(0, 3) * timedelta(days=1)
        people = " ".join(f"@{self._anyone()}" for _ in range(self.chance.randint(1, 3)))
        hour = self.chance.choice(("09:30", "11:00", "14:00", "16:30"))
        self._command(f"meeting The {CANARY} {people} {day} {hour} for 45m")

    def _minute(self) -> None:
        found = self._rows(meetings)
        if not found:
            return
        meeting = self.chance.choice(found[-3:])
        day = self.desk.now.date() + timedelta(days=2)
        words = self.chance.choice(
            (
                f"minutes {meeting.number} {WRITTEN.format(CANARY, self._anyone(), day)}",
                f"meeting {meeting.number} attended all",
                f"meeting {meeting.number} cancel {CANARY}",
                f"meeting {meeting.number} move {day} 10:00",
            )
        )
        self._command(words, meeting.organiser)

    def _agree(self) -> None:
        found = self._rows(meetings)
        if found:
            number = self.chance.choice(found[-3:]).number
            deed = self.chance.choice(
                ("confirm", "confirm", f"object 1 {CANARY}", f"amend 1 The {CANARY}", "accept")
            )
            self._command(f"minutes {number} {deed}")

    def _leak(self) -> None:
        self._post(self.chance.choice(LEAKS))

    def _look(self) -> None:
        found = self._rows(findings)
        owed = self._rows(duties, LIVE, duties.c.kind == "review")
        if found and owed:
            number = self.chance.choice(found[-4:]).number
            who = self.chance.choice(owed).owed_by
            self._command(f"finding {number} {self.chance.choice(ENDS)}", who)

    def _pledge(self) -> None:
        owed = self._rows(duties, LIVE, duties.c.kind == "reply")
        if owed:
            duty = self.chance.choice(owed)
            span = self.chance.randint(1, 60)
            self._command(f"promise {duty.number} in {span} hours", duty.owed_by)

    def _accept(self) -> None:
        owed = self._rows(duties, LIVE, duties.c.kind == "accept")
        if owed:
            duty = self.chance.choice(owed)
            word = self.chance.choice(("accept", "accept", "decline"))
            self._command(f"{word} {duty.number}", duty.owed_by)
        else:
            self._pass()

    def _pass(self) -> None:
        owed = self._rows(duties, LIVE, duties.c.kind == "reply")
        if owed:
            duty = self.chance.choice(owed)
            self._command(f"pass {duty.number} @{self._anyone()}", duty.owed_by)

    def _lend(self) -> None:
        first = self.desk.now.date() + self.chance.randint(0, 1) * timedelta(days=1)
        last = first + self.chance.randint(0, 3) * timedelta(days=1)
        who = self.chance.choice(("sam", "mei", "grace", "lena"))
        self._command(f"delegate @{self._anyone()} {first}..{last}", who)

    def _duty(self) -> None:
        """What belongs to an office: the day is signed, something is urgent, is followed up."""
        who, words = self.chance.choice(
            (
                ("bob", f"daily sign The {CANARY} is fine."),
                ("grace", f"emergency msg:{self._message()} @{self._anyone()}"),
                ("sam", f"followup msg:{self._message()} @{self._anyone()}"),
                ("ann", f"help-account I am locked out of {CANARY}."),
                ("leo", f"phishing msg:{self._message()}"),
            )
        )
        self._command(words, who)

    def _change_policy(self) -> None:
        """In the midst of everything: what is owed keeps the version it was opened under."""
        with self._quietly(), self.desk.store.transaction() as tx:
            tx.policies.adopt(company.policy(self.chance.randint(0, 99)))

    def _come_and_go(self) -> None:
        self.pending.append(
            MembershipChanged(
                key=f"paper/g{self._fresh()}",
                at=self.desk.now,
                place=LOBBY,
                account=account(self._anyone()),
                joined=self.chance.random() < 0.6,
            )
        )

    def _agree_by_reaction(self) -> None:
        owed = self._rows(duties, LIVE, duties.c.message.is_not(None))
        if owed:
            duty = self.chance.choice(owed)
            self.pending.append(
                ReactionChanged(
                    key=f"paper/r{self._fresh()}",
                    at=self.desk.now,
                    actor=account(duty.owed_by or self._anyone()),
                    message=MessageRef(LOBBY, duty.message),
                    emoji="✅",
                    added=True,
                )
            )

    def _miss(self) -> None:
        """The platform says that something was said which nobody can tell us any more."""
        since = self.desk.now - timedelta(minutes=self.chance.randint(1, 90))
        self.pending.append(
            CoverageLost(key=f"paper/l{self._fresh()}", at=self.desk.now, place=LOBBY, since=since)
        )

    def _rows(self, table: sa.Table, *where: sa.ColumnElement[bool]) -> list[Any]:
        return laws.rows(self.desk.store, table, *where)
