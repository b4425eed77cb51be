"""Is a mail's body in order, and does it say what it wants? Policy 2.1.2-body."""

import re
from collections.abc import Iterator

from bot.policy.mail import Flaw, Remark, Surroundings, remark
from bot.policy.mailtext import Letter, paragraphs, width

ALONE = 0.6  # of the longest paragraph: a body that long in one piece wants parting
PURPOSE = re.compile(
    r"[?？]|\b(?:please|kindly|could you|can you|would you|let (?:me|us) know|look(?:ing)? forward"
    r"|ask|request|require|need|confirm|advise|inform|notify|announce|update|invite|propose|suggest"
    r"|offer|quot\w+|order\w*|invoice\w*|attach\w*|enclos\w+|find below|see below"
    r"|writing to|regarding"
    r"|concerning|with reference|further to|follow\w*|thank\w*|receiv\w+|apolog\w+|sorry|remind\w*"
    r"|agree\w*|accept\w*|approv\w+|declin\w+|reject\w*|cancel\w*|postpone\w*|schedul\w+|meet\w*"
    r"|deliver\w*|ship\w*|sen[dt]\w*|will|would like|pleased|happy to|regret|congratulat\w+"
    r"|welcome)\b"
    r"|请|請|烦|煩|敬请|麻烦|麻煩|希望|盼|望|需要|需|能否|可否|是否|吗|嗎|呢|确认|確認|告知|通知|知会|知會"
    r"|特此|现将|現將|兹|茲|附件|附上|随函|隨函|关于|關於|有关|有關|就.{1,20}事|谢|謝|收到|抱歉|致歉|提醒"
    r"|安排|邀请|邀請|建议|建議|报价|報價|订单|訂單|发票|發票|合同|合約|发货|出貨|寄|发送|發送|同意|批准"
    r"|会议|會議|回复|回覆|答复|答覆|反馈|回饋|更新|进展|進展|欢迎|歡迎|恭喜|祝贺|祝賀|提交|汇报|匯報"
    r"|說明|说明|通报|通報|申请|申請|推迟|推遲|取消|变更|變更",
    re.IGNORECASE,
)


def check(own: Letter, known: Surroundings) -> Iterator[Remark]:
    """Nothing of it is judged further where it is empty."""
    if not any(each.isalnum() for each in own.text):
        yield remark(Flaw.BODY_EMPTY, "confirm")
        return
    longest = known.rules.paragraph_longest
    parts = [width(each) for each in paragraphs(own.lines)]
    if _in_one_piece(own, longest):
        yield remark(Flaw.BODY_NO_PARAGRAPHS)
    elif max(parts) > longest:
        yield remark(Flaw.BODY_WALL, count=max(parts), most=longest)
    if not PURPOSE.search(own.text):
        yield remark(Flaw.BODY_NO_PURPOSE)


def _in_one_piece(own: Letter, longest: int) -> bool:
    """Salutation and closing aside, all of it is one paragraph."""
    long = [each for each in paragraphs(own.lines) if width(each) >= ALONE * longest]
    rest = sum(map(width, own.filled)) - sum(map(width, long))
    return len(long) == 1 and rest < (1 - ALONE) * longest / 2
