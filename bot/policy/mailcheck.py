"""Looks through a mail before it goes out: what to better, to confirm, or what stops it.

Policy 2.1.2-subject, -body, -attachment, -recipients, 2.2.1-etiquette and 2.2.1-review. Pure, and
done in a time that grows with the length of the mail alone.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.policy import (
    mailbody,
    mailetiquette,
    mailfiles,
    mailrecipients,
    mailsecrets,
    mailsubject,
    mailtext,
)
from bot.policy.mail import Flaw, Mail, Part, Remark, Severity, Surroundings
from bot.words import Say, say

GRAVITY: tuple[Severity, ...] = ("stop", "confirm", "hint")
PLACES: Mapping[Part, Say] = {  # where a mark of confidence may stand
    "subject": say("the subject"),
    "body": say("the text"),
    "attachments": say("the name of an attachment"),
}
SENTENCES: Mapping[Flaw, Say] = {
    Flaw.SUBJECT_EMPTY: say("The subject is empty. Say in a few words what it is about."),
    Flaw.SUBJECT_SAYS_NOTHING: say("The subject does not say what the mail is about."),
    Flaw.SUBJECT_LONG: say(
        "The subject takes {count} columns; at most {most} are read at a glance."
    ),
    Flaw.SUBJECT_CHAIN: say(
        "The subject begins with {count} signs of a reply or forward. "
        "Write what this mail is about."
    ),
    Flaw.SUBJECT_SHOUTS: say(
        "The subject shouts. Write it without capitals and exclamation marks."
    ),
    Flaw.BODY_EMPTY: say("The text is empty."),
    Flaw.BODY_WALL: say(
        "One paragraph takes {count} columns. Part what is longer than {most}: "
        "one thought a paragraph."
    ),
    Flaw.BODY_NO_PARAGRAPHS: say("The text is one single block. Part it into paragraphs."),
    Flaw.BODY_NO_PURPOSE: say("The text does not say what you want of the reader, or tell them."),
    Flaw.NO_SALUTATION: say("The salutation is missing. For example: {example}"),
    Flaw.NO_CLOSING: say("A closing with your name is missing. For example: {example}"),
    Flaw.CHATTY: say("{words} is too chatty for outside mail."),
    Flaw.RUDE: say("{words} may offend the reader."),
    Flaw.EMOJI: say("{words} is out of place in outside mail."),
    Flaw.CAPITALS: say("Several words in a row are all capitals, which reads as shouting."),
    Flaw.EXCLAMATIONS: say("There are too many exclamation marks."),
    Flaw.ATTACHMENT_ABSENT: say("The mail speaks of {words}, but nothing is attached."),
    Flaw.ATTACHMENT_FORBIDDEN: say("{name}: files ending in {suffix} may not go out."),
    Flaw.ATTACHMENT_DISGUISED: say("{name} is a program that looks like a document."),
    Flaw.ATTACHMENT_TRICKY_NAME: say(
        "The name {name} has unseen characters that show it otherwise than it is."
    ),
    Flaw.ATTACHMENT_EMPTY: say("{name} is empty. Attach it again."),
    Flaw.ATTACHMENT_LARGE: say("{name} is larger than {most} MB."),
    Flaw.ATTACHMENTS_LARGE: say("The attachments together are larger than {most} MB."),
    Flaw.ATTACHMENT_SEALED: say(
        "{name} is encrypted, and cannot be looked into. Say why it has to be."
    ),
    Flaw.NO_RECIPIENT: say("There is no recipient."),
    Flaw.MALFORMED: say("This is no mail address: {addresses}"),
    Flaw.TWICE: say("This address stands there twice: {addresses}"),
    Flaw.MIXED: say("It goes to colleagues and to outsiders at {domains} at once. Is that meant?"),
    Flaw.LOOK_ALIKE: say("{domain} looks like {known}, and is another. Is it really meant?"),
    Flaw.MANY: say("It goes to {count} recipients, more than {most}. Does each of them need it?"),
    Flaw.FIRST_TIME: say("Nobody here has written to this address before: {addresses}"),
    Flaw.CONFIDENTIAL: say(
        "{word} stands in {place}. Such mail goes out only after approval: {command}"
    ),
}


def check(mail: Mail, known: Surroundings) -> tuple[Remark, ...]:
    """What stops it first, hints last; nothing where all is well."""
    own = mailtext.letter(mail.body)
    found = [
        *mailsubject.check(mail, known),
        *mailrecipients.check(mail, known),
        *mailbody.check(own, known),
        *mailfiles.check(mail, own, known),
        *mailsecrets.check(mail, own, known),
    ]
    if any(each.isalnum() for each in own.text):
        found += mailetiquette.check(mail, own, known)
    return tuple(sorted(found, key=lambda each: GRAVITY.index(each.severity)))


def told(remark: Remark) -> Say:
    """The remark in a sentence."""
    values = remark.values
    if remark.code is Flaw.CONFIDENTIAL:
        values = (*values, ("place", PLACES[remark.field]))
    return replace(SENTENCES[remark.code], values=values)
