"""Is a mail going to whom it is meant for? Policy 2.1.2-recipients."""

from collections.abc import Iterator, Sequence

from bot.policy.addresses import Address, addresses
from bot.policy.lookalikes import Known
from bot.policy.mail import Flaw, Mail, Remark, Surroundings, remark
from bot.words import Code, Quoted, Rows

NAMED = 5  # of them in one sentence


def check(mail: Mail, known: Surroundings) -> Iterator[Remark]:
    every = [each for entry in (*mail.to, *mail.cc, *mail.bcc) for each in addresses(entry)]
    good = [each for each in every if each.mailbox]
    yield from _written(every, good)
    mailboxes = {each.mailbox: each for each in good}
    if len(mailboxes) > known.rules.recipients_most:
        yield remark(Flaw.MANY, "confirm", count=len(mailboxes), most=known.rules.recipients_most)
    yield from _outside(list(mailboxes.values()), known)


def _written(every: Sequence[Address], good: Sequence[Address]) -> Iterator[Remark]:
    if not every:
        yield remark(Flaw.NO_RECIPIENT, "stop")
    if wrong := [each.text for each in every if not each.mailbox]:
        yield remark(Flaw.MALFORMED, "stop", addresses=_quoted(wrong))
    met: set[str] = set()
    twice = [each.mailbox for each in good if each.mailbox in met or met.add(each.mailbox)]  # type: ignore[func-returns-value]
    if twice:
        yield remark(Flaw.TWICE, addresses=_quoted(twice))


def _outside(good: Sequence[Address], known: Surroundings) -> Iterator[Remark]:
    written = {each.casefold() for each in known.written}
    partners = {each.partition("@")[2] for each in written}
    table = Known.of(known.domains, partners)
    outside = [each for each in good if not table.inside(each.domain)]
    domains = list(dict.fromkeys(each.domain for each in outside))
    if outside and len(outside) < len(good):
        yield remark(Flaw.MIXED, "confirm", domains=_quoted(domains))
    imitations = {each: found for each in domains if (found := table.imitated(each))}
    for domain, meant in imitations.items():
        yield remark(Flaw.LOOK_ALIKE, "confirm", domain=Quoted(domain), known=Code(meant))
    new = [each.mailbox for each in outside if each.mailbox not in written]
    if new:
        yield remark(Flaw.FIRST_TIME, "confirm", addresses=_quoted(new))


def _quoted(texts: Sequence[str]) -> Rows:
    """The first few; the rest as a sign that there are more."""
    shown = tuple(Quoted(each, 80) for each in dict.fromkeys(texts))
    more = (Quoted("…"),) if len(shown) > NAMED else ()
    return Rows((*shown[:NAMED], *more))
