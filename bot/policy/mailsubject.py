"""Is a mail's subject short and exact? Policy 2.1.2-subject."""

import re
from collections.abc import Iterator

from bot.policy.mail import Flaw, Mail, Remark, Surroundings, remark
from bot.policy.mailtext import folded, width
from bot.words import seen

LONGEST = 2000  # characters that are looked at
PREFIX = re.compile(
    r"\s*(?:re|fw|fwd|aw|wg|sv|tr|回复|回覆|答复|答覆|转发|轉發|轉寄|转寄)\s*(?:\[\d{1,3}\])?\s*[:：]",
    re.IGNORECASE,
)
MOST_PREFIXES = 1
EDGES = re.compile(r"^[\W_]+|[\W_]+$")
NOTHING = re.compile(
    r"hi|hello|hey|hiya|greetings|dear|dear all|hi all|hello all|hi there|hello there"
    r"|good morning|good afternoon|good evening|hi team|no subject|untitled|question"
    r"|a question|quick question|urgent|important|help|mail|email|test|info|information|update"
    r"|follow up|fyi|attached|document|你好|您好|你们好|大家好|各位好|早上好|早安|下午好|午安"
    r"|晚上好|哈喽|哈囉|嗨|在吗|在嗎|问题|問題|请教|請教|咨询|諮詢|急|紧急|緊急|重要|无主题"
    r"|無主旨|无标题|無標題|邮件|郵件|附件|测试|測試|通知|您好啊|妳好|大家早"
)
LETTERS = 10  # so many, to tell shouting from an abbreviation
NEARLY_ALL = 0.9
LONG_WORD = re.compile("[A-Z]{5,}")
SHOUTS = re.compile("[!！]{2}")
LOUD = 2  # long words in capitals


def check(mail: Mail, known: Surroundings) -> Iterator[Remark]:
    whole = " ".join(seen(mail.subject[:LONGEST]).split())
    count, rest = _bare(whole)
    said = EDGES.sub("", folded(rest))
    if not said:
        yield remark(Flaw.SUBJECT_EMPTY)
        return
    if NOTHING.fullmatch(said):
        yield remark(Flaw.SUBJECT_SAYS_NOTHING)
    if (columns := width(whole)) > known.rules.subject_longest:
        yield remark(Flaw.SUBJECT_LONG, count=columns, most=known.rules.subject_longest)
    if count > MOST_PREFIXES:
        yield remark(Flaw.SUBJECT_CHAIN, count=count)
    if _shouts(rest):
        yield remark(Flaw.SUBJECT_SHOUTS)


def _bare(subject: str) -> tuple[int, str]:
    """How often it says "Re:" or "Fw:" before it begins, and what it says then."""
    count, at = 0, 0
    while found := PREFIX.match(subject, at):
        count, at = count + 1, found.end()
    return count, subject[at:].strip()


def _shouts(text: str) -> bool:
    letters = [each for each in text if each.isascii() and each.isalpha()]
    capitals = sum(each.isupper() for each in letters)
    loud = len(LONG_WORD.findall(text)) >= LOUD
    all_of_it = len(letters) >= LETTERS and capitals >= NEARLY_ALL * len(letters)
    return bool(SHOUTS.search(text)) or (all_of_it and loud)
