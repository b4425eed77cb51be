"""What the words around a time do: promise, propose, refuse, ask of somebody else, or nothing.

One clause is read at a time; a mark stands in it for every time that is named. English and Chinese.
"""

import re
from typing import Literal

Stand = Literal["promise", "proposal", "return", "bare", "nothing_more", "refusal", "other"]

MARK = "\ufffc"  # stands for a time
_FLAGS = re.I | re.ASCII

_OPENING = (
    r"^(?:[ ,:@*_-]|\b(?:and|but|so|ok|okay|sure|yes|yeah|yep|hi|hello|hey|sorry|thanks|then|also|"
    r"just|"
    r"still|now|right|np|no problem|on it|working on it|noted|got it|hopefully|probably|maybe)\b"
    rf"|{MARK}){{0,6}}"
)
_OWN = (
    r"(?:\b(?:i|we)(?:'ll| will| shall| can| could| should|'m going to|'m gonna|'re going to|"
    r" am going to|"
    r" are going to| plan to| intend to| aim to| promise to| hope to| expect to| try to|"
    r"'m hoping to|'m planning to|'m trying to|'m aiming to)\b|(?<!')\bill\b(?= [a-z])"
    rf"|{_OPENING}(?:will(?! (?:you|u|he|she|they|it|the|that|this|there|be|we|i)\b)|gonna|"
    rf"going to|"
    r"can(?= (?:do|have|get|send|deliver|finish|answer|reply)\b)|should be able to|aiming to|"
    r"hope to|"
    r"hoping to|planning to|trying to|promise to|let me(?! know)|lemme(?! know))\b)"
)
_RETURNING = (
    r"(?:get back|come back to|back to (?:you|u)|circle back|follow up|reply|answer|respond|revert|"
    r"let (?:you|u|everyone|them) know|tell you|update you|keep you posted|send|share|check|"
    r"find out|"
    r"look (?:at|into)|have a look|take a look|do(?: it| this| that| so)?(?: asap| soon|[ .!]*$)|"
    r"see what)"
)
_DOING = (
    r"(?:deliver|have|get|give|do|finish|complete|fix|review|submit|update|write|call|ring|phone|"
    r"ping|"
    r"confirm|provide|prepare|upload|push|ship|publish|sort|handle|take care|decide|approve|sign|"
    r"be (?:done|ready|finished)|post|forward|hand|bring|show|propose|report|read|test|merge|"
    r"deploy|"
    r"implement|resolve|solve|draft|e-?mail|mail|message|text|dm|investigate|clarify|comment|"
    r"process|"
    r"arrange|work on|look|make)"
)
_PROMISE = re.compile(rf"{_OWN}.{{0,80}}?\b(?:{_RETURNING}|{_DOING})\b", _FLAGS)
_COMING_BACK = re.compile(rf"{_OWN}.{{0,80}}?\b{_RETURNING}(?!\w)|\bwill do\b", _FLAGS)
_SHORT_PROMISE = re.compile(
    rf"{_OPENING}(?:all |it'?s |it is )?(?:done|ready|finished|fixed|sent|delivered|eta|"
    rf"expect (?:it|this|my \w+))\b"
    rf"|{_OPENING}(?:will|should) be (?:done|ready|finished|fixed|sent|complete|with you|there|"
    rf"in your)\b"
    r"|\byou(?:'ll| will| should| can) (?:have|get|hear|receive|expect)\b"
    r"|\b(?:it|this|that|they|everything|the \w+)(?:'ll| will| should) be "
    r"(?:done|ready|finished|fixed|sent|complete|with you|in your)\b"
    rf"|\b(?:give me|(?:i |we )?(?:still |just )?need)(?: about| another| until| till|"
    rf" just)? ?{MARK}"
    r"|\b(?:i'm|i am|we're|we are|(?:i|we)(?:'ll| will) be) (?:sending|responding|replying|"
    r"answering|getting back|finishing|delivering|"
    r"submitting|sharing|aiming for|doing)\b"
    rf"|{_OPENING}(?:sending|replying|answering|getting back|finishing|delivering|submitting|"
    rf"sharing|aiming for)\b"
    r"|\bi (?:send|reply|answer|get back|deliver|finish) ",
    _FLAGS,
)
_ASKED_LEAVE = re.compile(
    rf"\b(?:(?:can|could|may|shall) (?:i|we)|(?:is it |would it be |is that )?ok(?:ay)? if (?:i|"
    rf"we)) .{{0,60}}?"
    rf"\b(?:{_RETURNING}|{_DOING})\b",
    _FLAGS,
)
_REFUSAL = re.compile(
    r"\b(?:not(?! (?:later|only))|never|cannot|cant|wont|unable|impossible|no way|doubt|(?:ca|wo|"
    r"do|did|could|"
    r"would|should|is|was|are|have|has|does)n't)\b",
    _FLAGS,
)
_OVER = re.compile(r"\b(?:was|were|had|did|restarted|already|ago|has been|have been)\b", _FLAGS)
_ABLE = re.compile(r"\b(?:i|we) (?:can|could|should) ", _FLAGS)
_VAGUE = re.compile(
    r"\b(?:hope|hoping|hopefully|try|trying|should|aim|aiming|plan|planning|expect to|probably|"
    r"maybe|"
    r"might)\b|争取|爭取|尽量|盡量|儘量|希望|应该|應該|估计|估計|可能",
    _FLAGS,
)
_CONDITION = re.compile(
    r"\b(?:if (?!i\b.{0,9}\bmay)|unless|provided|assuming|as long as|depending on)"
    r"|如果|假如|要是|倘若|若是|的话|的話|不出意外|[没沒]有?(?:什么|什麼)?意外|顺利|順利|取决于|"
    r"取決於",
    _FLAGS,
)
CORRECTION = re.compile(
    r"\b(?:no|i mean|make that|make it|rather|scratch that|correction|actually)\b|不对|不對|更正|"
    r"说错|說錯|改成|改为|改為",
    _FLAGS,
)
_PADDING = re.compile(
    rf"[\s,.:!()~@*_…-]|{MARK}"
    r"|\b(?:ok|okay|sure|yes|yeah|yep|no problem|np|sorry|then|maybe|probably|hopefully|by|before|"
    r"until|at|"
    r"on|in|the|latest|works|instead|let's say|i'd say|most likely|say|how about|on it|"
    r"working on it|noted|got it|fine|"
    r"good|"
    r"for sure|no later than|make that|make it|i mean|actually|rather|no|but|and|or|so|thanks|"
    r"thank you|"
    r"hi|hello|hey|more|please bear with me|all good|better|pm|within|i think|i guess|it is|that's|"
    r"will do)\b"
    r"|好的|好|嗯|行|可以|吧|啊|哦|那|就|改成|改为|改為|改|没问题|沒問題|收到|抱歉|不好意思|对不起|"
    r"對不起|最晚|最迟|"
    r"最遲|不晚于|不晚於|赶在|趕在|之前|以前|前|内|內|后|後|了|的|我|谢谢|謝謝|没事|沒事|明白|了解|"
    r"是|应该|應該|不对|不對|说错|說錯",
    _FLAGS,
)

_CHINESE_COURTESY = re.compile(
    r"不好意思|对不起|對不起|[没沒]问题|[没沒]問題|[没沒]事|不客气|不客氣|不出意外|"
    r"[没沒]有?(?:什么|什麼)?意外|不晚于|不晚於|"
    r"不超过|不超過|不见不散|(?:如果)?一?切?[顺順]利的?[话話]|如[无無]意外|差不多|不用[担擔]心|"
    r"[别別][担擔]心|放心"
)
_CHINESE_ASK = re.compile(
    r"(?<![申邀聘])[请請](?!假)|麻烦|麻煩|务必|務必|能不能|能否|可否|拜托|拜託|记得|記得|[帮幫]我"
    r"|(?:[给給发發传傳回交]|告[诉訴]|答[复覆復]|回[复覆復]|通知|提醒)我(?!们|們)"
)
_CHINESE_LEAVE = re.compile(rf"(?:^|再|{MARK}|[就才])[给給等]我(?:们|們)?[一]?{MARK}")
_CHINESE_NEED = re.compile(
    rf"(?:^|我(?:们|們)?|[还還再])(?:需要?|要)(?:大概|差不多)? ?{MARK}的?(?:时间|時間)?[ ,~!]*$"
)
_LOOKING = re.compile(
    rf"{_OPENING}(?:i'm |i am |we're )?(?:looking into|checking|investigating)\b|"
    rf"\bgive me a (?:moment|sec)",
    _FLAGS,
)
_CHINESE_REFUSAL = re.compile(r"[不没沒无無]|[别別](?!的)|难以|難以")
_CHINESE_OVER = re.compile(r"已经|已經|已(?=[发發给給回])|[刚剛]|昨|(?:了|过|過)[ ~!]*$")
_CHINESE_WILL = re.compile(r"会|會|就|能|可以|将|將")
_CHINESE_RECIPIENT = re.compile(
    r"(?:[给給回发發传傳]|告[诉訴]|通知|联系|聯[繫絡系]|找|答[复覆復]|回[复覆復]|反[馈饋]|同步|"
    r"汇报|匯報)(?:[给給到])?(?:你|您|妳|大家|各位)"
    r"|[覆复復](?:你|您|妳)|[给給]予(?:你|您)|[跟向和同](?:你|您|妳|大家)(?:们|們)?.{0,4}(?:说|說|"
    r"讲|講|确认|確認|汇报|匯報|沟通|溝通|"
    r"同步|反[馈饋])"
)
_CHINESE_ANSWER = (
    r"回[复覆復]|答[复覆復]|反[馈饋]|批[复覆]|告知|联系|聯[繫絡]|跟[进進]|确认|確認|核实|核實"
)
_CHINESE_DEED = re.compile(
    rf"{_CHINESE_ANSWER}|搞定|完成|[给給]个?個?(?:[结結]果|答[复覆復]|意[见見])|[发發]到?群|"
    rf"[处處]理|弄[好完]|做[好完]|提交|交付|交(?=$|{MARK}|上)|[发發]出|"
    rf"[发發][过過]去|解[决決]|"
    r"修[好复復]|改[好完]|[写寫][好完]|整理|更新|[给給]出|出[结結]果|[审審][批完]|上[传傳]|"
    r"[补補]上|看完|查完|[发發]邮件|[发發]郵件"
)
_CHINESE_SELF = re.compile(
    r"(?<![给給回发發诉訴知复覆復传傳帮幫])(?:我(?:们|們)?|咱们?|[这這][边邊]|本人)(?!的)"
)
_CHINESE_OTHER = re.compile(
    r"(?<![给給跟向和同把将將等问問找让讓帮幫])(?:他|她|客[户戶]|财务|財務|法务|法務|老板|老闆|"
    r"[领領][导導]|[经經]理|同事|供[应應]商|"
    r"[对對]方|人事|行政|[银銀]行|大家(?=都|要|请)|[\u4e00-\u9fff][总總](?!结|結|是)|"
    r"[A-Za-z]{2,}(?= ?(?:会|會|说|說|明|\ufffc)))"
    r"|(?<![给給回发發传傳答复覆復诉訴知系繫絡络跟向和同找让讓馈饋到步])[你您妳](?!的)"
)
_CHINESE_HEAD = re.compile(
    rf"(?:{MARK}|[ ,~!]|我们?|我們|咱们?|[这這][边邊]|本人|一定|争取|爭取|尽量|盡量|儘量|应该|應該|"
    rf"估计|估計|预计|預計|希望|"
    r"可以|能够?|能夠|好的?|收到|明白|没问题|[之以]?[前内內]|左右|大概|会|會|将|將|就|才|再|先|都|"
    r"把|的|那|嗯|最晚|最[迟遲]|也|可|"
    r"稍[后後]|晚[点點]|回[头頭]|尽快|儘快|盡快|[马馬]上|一[会會]儿?|待[会會]儿?|等[下会會]儿?|"
    r"统一|統一|全部|争)*"
)
_CHINESE_LATER = re.compile(
    r"稍[后後晚]|晚[点點些]|回[头頭]|一[会會]|待[会會]|等[下会會]|[马馬]上|尽快|儘快|盡快|再|"
    r"之[后後]|到时|到時|第一[时時][间間]"
)
_CHINESE_LOOKING = re.compile(
    rf"^.{{0,6}}(?:我|先|去|来|來|再|{MARK})+(?:看|查|问|問|确认|確認|核[实實]|了解|"
    rf"[检檢]查)(?:一下|下(?!午)|"
    r"看|查|问|問)"
)
_CHINESE_FINE = re.compile(r"(?:可以|行|好|ok|方便|成)[吗嗎么麼]? ?[?]? ?$|如何 ?[?]? ?$", re.I)
_CHINESE_QUESTION = re.compile(r"[吗嗎]|呢 ?$|什么|什麼|几点|幾點|何时|何時")
_NOT_ASCII = re.compile(r"[\u3400-\u9fff]")


def stand(clause: str, *, asked: bool, timed: bool, due: bool) -> Stand:
    """What a clause does. `asked`: its sentence ends with a question mark; `timed`: it names a
    time, as a deadline if `due`."""
    if _PADDING.sub("", clause) == "":
        return ("other" if asked else "bare") if timed else "nothing_more"
    chinese = _NOT_ASCII.search(clause) is not None
    found = _chinese(clause, asked) if chinese else "other"
    if found == "other":
        found = _english(clause, asked, due)
    if found == "promise" and not timed:
        return "return" if _comes_back(clause, chinese) else "promise"
    if found == "return" and timed:
        return "promise"
    return found


def _english(clause: str, asked: bool, due: bool) -> Stand:
    leave = _ASKED_LEAVE.search(clause) if asked else None
    if leave and not _REFUSAL.search(clause):
        return "proposal"
    if asked:
        return "other"
    if _REFUSAL.search(clause):
        return "refusal"
    if _promises(clause, due):
        return "promise"
    return "return" if _LOOKING.search(clause) and not _OVER.search(clause) else "other"


def _promises(clause: str, due: bool) -> bool:
    if _ABLE.search(clause) and (not due or _OVER.search(clause)):
        return False
    if _PROMISE.search(clause):
        return True
    short = _SHORT_PROMISE.search(clause)
    return short is not None and not _OVER.search(clause)


def _chinese(clause: str, asked: bool) -> Stand:
    bare = _CHINESE_COURTESY.sub(" ", clause)
    proposes = asked and _CHINESE_FINE.search(bare) is not None
    if not asked and (_CHINESE_LEAVE.search(bare) or _CHINESE_NEED.search(bare)):
        return "promise"
    asks = asked or _CHINESE_QUESTION.search(bare) is not None
    if _CHINESE_ASK.search(bare) or (asks and not proposes):
        return "other"
    if _CHINESE_REFUSAL.search(bare):
        return "refusal"
    if _CHINESE_OVER.search(bare) and not _CHINESE_WILL.search(bare):
        return "other"
    if not _chinese_promises(bare):
        return "return" if _CHINESE_LOOKING.search(bare) else "other"
    return "proposal" if proposes else "promise"


def _chinese_promises(clause: str) -> bool:
    if _CHINESE_OTHER.search(clause):
        return False
    if _CHINESE_RECIPIENT.search(clause):
        return True
    deed = _CHINESE_DEED.search(clause)
    if deed is None:
        return False
    head = clause[: deed.start()]
    return _CHINESE_SELF.search(head) is not None or _CHINESE_HEAD.fullmatch(head) is not None


def _comes_back(clause: str, chinese: bool) -> bool:
    """Whether it says that an answer will come, though not when."""
    if chinese and (_CHINESE_LATER.search(clause) or _CHINESE_LOOKING.search(clause)):
        return True
    return _COMING_BACK.search(clause) is not None


def is_condition(clause: str) -> bool:
    return _CONDITION.search(clause) is not None


def is_vague(clause: str) -> bool:
    return _VAGUE.search(clause) is not None
