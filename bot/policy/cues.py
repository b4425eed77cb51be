"""The words and marks by which chat asks, requests, thanks and answers; English and Chinese.

Texts are read as they stand: no look-up of people, no memory. Every pattern runs in linear time.
"""

import re
from collections.abc import Iterable

_LATIN = re.I | re.ASCII  # so that a Latin word ends where a Chinese one begins

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_QUOTED_LINE = re.compile(r"^[ \t]{0,3}[>＞].*$", re.MULTILINE)
_URL = re.compile(
    r"(?:https?://|ftp://|\bwww\.)[^\s<>\"\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]+(?<!\?)", re.I
)
_HALF_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF5B))}
_PART = re.compile(r"[,，;；。！!…\n]|\.(?=\s)|(?<=[?？])\s|\s-+\s")
_SENTENCE = re.compile(r"(?<=[.!?])\s|(?<=[。！？…])|\n")
_WORD = re.compile(r"\w")
_SHOWN = " _ "  # something to look at: not words, but not nothing either
_LONG_WORD = re.compile(r"[a-z0-9_./-]{3,40}|[\u4e00-\u9fff]{2}")

_QUESTION_MARK = re.compile(r"\?(?![A-Za-z0-9_=&%])|[？؟⁇⁈﹖]")
_FILLERS = (
    r"(?:(?:so|and|but|or|ok|okay|well|then|just|now|also|oh|ah|hmm|um|hey|hi|hello|yes|yeah|no|sorry|"
    r"right|maybe|btw|first|if so|question|please|pls|plz|kindly|always|never) {1,3}){0,4}"
)
_SUBJECT = (
    r"(?:i|you|u|ya|he|she|it|we|they|that|this|these|those|there|the|a|an|any|anyone|anybody|"
    r"someone|somebody|everyone|my|your|his|her|our|their)"
)
_SEEKS_ANYBODY = re.compile(
    r"(?:(?:hi|hey|so|ok|and|but|also|or|well|anyway|btw)\b,? ?){0,3}"
    r"(?:(?:does |do |can |could |has |is )?any ?(?:one|body)\b|(?:can |could )some ?(?:one|body)\b"
    r"|another (?:\w+ )?question\b|is it possible\b|大家|各位|有没有人|有沒有人|谁知道|誰知道)",
    _LATIN,
)
_CONTINUES = re.compile(
    r"(?:and|but|or|also|i mean|because|cause|cuz|so that|which|then|though|even)\b|\*|\.\.|…"
    r"|而且|但是|不过|不過|因为|因為|然后|然後|还有|還有|或者",
    _LATIN,
)
_BEGINS_TO_ASK = re.compile(
    _FILLERS + r"(?:when|what|should|will|would|could|can) (?!(?:not|be)\b)\w", _LATIN
)
_QUESTION_OPENING = re.compile(
    _FILLERS + r"(?:"
    r"(?:do|does|did|is|are|am|was|were|can|could|will|would|should|shall|have|has|had|may|might|"
    r"isn'?t|aren'?t|don'?t|doesn'?t|didn'?t|can'?t|couldn'?t|won'?t|wouldn'?t|shouldn'?t|haven'?t|"
    rf"hasn'?t|wasn'?t|weren'?t) {_SUBJECT}\b"
    r"|(?:how|why|where|who|whose|whom|which|wot)\b"
    r"|what(?!ever)(?:'?s|'?re|s)?\b(?! (?:i|you|we|they|he|she) (?:can|could|would|should|did|do|"
    r"want|need|mean|meant|use|used|have|had|am|are|is|was|were)\b)"
    r"|when (?:is|are|was|were|will|do|does|did|can|could|should|would)\b"
    r"|(?:any|anyone|anybody)(?: {1,3}|body |one )(?:know|knows|here|else|idea|ideas|have|has|got|"
    r"able|who|used|using|tried|use|familiar|can|could|chance|way|news|update)\b"
    r"|(?:wondering|curious) (?:if|how|why|what|whether)\b"
    r")",
    _LATIN,
)
_QUESTION_INSIDE = re.compile(
    r"\b(?:(?:can|could|would|will) (?:you|u|someone|somebody|anyone|anybody) "
    r"|do you (?:know|perhaps|mind|have|think)|does any(?:one|body) "
    r"|is there (?:any|a way|some)|any idea (?:how|why|what|when|where)"
    r"|wonder (?:if|whether|how|why)"
    r"|how (?:do|can|could|should|would|come|about|much|many|long|often) "
    r"|what about )",
    _LATIN,
)
_CHINESE_QUESTION = re.compile(
    r"吗|嗎|(?:呢|[^什甚怎那这這要]么|[^什甚怎那這要]麼)(?=\W|$)|(?<!没)(?<!沒)(?<!为)(?<!為)(?:什么|什麼|甚麼|啥)(?!都|也)"
    r"|为什么|為什麼|為甚麼|为何|為何|怎么|怎麼|怎样|怎樣|咋|如何|哪(?:里|裡|裏|儿|兒|个|個|些|天|位|种|種|家|边|邊|一)"
    r"|(?:谁|誰)(?!都|也)|几(?:点|号|时|天|个人)|幾(?:點|號|時|天|個人)|星期几|星期幾|多少(?!都)|多久|何时|何時|何地"
    r"|了(?:没|沒)有?(?=\W|$)|是否|是不是|有没有|有沒有|能不能|可不可以|可否|能否|会不会|會不會|要不要|行不行|好不好|对不对|對不對|请问|請問|请教|請教"
)
_COURTESY = re.compile(
    r"\b(?:please|pls|plz|plse|kindly|let me know|(?:tell|show|give|send|remind|help) (?:me|us))\b",
    _LATIN,
)
_CHINESE_COURTESY = re.compile(
    r"(?<![申邀聘宴])(?:请(?!假|客|示|问|教|柬|愿)|請(?!假|客|示|問|教|柬|願))|(?<![点點太很好])(?:麻烦|麻煩)(?!了|你了|您了|死|的)"
    r"|帮忙|幫忙|帮我|幫我|帮(?:看|查|问)|幫(?:看|查|問)|劳烦|勞煩|烦请|煩請|拜托|拜託|务必|務必"
    r"|(?<![我们們会會])(?:尽快|儘快|盡快)|(?<![我们們不还還])(?:记得|記得)"
    r"|(?<![我来來去会會先再等])(?:看|发|發|查|问|問|改|处理|處理|确认|確認|提交|更新|签|簽|批|填|转|轉)(?:一下|下(?!午|周|週|个|個|次|月|载|載))"
    r"|(?:发|發|传|傳|给|給|告诉|告訴|提醒|通知)我(?!的|了|过|過)"
)
_IMPERATIVE = re.compile(
    _FILLERS + r"(?:(?:try to|go and|go ahead and) {1,3})?"
    r"(?:try|use|check|install|see|type|make|look|read|go|ask|open|add|run|put|click|give|hold|"
    r"paste|edit|boot|search|get|restart|join|remove|google|pastebin|wait|tell|reboot|"
    r"post|define|say|drop|report|send|show|help|upload|download|confirm|review|approve|sign|"
    r"update|change|set|start|keep|move|copy|call|reply|write|fix|test|take|turn|mount|unplug|"
    r"press|select|enable|disable|reinstall|uninstall|upgrade|delete|create|reload|close|"
    r"contact|submit|forward|share|prepare|schedule|book|explain|describe|"
    r"do(?! (?:you|u|ya|i|we|they|he|she|it|these|those|people)\b)|file (?:a|an|the|it))\b(?!-)",
    _LATIN,
)

_THANKS_OPENING = re.compile(
    r"\W{0,3}(?:(?:ok|okay|oh|ah|cool|great|and|many|no) ){0,2}"
    r"(?:(?:thank(?:s|x|you| you| u)?|thanx|thx|tnx|ty|tyvm|cheers)\b|"
    r"谢谢|謝謝|多谢|多謝|感谢|感謝|谢了|謝了|辛苦)",
    _LATIN,
)
_ACKNOWLEDGING = re.compile(
    r"收到|好的呢|好的|好滴|好嘞|好哒|好噠|明白|了解|知道了|谢谢|謝謝|多谢|多謝|感谢|感謝|谢了|謝了|"
    r"辛苦|不客气|不客氣|没关系|沒關係|嗯|哦|噢|喔|好(?!不|了)|赞|讚|稍等|等一下|马上|馬上|👍|👌|🙏|🫡|\+1\b|[:;=]-?[dp]\b|\bxd\b|"
    r"\b(?:o+k+(?:ay|ie|ey|i)?|k+|kk|thanks?|thankyou|thank you|thank u|thanx|thx|tnx|ty|tyvm|tks|"
    r"cheers|roger|ack|acknowledged|noted|understood|got it|gotcha|i see|received|copy that|"
    r"cool|great|nice|awesome|perfect|excellent|wow|lol|lmao|rofl|ha(?:ha)+h?|heh+e?|hm+|ah+|oh+|"
    r"aha|no worries|np|you'?re welcome|yw|welcome|one (?:sec|second|moment|minute)|1 ?sec|"
    r"(?:just )?a (?:sec|second|moment|minute)|hold on|hang on|brb)\b",
    _LATIN,
)
_PADDING = re.compile(
    r"啦|了|的|啊|呀|哈|哟|喲|吧|我|您|你们|你們|你|大家|各位|老师|老師|同学|同學|已|都|"
    r"\b(?:so|very|much|a lot|lots|again|man|mate|dude|bro|guys|all|everyone|everybody|then|"
    r"and|for|the|that|your|help|info|tip|too|anyway|sir|you|u|well|there|folks|team)\b|@[^\s@]{1,64}",
    _LATIN,
)
_AUTO_REPLY = re.compile(
    r"\W{0,4}(?:auto(?:mat(?:ic|ed))?[ -]?(?:reply|response|responder|answer)\b"
    r"|(?:out of (?:the )?office|ooo)\b(?: (?:reply|until|till|from)|[:：]|\W{0,3}$)"
    r"|(?:hi|hello|dear \w{1,30})?\W{0,3}i(?:'|’)?(?: a)?m (?:currently |now )?"
    r"(?:out of (?:the )?office|on (?:annual |sick )?(?:leave|vacation|holiday)|away from )"
    r"|(?:thank you|thanks) for (?:your (?:message|e-?mail)|contacting|reaching out)"
    r"|自动(?:回复|答复)|自動(?:回覆|回復|答覆)"
    r"|(?:您好|你好)?\W{0,3}(?:我|本人)(?:现在|現在|目前|正在)?(?:不在|休假|外出|正在休假|正在開會|正在开会|有事不在))",
    re.I,
)
_GREETING = re.compile(
    r"你好|您好|大家好|早上好|下午好|晚上好|早安|晚安|早|哈喽|哈囉|嗨|"
    r"\b(?:hi+|hello+|hey+|yo|hiya|howdy|(?:good )?(?:morning|afternoon|evening|night)|greetings|"
    r"bye|goodbye|cya)\b",
    _LATIN,
)
_ANSWER_OPENING = re.compile(
    r"\W{0,3}(?:(?:yes|yeah|yep|yup|no|nope|nah|sure|try|use|you|it|its|it's|that|there|i think|"
    r"maybe|probably|depends|because|not|just|go|check|install|run|right click|click|same|both)\b|"
    r"是|对|對|不是|没有|沒有|有|可以|不行|不能|在|应该|應該|因为|因為)",
    re.I,
)
_ACCEPTING = re.compile(
    r"好的|好滴|好嘞|好哒|好噠|好(?!不|了)|嗯|可以|行|\b(?:o+k+(?:ay|ie|ey|i)?|k+)\b", _LATIN
)
_WAITING = re.compile(
    r"稍等|等一下|马上|馬上|"
    r"\b(?:(?:one|1|just a|a) ?(?:sec|second|moment|minute)|hold on|hang on|brb)\b",
    _LATIN,
)
_AGREEING = re.compile(
    r"是的|是|对的|對的|对|對|可以|不可以|行|不行|不是|没问题|沒問題|没有|沒有|同意|能|不能|会|會|"
    r"不会|不會|当然|當然|不|"
    r"\b(?:yes|yeah|yep|yup|yea|ya|aye|no|nope|nah|sure|of course|definitely|certainly|"
    r"absolutely|correct|right|exactly|true|indeed|agreed|will do|not really)\b",
    _LATIN,
)
_AGREEING_OPENING = re.compile(
    r"\W{0,3}(?:(?:yes|yeah|yep|yup|ya|yea|aye|no|nope|nah|sure|ok|okay|k|correct|right|exactly|"
    r"indeed|true|not really|of course|dunno|maybe|probably|i did|i do|i am|i have|done|"
    r"will do)\b|是|对|對|不|没|沒|可以|行|好|嗯|有|能|会|會|当然|當然|已)",
    _LATIN,
)
_THANKING = re.compile(
    r"谢|謝|辛苦|\b(?:thank(?:s|you|x)?|thanx|thx|tnx|tks|ty|tyvm|cheers)\b", _LATIN
)
_ASKS_WHAT = re.compile(
    _FILLERS + r"(?:how(?! about)|why(?! not)|where|who|whose|whom|which|wot|"
    r"what(?:'?s|'?re)?(?! about)|when|whens|hows|wheres|(?:wondering|curious) (?:how|why|what))\b",
    _LATIN,
)
_ENDS_WHAT = re.compile(r"\b(?:what|where|who|why|how|which|when)\W{0,9}$", _LATIN)
_CHINESE_WHAT = re.compile(
    r"什么|什麼|甚麼|啥|为何|為何|怎么|怎麼|怎样|怎樣|咋|如何|哪|谁|誰|几|幾|多少|多久|何时|何時|何地"
)
_CHINESE_YES_NO = re.compile(
    r"吗|嗎|吧(?=\W|$)|是否|可否|能否|了(?:没|沒)|([\u4e00-\u9fff])[不没沒]\1|有(?:没|沒)有|"
    r"[^什甚怎那这這要多](?:么|麼)(?=\W|$)"
)
_NO_REPLY = re.compile(
    r"\bno (?:(?:reply|response|answer)s? (?:is |are )?(?:needed|necessary|required|expected)"
    r"|need (?:to (?:reply|respond|answer)|for an? (?:reply|response|answer)))\b"
    r"|\b(?:(?:(?:don'?t|do not) (?:need|have) to|needn'?t|need not|please (?:don'?t|do not)) "
    r"(?:reply|respond|answer)|nrn)\b"
    r"|(?:不用|不必|不需要?|[无無毋][需须須]|[请請]?勿)再?"
    r"(?:回[复覆復答信我](?!机|機)|答[复覆]|回(?:消息|訊息|讯息|了)?(?=[^\w\u4e00-\u9fff]|$))",
    _LATIN,
)
_EVERYBODY = re.compile(
    r"\b(?:everyone|everybody|all of you|each of you)\b|^\W{0,3}(?:hi |hello |dear )?all\b"
    r"|大家|各位|所有人|全体|全體|每个人|每個人|每位",
    _LATIN,
)
_BIDDING = re.compile(
    r"\b(?:please|pls|plz|kindly|must|should|needs? to|has to|have to|can|could|would)\b"
    r"|都|请|請|务必|務必|麻烦|麻煩|记得|記得|按时|按時|及时|及時|尽快|儘快|盡快",
    _LATIN,
)
_WHOEVER = re.compile(
    r"\b(?:somebody|someone|anybody|anyone|any one|whoever|who|one of you|any of you|does any)\b"
    r"|谁|誰|哪位|哪个人|哪個人|有人|有(?:没|沒)有|(?:请|請)(?:问|問|教)|(?:帮|幫)|(?:问|問)一下",
    _LATIN,
)
_OF_ME = re.compile(r"\b(?:i|im|i'm|ive|i've|my|me|mine|we|our|us)\b|我|咱", _LATIN)
_OF_YOU = re.compile(r"\b(?:you|your|yours|u|ur|you're|youre)\b|你|您", _LATIN)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "the and you for that this with what how can does did are was have has any anyone there "
        "know just get when where who which why would should your its not but from use using some "
        "one out been will they them then than could about into like want need help please",
    )
)
_LONGEST_PLEASANTRY = 80  # characters


def visible(text: str) -> str:
    """The author's own words: no quoted lines, and a dash for each piece of code or link."""
    text = text.translate(_HALF_WIDTH)
    if "`" in text:
        text = _CODE.sub(_SHOWN, text)
    if ">" in text or "＞" in text:
        text = _QUOTED_LINE.sub(" ", text)
    return _URL.sub(_SHOWN, text) if "://" in text or "www." in text.lower() else text


def without_names(text: str, names: Iterable[str]) -> str:
    """The text without the names it opens or ends with ("bob: ...", "... @bob")."""
    text = text.strip()
    for name in names:
        text = _without_opening(text, name)
        bare = text.rstrip(" .!~。！～")
        if name and bare.lower().endswith((" " + name.lower(), "@" + name.lower())):
            text = bare[: -len(name)].rstrip(" @")
    return text


def _without_opening(text: str, name: str) -> str:
    bare = text.removeprefix("@")
    after = bare[len(name) : len(name) + 1]
    if bare[: len(name)].lower() != name.lower() or (after.isascii() and after.isalnum()):
        return text
    return bare[len(name) :].lstrip(" \t:,;-：，、")


def is_only_emoji(text: str) -> bool:
    """Signs without a word: a cheer, which answers nothing."""
    return not text.isascii() and not any(each.isalnum() or each in "?？" for each in text)


def has_question_mark(text: str) -> bool:
    return _QUESTION_MARK.search(text) is not None


def questions_in_words(part: str) -> bool:
    """Whether one part of a sentence asks by its words, mark or no mark."""
    return (
        _QUESTION_OPENING.match(part) is not None
        or _QUESTION_INSIDE.search(part) is not None
        or (not part.isascii() and _CHINESE_QUESTION.search(part) is not None)
    )


def seeks_anybody(text: str) -> bool:
    """A question of its author's own, to whoever knows."""
    return _SEEKS_ANYBODY.match(text) is not None


def continues(text: str) -> bool:
    return _CONTINUES.match(text) is not None


def begins_to_ask(part: str) -> bool:
    """Whether its first word is that of a question: "when I press it, nothing happens"."""
    return _BEGINS_TO_ASK.match(part) is not None


def requests_politely(part: str) -> bool:
    if _COURTESY.search(part) is not None:
        return True
    return not part.isascii() and _CHINESE_COURTESY.search(part) is not None


def orders(clauses: list[str]) -> bool:
    """Whether a text opens, after a greeting, with a verb that tells somebody to do something.

    Verbs further in are advice ("if it fails, check the log") far more often than orders.
    """
    for clause in clauses:
        if _IMPERATIVE.match(clause):
            return True
        if not _GREETING.match(clause):
            return False
    return False


def parts(text: str) -> list[str]:
    """The clauses of a text that may ask something: thanks ask nothing."""
    clauses = [clause.strip() for clause in _PART.split(text)]
    return [clause for clause in clauses if clause and not _thanks_only(clause)]


def _thanks_only(clause: str) -> bool:
    thanks = _THANKS_OPENING.match(clause)
    if thanks is None:
        return False
    return _WORD.search(clause, thanks.end()) is None or not has_question_mark(clause)


def is_acknowledgement(text: str) -> bool:
    """Whether a text says no more than "received", "thanks", "one moment" or a smile."""
    if not text.strip() or has_question_mark(text):
        return False
    return _WORD.search(text) is None or _says_only(_ACKNOWLEDGING, text)


def is_greeting(text: str) -> bool:
    return _says_only(_GREETING, text)


def _says_only(lexicon: re.Pattern[str], text: str) -> bool:
    if len(text) > _LONGEST_PLEASANTRY:
        return False
    left, found = lexicon.subn(" ", text)
    return found > 0 and _WORD.search(_PADDING.sub(" ", left)) is None


def is_auto_reply(text: str) -> bool:
    """Whether a machine wrote it in its owner's absence."""
    return _AUTO_REPLY.match(text.lstrip()) is not None


def only_asks(text: str) -> bool:
    """Whether every sentence is a question: the ball goes back."""
    sentences = [one for one in _SENTENCE.split(text) if _WORD.search(one)]
    return bool(sentences) and all(has_question_mark(one) for one in sentences)


def opens_like_an_answer(text: str) -> bool:
    return _ANSWER_OPENING.match(text) is not None


def content_words(text: str) -> frozenset[str]:
    """Words that tell one subject from another (Chinese: pairs of signs)."""
    return frozenset(_LONG_WORD.findall(text.lower())) - _COMMON


def size(text: str) -> int:
    """How long a text is in letters; a Chinese sign says as much as three."""
    return len(text) if text.isascii() else len(text) + 2 * len(_CHINESE.findall(text))


def accepts(acknowledgement: str) -> bool:
    """Whether there is an "ok" in it, and not only "received", and no "one moment"."""
    return bool(_ACCEPTING.search(acknowledgement)) and not _WAITING.search(acknowledgement)


def only_agrees(text: str) -> bool:
    """Whether a text says no more than yes, no or sure."""
    if len(text) > _LONGEST_PLEASANTRY or not _AGREEING.search(text):
        return False
    left = _PADDING.sub(" ", _ACKNOWLEDGING.sub(" ", _AGREEING.sub(" ", text)))
    return _WORD.search(left) is None and not has_question_mark(text)


def agrees(text: str) -> bool:
    """Whether a text opens with yes, no, ok and the like."""
    return _AGREEING_OPENING.match(text) is not None


def thanks(text: str) -> bool:
    return _THANKING.search(text) is not None


def asks_what(clause: str) -> bool:
    """Whether no yes would answer a clause that asks something."""
    if _ASKS_WHAT.match(clause) or _ENDS_WHAT.search(clause):
        return True
    if clause.isascii():
        return False
    return bool(_CHINESE_WHAT.search(clause)) and not _CHINESE_YES_NO.search(clause)


def wants_no_reply(text: str) -> bool:
    return _NO_REPLY.search(text) is not None


def bids_everybody(text: str) -> bool:
    """Whether a request is clearly to everybody, and not to whoever can."""
    return bool(_EVERYBODY.search(text) and _BIDDING.search(text)) and not seeks_somebody(text)


def seeks_somebody(text: str) -> bool:
    """Whether any one person's answer would do."""
    return _WHOEVER.search(text) is not None


def speaks_of_me(text: str) -> bool:
    return _OF_ME.search(text) is not None


def speaks_of_you(text: str) -> bool:
    return _OF_YOU.search(text) is not None
