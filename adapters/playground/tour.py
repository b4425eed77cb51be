"""The second guide: what is kept, what is found in it, and who looks after it."""

from collections.abc import Iterator
from dataclasses import dataclass

from adapters.playground.cast import Cast, Office, Person
from adapters.playground.guide import Scene, Step, Steps
from bot.words import Code, Reader, say


def tour(cast: Cast, reader: Reader) -> tuple[Step, ...]:
    """None where nobody is named who could play it."""
    office = cast.office
    if office is None:
        return ()
    people = [cast.person(each) for each in (office.writer, office.head, office.it)]
    channel = next((each for each in cast.channels if each.id == office.channel), None)
    writer, head, it = people
    if not (writer and head and it and channel):
        return ()
    made = _Tour(Scene(writer, head, it, channel), reader, cast, office)
    return (*made.found(), *made.kept(), *made.supervised(), made.over())


@dataclass(frozen=True, slots=True)
class _Tour(Steps):
    cast: Cast
    office: Office

    def found(self) -> Iterator[Step]:
        """Something is where it should not be; an account is nobody's; a mail looks like fraud."""
        writer, head, it = self.scene.asker, self.scene.other, self.scene.helper
        leak = say(
            "As {ann}, write something in {place} that should not stand there.", **self._names
        )
        yield self._write(
            leak, writer, say("The password of the test server is Tr0ub4dor&3x-blue.")
        )
        told = say(
            "Only {ann} sees what Duly says of it. She leaves it: let half a day go by.",
            **self._names,
        )
        yield self._move(told, say("+5 working hours"), '{"working_minutes": 300}')
        look = say("Now {bob} is asked to look. Take it, and say what comes of it.", **self._names)
        yield self._switch(look, head, "pressed")
        stranger = self._who(self.office.stranger)
        strange = say("Somebody nobody knows writes, too.")
        yield self._write(strange, stranger, say("Hello, who can send me the list of customers?"))
        daily = say("{cleo} is IT: each working day the state of things is signed.", **self._names)
        yield self._command(daily, it, "/duly daily")
        account = say(
            "Whose account is that? {cleo} links it, vouches for it or has it removed.",
            **self._names,
        )
        yield self._command(account, it, "/duly account")
        fraud = say(
            "{ann} got a strange mail. IT hears of it, and {ann} hears what it was.", **self._names
        )
        words = say("/duly phishing Your parcel waits, sign in at http://parcel.example/pay")
        yield self._command(fraud, writer, self._words(words))

    def kept(self) -> Iterator[Step]:
        """Found again, looked into with a reason, held."""
        search = say("Everything said is kept. Whoever was there finds it again.")
        yield self._command(search, self.scene.asker, "/duly search server")
        auditor, hr = self._who(self.office.auditor), self._who(self.office.hr)
        others = say(
            "An auditor finds what others said, too: with a reason, and each look is recorded."
        )
        yield self._command(others, auditor, "/duly search all server")
        own = say("Everybody may have all that Duly holds about them, as a file.")
        yield self._command(own, self.scene.asker, "/duly mydata")
        hold = say(
            "What matters in a dispute is held: then it is not disposed of when its term is over."
        )
        yield self._command(hold, hr, "/duly hold set")

    def supervised(self) -> Iterator[Step]:
        """A month is over; a breach is reported."""
        month = say("When a month is over, heads get a sample of what their people said.")
        yield self._move(month, say("Next month"), f'{{"month_of": "{self.scene.other.id}"}}')
        breach = say(
            "A breach is reported so that only two investigators can read it; first they make keys."
        )
        yield self._command(breach, self.scene.asker, "/duly breach")
        keys = say("Investigators make their keys on their pages, under Sealed cases.")
        yield self._command(keys, self._who(self.office.investigator), "/duly web")
        go = say(
            "Its sample comes within a minute. {bob} goes through it, message by message.",
            **self._names,
        )
        yield self._command(go, self.scene.other, "/duly sample")

    def over(self) -> Step:
        more = say(
            "On the terminal: {verify} checks what was kept, {command} lists the rest.",
            verify=Code("./duly verify"),
            command=Code("./duly --help"),
        )
        return Step(self._words(more))

    def _who(self, id: str) -> Person:
        return self.cast.person(id) or self.scene.asker
