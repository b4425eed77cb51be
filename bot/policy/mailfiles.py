"""Is what a mail promises attached, of a kind and size that may go out? 2.1.2-attachment.

A file's name is read as a machine would: dots and spaces behind it do not hide what it is.
"""

import re
from collections.abc import Iterator

from bot.policy.mail import Flaw, Mail, MailFile, Remark, Surroundings, remark
from bot.policy.mailtext import Letter, folded
from bot.words import Code, Quoted

NAMES = re.compile(
    r"\battach(?:ed|ment|ments|ing)?\b|\benclos(?:ed|ure|ures|ing)\b|附件|附档|附檔|附上|附后|附後|见附|見附"
    r"|随函附|隨函附|随信附|隨信附|随附|隨附|附有",
    re.IGNORECASE,
)
NOT_OURS = re.compile(  # around such a word: it speaks of other mail, or of no file at all
    r"(?:no|without|your|the|any|previous|earlier|last|yesterday's) attachments?.{0,20}"
    r"(?:you|from|in your|received|sent (?:yesterday|last|earlier|before))"
    r"|(?:no|without|your|remove the|cannot open the|can't open the) attach"
    r"|attached to (?:the|a|an|our|your|each|it|my previous|our previous)"
    r"(?! (?:e-?mail|message|mail))"
    r"|attach(?:ed)? (?:great|much|any|no) (?:importance|value|weight)"
    r"|you (?:have )?(?:attached|enclosed)"
    r"|(?:您|你|贵司|貴司|对方|對方|之前|上次|上封|前一封|此前|昨天|原).{0,12}附件"
    r"|(?:无|無|没有|沒有|不含|不带|不帶|未带|收到|已收|打不开|打不開|无法打开|無法打開).{0,4}附件"
    r"|附件.{0,3}(?:已收到|收到|收悉|打不开|打不開|无法打开|無法打開)"
    r"|附上.{0,2}(?:名额|名號)",
    re.IGNORECASE,
)
AROUND = 30  # characters
DOCUMENTS = re.compile(
    r"\.(?:pdf|doc|docx|xls|xlsx|ppt|pptx|txt|csv|rtf|jpg|jpeg|png|gif|odt|ods"
    r"|zip|rar|mp3|mp4|wps|et|eml|html)"
)
PROGRAMS = (b"MZ", b"\x7fELF", b"#!", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe")  # how they begin
PROGRAM_TYPES = frozenset(
    (
        "application/x-msdownload",
        "application/x-msdos-program",
        "application/x-dosexec",
        "application/x-executable",
        "application/x-sh",
        "application/java-archive",
        "application/vnd.microsoft.portable-executable",
    )
)
TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x1f\x7f]")
MEGA = 1_000_000


def check(mail: Mail, own: Letter, known: Surroundings) -> Iterator[Remark]:
    if not mail.attachments and (word := _promised(f"{mail.subject[:2000]}\n{own.text}")):
        yield remark(Flaw.ATTACHMENT_ABSENT, "confirm", words=Quoted(word))
    for each in mail.attachments:
        yield from _one(each, known)
    whole, most = sum(each.size for each in mail.attachments), known.rules.attachment_bytes
    if whole > most and all(each.size <= most for each in mail.attachments):
        yield remark(Flaw.ATTACHMENTS_LARGE, "stop", most=most // MEGA)


def _promised(text: str) -> str:
    for found in NAMES.finditer(text):
        start = max(0, found.start() - AROUND)
        around = text[start : found.end() + AROUND]
        begin, end = found.start() - start, found.end() - start
        odd = NOT_OURS.finditer(around)
        if not any(each.start() < end and each.end() > begin for each in odd):
            return found[0]
    return ""


def _one(file: MailFile, known: Surroundings) -> Iterator[Remark]:
    name = Quoted(file.name)
    suffixes = _suffixes(file.name)
    last = suffixes[-1] if suffixes else ""
    if TURNING.search(file.name):
        yield remark(Flaw.ATTACHMENT_TRICKY_NAME, "stop", name=name)
    if last in known.rules.forbidden:
        hidden = len(suffixes) > 1 and DOCUMENTS.fullmatch(suffixes[-2]) is not None
        code = Flaw.ATTACHMENT_DISGUISED if hidden else Flaw.ATTACHMENT_FORBIDDEN
        yield remark(code, "stop", name=name, suffix=Code(last))
    elif file.first.startswith(PROGRAMS) or file.mime.casefold() in PROGRAM_TYPES:
        yield remark(Flaw.ATTACHMENT_DISGUISED, "stop", name=name, suffix=Code(last or "-"))
    if file.size == 0:
        yield remark(Flaw.ATTACHMENT_EMPTY, "stop", name=name)
    most = known.rules.attachment_bytes
    if file.size > most:
        yield remark(Flaw.ATTACHMENT_LARGE, "stop", name=name, most=most // MEGA)
    if file.encrypted:
        yield remark(Flaw.ATTACHMENT_SEALED, "confirm", name=name)


def _suffixes(name: str) -> list[str]:
    """The last two, of a name without what a system drops at its end: ".pdf", ".exe"."""
    parts = folded(name[-300:]).rstrip(". \u3000").rsplit(".", 2)
    return [f".{each.strip()}" for each in parts[1:]]
