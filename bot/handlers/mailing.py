"""Mail to somebody outside, looked through before it is sent for review. Policy 2.1.2, 2.2.1."""

from collections.abc import Mapping
from datetime import timedelta

from bot.card import Form
from bot.command import Call
from bot.policy import forms, mailcheck
from bot.policy.attachments import Attached
from bot.policy.mail import Flaw, Mail, MailFile, Remark, Surroundings
from bot.words import say

FAMILY = "outside_mail"
EARLIER = 500  # approved mails, for whom anybody here has written to before …
YEARS = timedelta(days=2 * 365)  # … so recently


def remarks(call: Call, form: Mapping[str, str], files: tuple[Attached, ...]) -> tuple[Remark, ...]:
    """What there is to better, to confirm, or what stops it; the gravest first."""
    mail = Mail(
        sender=call.person.email,
        to=forms.listed(form.get("recipients", "")),
        subject=form.get("subject", ""),
        body=form.get(forms.TEXT, ""),
        attachments=tuple(MailFile(name=each.name, size=each.size) for each in files),
    )
    found = mailcheck.check(mail, _around(call))
    major = form.get("nature") == "major"
    return tuple(each for each in found if not (major and each.code is Flaw.CONFIDENTIAL))


def _around(call: Call) -> Surroundings:
    rules = call.book.mail
    own = frozenset(rules.domains) or call.directory.hosts
    earlier = call.tx.requests.approved_since(call.now - YEARS, (FAMILY,), EARLIER)
    written = (
        forms.address(each)
        for request in earlier
        for each in forms.listed(request.form.get("recipients", ""))
    )
    return Surroundings(
        rules=rules,
        domains=own,
        written=frozenset(each for each in written if each),
        language=call.person.language,
    )


def stops(found: tuple[Remark, ...]) -> bool:
    return any(each.severity == "stop" for each in found)


def asked(line: str, found: tuple[Remark, ...]) -> Form:
    """What was found, and whether it is to go to its reviewer all the same."""
    return Form(
        line,
        say("Look at this before it goes to review"),
        (forms.FIELDS[forms.SEEN],),
        say("Go on"),
        intro=tuple(map(mailcheck.told, found)),
    )
