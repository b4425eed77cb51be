"""What the pages of the reporting channel say, in the template and by their scripts. 5.1.3."""

from collections.abc import Mapping

from bot.policy.reporting import OUTCOMES, STATES
from bot.words import Code, Say, say

NAMES, COUNT, SIZE = Code("{names}"), Code("{n}"), Code("{mb}")  # which the scripts fill in
WHO, WHAT = Code("{who}"), Code("{what}")

BOTH: Mapping[str, Say] = {
    "unable": say("This browser cannot seal here: open the page over https, in a newer browser."),
    "working": say("Sealing …"),
    "failed": say("It was not sent. Everything you wrote still stands here: send it again."),
    "files": say("Files"),
    "files_hint": say(
        "Together up to {size} MB. Files can hold names: of who wrote them, of a computer, of a "
        "place. Look at them first.",
        size=SIZE,
    ),
    "too_large": say("The files are too large together. Up to {size} MB can be sent.", size=SIZE),
    "too_many": say("Up to {count} files can be sent at once.", count=COUNT),
    "too_long": say("This is too long: {count} characters at most.", count=COUNT),
    "fill": say("Please fill this in."),
    "send": say("Seal and send"),
    "download": say("Download"),
    "reporter": say("Who reported"),
    "staff": say("The investigators"),
    "you": say("You"),
    "message": say("Write to them"),
    "number": say("Number"),
    "state": say("State"),
    "since": say("Received at"),
    "outcome": say("What came of it"),
    "sent": say("It was sent."),
    "unreadable": say("This part cannot be opened. It may have been changed."),
    **{f"state_{name}": text for name, text in STATES.items()},
    **{f"outcome_{name}": text for name, text in OUTCOMES.items()},
}

PAGE: Mapping[str, Say] = {
    **BOTH,
    "lead": say("What you write here is sealed in your browser. Nobody but these can open it:"),
    "keepers": say(
        "and, if they are lost, {names} together: each of them has one half of a recovery key.",
        names=NAMES,
    ),
    "honest": say("What this protects, and what it does not"),
    "honest_1": say(
        "This page does not ask who you are, and sets no cookie. Duly notes neither address nor "
        "time of who opens it; what stands before it in the network may."
    ),
    "honest_2": say(
        "Your own computer, and the network it is in, can show that you opened this page. If that "
        "could harm you, use a device and a network that are not the company's."
    ),
    "honest_3": say(
        "Who runs this server cannot read what you send, but could serve you another page than "
        "this one. Anybody can check it: {command}",
        command=Code("./duly verify-pages"),
    ),
    "honest_4": say(
        "The way you write, and what only you can know, may tell who you are. Times and the size "
        "of what you send are known here."
    ),
    "what": say("What happened"),
    "what_hint": say("Who did what, where and when; how you know of it; who else knows of it."),
    "concerns": say("Whom it concerns"),
    "concerns_hint": say(
        "One name a line, as the company writes it. Whoever is named, stands above them or works "
        "for them gets no key to this report. The names stay sealed."
    ),
    "must_not": say("Who else must not read it"),
    "must_not_hint": say(
        "Tick whoever is close to them, as far as you know: only names that are written as in the "
        "company's directory are noticed here."
    ),
    "readers": say("These people will be able to read it: {names}.", names=NAMES),
    "beyond": say("No investigator may read it, so it goes to {names} instead.", names=NAMES),
    "nobody": say(
        "Nobody who reads reports may read this one. Only {names} can open it, both together. "
        "If they are close to it too, turn elsewhere.",
        names=NAMES,
    ),
    "how": say("How you report"),
    "how_anonymous": say("Without my name"),
    "how_confidential": say("With my name, sealed: two investigators open it together, on record"),
    "how_named": say("With my name, for whoever reads the report"),
    "who": say("Your name, and how you can be reached"),
    "arrived": say("Your report has arrived: {number}", number=Code("#{n}")),
    "code_once": say(
        "Write this receipt code down now. It is shown this once, and cannot be had again:"
    ),
    "copy_it": say("Copy"),
    "copied": say("Copied. Keep it where only you find it."),
    "go_on": say("With it you read the answers and write again:"),
    "changed": say("Look who can read it now, and send it again."),
    "continue": say("Go on with a report"),
    "closed": say("The reporting channel is not open yet."),
    "closed_why": say(
        "At least two investigators must set up their keys, and a recovery key, first."
    ),
    "script": say("This page needs JavaScript: it is your browser that seals."),
}

CONTINUED: Mapping[str, Say] = {
    **BOTH,
    "code": say("Your receipt code"),
    "open": say("Open it"),
    "wrong": say("This is no receipt code: it has 16 letters and digits."),
    "opening": say("Opening …"),
    "nothing": say("They have not written to you yet. Come back in two or three working days."),
    "new": say("Report something else"),
    "script": PAGE["script"],
}

CASES: Mapping[str, Say] = {
    **BOTH,
    "title": say("Sealed cases"),
    "intro": say(
        "Cases are opened in this browser alone: this server has no key to them. Each opening is "
        "on record."
    ),
    "phrase": say("Your passphrase"),
    "unlock": say("Unlock"),
    "locked": say("This is not your passphrase."),
    "lost_phrase": say(
        "Lost it? Make a new key; then somebody who can open a case lets you in again, or both "
        "halves of the recovery key do."
    ),
    "make": say("Set up your key"),
    "make_why": say(
        "Your browser makes a key now. Its secret part leaves it only locked with a passphrase, "
        "which nobody here ever sees, and nobody can restore."
    ),
    "phrase_new": say("A passphrase: several words, at least 16 characters"),
    "phrase_again": say("The same once more"),
    "phrase_short": say("At least 16 characters, such as five words by chance."),
    "phrase_differs": say("These two are not the same."),
    "make_do": say("Make my key"),
    "make_new": say("Make a new key"),
    "keys": say("Keys of this channel"),
    "keys_why": say(
        "Compare these with each other by telephone or in person: another one here would mean "
        "that somebody put a key of their own in its place."
    ),
    "no_key": say("has no key yet"),
    "outside": say("only where no investigator may read"),
    "recovery": say("Recovery key"),
    "recovery_none": say(
        "There is none yet. It opens cases when keys are lost. It is shown once, in two halves, "
        "for two people who are not investigators."
    ),
    "keeper_1": say("Who keeps the first half"),
    "keeper_2": say("Who keeps the second half"),
    "recovery_make": say("Make the recovery key"),
    "recovery_new": say("Make a new recovery key"),
    "half": say("Half {number}, for {who}", number=COUNT, who=WHO),
    "half_print": say("Print"),
    "half_once": say("It is shown this once. Put each on paper, and give each to another person."),
    "half_last": say("The last four letters of half {number}", number=COUNT),
    "half_wrong": say("These are not the last four letters of that half."),
    "half_done": say("Both are on paper"),
    "channel_open": say("The channel is open: {address}", address=Code("{what}")),
    "channel_shut": say(
        "Not open yet: two investigators need keys; one of them, unlocked, makes a recovery key."
    ),
    "none": say("No case waits for you."),
    "case": say("Sealed case {number}", number=Code("#{n}")),
    "due": say("Due"),
    "owner": say("Looked after by"),
    "back": say("All cases"),
    "report": say("The report"),
    "concerns": say("It concerns"),
    "no_key_here": say("This case is sealed to an older key of yours. Ask somebody to let you in."),
    "how_anonymous": say("Without a name"),
    "how_confidential": say("With a name that two open together"),
    "how_named": say("With a name"),
    "talk": say("What was said"),
    "answer": say("Answer"),
    "answer_hint": say(
        "Who reported reads it with their receipt code, and hears of it nowhere else."
    ),
    "move": say("How it goes on"),
    "to_assessed": say("I have looked at it and look after it"),
    "to_investigating": say("It is being investigated"),
    "to_closed": say("Close it"),
    "close_words": say("What who reported is told at the end"),
    "assign": say("Give it to"),
    "assign_do": say("Give"),
    "let_in": say("Let somebody in"),
    "let_in_why": say(
        "Your browser seals the key of this case for them. Who was left out on purpose is not here."
    ),
    "let_in_do": say("Let in"),
    "let_in_near": say("{who} is close to {what}, whom this report concerns.", who=WHO, what=WHAT),
    "identity": say("Who reported"),
    "identity_why": say(
        "Their name is sealed. To see it, say why; then somebody who has the other half of its key "
        "is to agree. Both are on record."
    ),
    "identity_alone": say(
        "Nobody else here has the other half. Both halves of the recovery key show it."
    ),
    "identity_reason": say("Why it must be known"),
    "identity_ask": say("Ask to see it"),
    "identity_asked": say("{who} asks to see who reported: {what}", who=WHO, what=WHAT),
    "identity_agree": say("Agree"),
    "identity_waits": say("Somebody who has the other half is to agree."),
    "identity_agreed": say("{who} has agreed.", who=WHO),
    "log": say("Who did what"),
    "recover": say("Open with both halves of the recovery key"),
    "recover_why": say(
        "Both keepers are here, and each types their half. What is opened is on record."
    ),
    "recover_half": say("Half {number}", number=COUNT),
    "recover_wrong": say("A half is mistyped, or the two do not belong together."),
    "opened": say("opened it"),
    "answered": say("answered"),
    "assigned": say("gave it to {who}", who=WHO),
    "assessed": say("has looked at it"),
    "investigating": say("began to investigate"),
    "closed": say("closed it: {what}", what=WHAT),
    "let in": say("let {who} in", who=WHO),
    "asked who reported": say("asked to see who reported"),
    "agreed that it is seen who reported": say("agreed that {who} sees who reported", who=WHO),
    "saw who reported": say("saw who reported"),
    "recovered": say("opened it with both halves of the recovery key"),
    "script": PAGE["script"],
}
