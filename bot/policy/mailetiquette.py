"""Does a mail begin, speak and end as the house does? Policy 2.2.1-etiquette.

English, simplified and traditional Chinese alike.
"""

import re
from collections.abc import Iterator

from bot.policy.addresses import named
from bot.policy.mail import Flaw, Mail, Remark, Surroundings, remark
from bot.policy.mailtext import CHINESE, LATIN, Letter, folded, is_chinese, width
from bot.words import Code, Quoted

HEAD = 3  # lines among which a mail greets
FOOT = 8  # lines among which it takes leave
SALUTATION = re.compile(
    r"\W*(?:dear|hi|hello|good (?:morning|afternoon|evening|day)|greetings|to whom it may concern"
    r"|(?:ladies|gentlemen|sirs?|madam|colleagues|all|team|everyone)\b\W*$"
    r"|(?:mr|mrs|ms|miss|dr|prof)\b\.?)(?![a-z])"
    r"|\W*(?:尊敬|敬爱|敬愛|亲爱|親愛|致[:：\s]|敬启|敬啟|各位|大家好|您好|你好|诸位|諸位|早上好|下午好|晚上好"
    r"|早安|午安|晚安|台端|鈞鑒|钧鉴)",
    re.IGNORECASE,
)
TITLED = re.compile(
    r".{1,24}(?:先生|女士|小姐|总|總|总监|總監|经理|經理|老师|老師|博士|教授|主任|部长|部長|处长|處長|工程师"
    r"|工程師|律师|律師|同事|团队|團隊|台鉴|台鑒|您好|你好|钧鉴|鈞鑒|惠鉴|惠鑒|大鉴|大鑒|贵司|貴司|贵公司"
    r"|貴公司|阁下|閣下|们|們)\s*(?:[:：,，!！。]|您好|你好|\s|$)"
)
NAME_ALONE = re.compile(r"[A-Z][\w.'’-]*(?: [A-Z&a-z][\w.'’-]*){0,4}\s*[,:，：]$")
CHINESE_ALONE = re.compile("[\u4e00-\u9fff·\\w ]{1,15}[:：,，]$")
CLOSING = re.compile(
    r"regards|sincerely|faithfully|truly|respectfully|cordially|best wishes|yours|\bthanks\b"
    r"|thank you|many thanks|with appreciation|^\W*(?:best|cheers|br|kr|warmly)\W*$"
    r"|此致|敬礼|敬禮|商祺|商安|时祺|時祺|顺颂|順頌|顺祝|順祝|敬祝|谨祝|謹祝|祝好|祝您|祝你|祝贵|祝貴|祝工作"
    r"|祝商|祝一切|祝生意|谢谢|謝謝|感谢|感謝|敬上|谨上|謹上|敬[启啟](?!者)|謹啟|谨启|敬呈|谨致|謹致|致礼|致禮"
    r"|台安|钧安|鈞安|大安|即颂|即頌|此复|此覆",
    re.IGNORECASE,
)
SIGNED = 4  # lines at the end among which a name may stand
NAME = 24  # columns
CHATTY = re.compile(
    r"(?<![a-z0-9@./])(?:lol|rofl|lmao|omg|btw|thx|tnx|pls|plz|plss|gonna|wanna|gotta|kinda|dunno|yep"
    r"|yeah|nope|ya'll|no prob|np|ttyl|brb|idk|imho|hey guys|sup|yo|cuz|coz|u r|r u|ur|luv|haha\w*"
    r"|hehe\w*|hihi)(?![a-z0-9@-])"
    r"|哈哈|呵呵|嘻嘻|嘿嘿|么么哒|麼麼|亲[,，~～!！]|親[,，~～]|亲们|哒[~～!！。]|[啦呀哦喔嘛咯囉噢][~～]+|[~～]{2,}"
    r"|酱紫|醬紫|肿么|造吗|木有|有木有|给力|牛逼|666+|233+|yyds|绝绝子|蛮香|拜拜|掰掰|3q|蛤[?？]",
    re.IGNORECASE,
)
RUDE = re.compile(
    r"(?<![a-z0-9])(?:stupid\w*|idiot\w*|moron\w*|dumb|ridiculous|nonsense|rubbish|bullshit|shit\w*"
    r"|fuck\w*|damn|crap|wtf|shut up|pathetic|incompetent|useless|you people|do your job|your fault"
    r"|are you kidding|how dare you|can't you read|cannot you read|liars?)(?![a-z0-9])"
    r"|白痴|白癡|蠢货|蠢貨|愚蠢|傻逼|傻瓜蛋|笨蛋|废话|廢話|滚蛋|滾蛋|滚开|滾開|他妈的|他媽的|妈的|媽的|有病吧"
    r"|胡说八道|胡說八道|脑残|腦殘|不要脸|不要臉|无耻|無恥|混蛋|骗子|騙子|瞎搞|吃干饭|你们是干什么吃的|废物"
    r"|廢物|搞什么鬼|搞什麼鬼|神经病|神經病",
    re.IGNORECASE,
)
EMOJI = re.compile(
    "[\U0001f300-\U0001f5ff\U0001f600-\U0001f64f\U0001f680-\U0001f6ff\U0001f900-\U0001faff"
    "\u2639\u263a\u2764\u2728\u2b50\u270c\u261d\u270b\u270a]"
    "|(?:(?<=\\s)|^)(?:[:;=]-?[)(DPp]|\\^_?\\^|T_T|XD|<3)(?=[\\s.!,]|$)"
    "|\\[(?:微笑|呲牙|偷笑|捂脸|捂臉|抱拳|强|玫瑰|愉快|笑哭|大笑|加油|拥抱|奸笑|坏笑|害羞|可怜)\\]",
    re.MULTILINE,
)
WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
LONG_WORD = 4  # letters; shorter ones may be abbreviations
SHOUTED = 4  # such words, one after another
SHOUTS = re.compile("[!！]{2}")
MOST_EXCLAMATIONS = 3
ENGLISH, CHINA = "Dear Ms Smith,", "尊敬的王女士："
REGARDS, WISHES = "Best regards", "此致\u3000敬礼"


def check(mail: Mail, own: Letter, known: Surroundings) -> Iterator[Remark]:
    """Of mail that says something."""
    lines = own.filled
    chinese = is_chinese(own.text) if CHINESE.search(own.text) or LATIN.search(own.text) else None
    if chinese is None:
        chinese = known.language.startswith("zh")
    if not any(map(_greets, lines[:HEAD])):
        yield remark(Flaw.NO_SALUTATION, example=Code(CHINA if chinese else ENGLISH))
    if not own.signed and not _takes_leave(mail, lines):
        yield remark(Flaw.NO_CLOSING, example=Code(WISHES if chinese else REGARDS))
    text = folded(own.text)
    if found := RUDE.search(text):
        yield remark(Flaw.RUDE, "confirm", words=Quoted(found[0]))
    if found := CHATTY.search(text):
        yield remark(Flaw.CHATTY, words=Quoted(found[0]))
    if found := EMOJI.search(own.text):
        yield remark(Flaw.EMOJI, words=Quoted(found[0]))
    if _shouts(own.text):
        yield remark(Flaw.CAPITALS)
    if SHOUTS.search(own.text) or _exclaims(own.text) > MOST_EXCLAMATIONS:
        yield remark(Flaw.EXCLAMATIONS)


def _greets(line: str) -> bool:
    short = line[:80]
    if CLOSING.search(short):
        return False
    return bool(
        SALUTATION.match(short)
        or TITLED.match(short)
        or NAME_ALONE.fullmatch(line[:200])
        or (CHINESE_ALONE.fullmatch(line[:40]) and width(line) <= 2 * HEAD * SIGNED)
    )


def _takes_leave(mail: Mail, lines: tuple[str, ...]) -> bool:
    last = lines[1:][-FOOT:] or lines[-1:]
    if any(CLOSING.search(each[-200:]) for each in last):
        return True
    name = folded(named(mail.sender)).strip()
    signed = [folded(each[:200]) for each in lines[1:][-SIGNED:]]
    return any(name and name in each for each in signed) or _is_name(lines[1:][-1:])


def _is_name(last: tuple[str, ...]) -> bool:
    """Something short that is no sentence."""
    return any(width(each) <= NAME and each[-1].isalpha() for each in last)


def _shouts(text: str) -> bool:
    """Several long words in capitals, one after another."""
    run = 0
    for found in WORD.finditer(text):
        word = found[0]
        if len(word) >= LONG_WORD:
            run = run + 1 if word.isupper() else 0
        elif not word.isupper():
            run = 0
        if run >= SHOUTED:
            return True
    return False


def _exclaims(text: str) -> int:
    return text.count("!") + text.count("！")
