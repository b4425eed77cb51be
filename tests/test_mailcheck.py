"""What is remarked on in a mail before it goes out, and what is not."""

from dataclasses import replace
from random import Random
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy.addresses import addresses, named
from bot.policy.lookalikes import Known
from bot.policy.mail import Flaw, Mail, MailFile, Surroundings
from bot.policy.mailcheck import SENTENCES, check, told
from bot.policy.mailtext import letter, paragraphs, width
from bot.policy.reading import Mistakes, default_rulebook, read
from bot.words import Reader, render

KNOWN = Surroundings(
    rules=replace(default_rulebook().mail, attachment_bytes=20_000_000),
    domains=frozenset({"brightwater.example", "brightwater.com.cn"}),
    written=frozenset({"lee@harborfoods.com", "wang@haigang.com.cn", "lin@yongfu.com.tw"}),
)
HELLO = "Dear Ms Lee,\n\n"
BYE = "\n\nBest regards,\nAnn Baker"
ENGLISH = Mail(
    sender="Ann Baker <ann@brightwater.example>",
    to=("Lee <lee@harborfoods.com>",),
    subject="Samples for order 4711: date of delivery",
    body=f"{HELLO}The samples for order 4711 are ready. Please confirm by Friday, 6 March, that "
    f"you can receive them on Tuesday.{BYE}",
)
HANS = Mail(
    sender="李伟 <wei@brightwater.com.cn>",
    to=("wang@haigang.com.cn",),
    subject="关于4711号订单样品的交付日期",
    body="尊敬的王女士：\n\n您好！4711号订单的样品已准备就绪。请于3月6日（周五）前确认是否可在下周二收货。\n\n"
    "如有疑问，请随时与我联系。\n\n此致\n敬礼\n\n李伟\n明水食品技术部",
)
HANT = Mail(
    sender="林雅婷 <yating@brightwater.example>",
    to=("lin@yongfu.com.tw",),
    subject="第4711號訂單樣品之交貨日期",
    body="林經理您好：\n\n第4711號訂單的樣品已備妥，煩請於三月六日（週五）前確認下週二是否方便收貨。\n\n"
    "若有任何問題，歡迎隨時與我聯繫。\n\n順頌　商祺\n\n林雅婷 敬上",
)
PDF = MailFile(name="Offer 4711.pdf", size=20_000, mime="application/pdf", first=b"%PDF-1.7")
LONG = "The samples were taken on Monday and they were sent to the laboratory in the afternoon. "
LANG = "样品已于周一采集，并于当天下午送至实验室进行检测，检测结果将在三个工作日内反馈给贵公司。"
QUOTE = "\n\nOn Mon, 2 Mar 2026 at 09:00, Lee <lee@harborfoods.com> wrote:\n"


def flaws(mail: Mail, known: Surroundings = KNOWN) -> set[Flaw]:
    return {each.code for each in check(mail, known)}


def says(text: str) -> Mail:
    return replace(ENGLISH, body=f"{HELLO}{text}{BYE}")


def speaks(text: str) -> Mail:
    return replace(HANS, body=f"尊敬的王女士：\n\n{text}\n\n此致\n敬礼\n李伟")


def with_file(**more: Any) -> Mail:
    return replace(ENGLISH, attachments=(replace(PDF, **more),))


CLEAN = {
    "english": ENGLISH,
    "simplified": HANS,
    "traditional": HANT,
    "a reply": replace(ENGLISH, subject=f"Re: {ENGLISH.subject}"),
    "a chinese reply": replace(HANS, subject=f"回复：{HANS.subject}"),
    "abbreviations": replace(ENGLISH, subject="RFQ 4711: ISO 9001, REACH and DDP for BWF-20"),
    "with its attachment": replace(says("Please find our offer attached."), attachments=(PDF,)),
    "chinese with its attachment": replace(speaks("报价单请见附件。"), attachments=(PDF,)),
    "their attachment": says("Thank you for the attachment you sent; we will answer by Friday."),
    "their chinese attachment": speaks("您发来的附件已收到，谢谢。"),
    "no attachment": says("Please send it again: there was no attachment with your last mail."),
    "attached to a machine": says("The pump is attached to the frame. Please confirm the size."),
    "importance": says("We attach great importance to this matter, and will answer by Friday."),
    "signed below the mark": replace(
        ENGLISH, body=f"{HELLO}Please confirm the date.\n\n-- \nAnn Baker\nBrightwater LOL 😀!!!!"
    ),
    "small print": says(
        "Please confirm the date.\n\nThis e-mail may contain confidential information and is "
        "intended solely for the addressee. If received in error, delete it."
    ),
    "chinese small print": speaks(
        "请确认日期。\n\n本邮件含有机密信息，仅供指定收件人使用，如误收请删除。"
    ),
    "not confidential": says("The list is not confidential; please confirm its figures."),
    "nothing secret": speaks("本资料不涉及机密，请确认。"),
    "confidentiality": says("Please sign the agreement on confidentiality by Friday."),
    "a secret weapon": speaks("贵公司的秘密武器是服务，请确认日期。"),
    "earlier mail marked by line": replace(
        ENGLISH,
        body=ENGLISH.body + QUOTE + "> hey LOL 😀 SEND THEM RIGHT NOW STUPID!!! attached",
    ),
    "earlier mail below": replace(
        ENGLISH, body=ENGLISH.body + QUOTE + "hey, see attached confidential LOL 😀!!!!"
    ),
    "earlier mail of outlook": replace(
        ENGLISH,
        body=ENGLISH.body + "\n\n________________________________\nFrom: Lee\nSent: Monday\n"
        "Subject: x\n\nsee attached, you idiot!!!!",
    ),
    "earlier chinese mail": replace(
        HANS,
        body=HANS.body + "\n\n发件人：王女士\n发送时间：周一\n主题：样品\n\n见附件！！！机密😀",
    ),
    "earlier chinese mail, told": replace(
        HANS, body=HANS.body + "\n\n在 2026年3月2日，王女士写道：\n见附件！！！机密😀"
    ),
    "earlier traditional mail": replace(
        HANT,
        body=HANT.body + "\n\n寄件者: 林經理\n寄件日期: 週一\n\n見附件！！！機密😀",
    ),
    "a forward": replace(
        ENGLISH,
        body=ENGLISH.body + "\n\n------- Forwarded message -------\nFrom: x\nLOL 😀!!!!",
    ),
    "an original message": replace(
        HANS, body=HANS.body + "\n\n-----原始邮件-----\n随便写写 哈哈！！！"
    ),
    "answered below": replace(
        ENGLISH,
        body=QUOTE.strip() + "\n> WHEN WILL THEY BE READY NOW?! see attached\n\n" + ENGLISH.body,
    ),
    "only colleagues": replace(ENGLISH, to=("bob@brightwater.example", "m@hr.brightwater.com.cn")),
    "only outsiders": replace(ENGLISH, cc=("Wang <WANG@haigang.com.cn>",)),
    "a long letter in paragraphs": says("\n\n".join([LONG * 4] * 8) + "\n\nPlease confirm."),
    "broken by a window": says("\n".join([LONG.strip()] * 8) + "\nPlease confirm."),
    "a list": says("Please confirm:\n" + "\n".join(f"{n}. {LONG}" for n in range(40))),
    "two archives": replace(
        says("Please find both attached."),
        attachments=(replace(PDF, name="a.tar.gz"), replace(PDF, name="report.v2.pdf")),
    ),
}


@pytest.mark.parametrize("mail", CLEAN.values(), ids=CLEAN.keys())
def test_a_mail_in_order_is_left_alone(mail: Mail) -> None:
    assert check(mail, KNOWN) == ()


def subject(text: str) -> Mail:
    return replace(ENGLISH, subject=text)


def to(*entries: str) -> Mail:
    return replace(ENGLISH, to=entries)


OUTSIDE = {Flaw.LOOK_ALIKE, Flaw.FIRST_TIME}
FLAWED: dict[str, tuple[Mail, set[Flaw]]] = {
    # 2.1.2-subject
    "no subject": (subject(""), {Flaw.SUBJECT_EMPTY}),
    "blank subject": (subject(" \u200b\u3000 "), {Flaw.SUBJECT_EMPTY}),
    "only a prefix": (subject("Re: "), {Flaw.SUBJECT_EMPTY}),
    "hi": (subject("Hi!"), {Flaw.SUBJECT_SAYS_NOTHING}),
    "wide hello": (subject("ＨＥＬＬＯ"), {Flaw.SUBJECT_SAYS_NOTHING}),
    "hello in chinese": (subject("您好！"), {Flaw.SUBJECT_SAYS_NOTHING}),
    "early in traditional": (subject("大家早"), {Flaw.SUBJECT_SAYS_NOTHING}),
    "re: question": (subject("Re: question"), {Flaw.SUBJECT_SAYS_NOTHING}),
    "urgent in chinese": (subject("紧急！"), {Flaw.SUBJECT_SAYS_NOTHING}),
    "81 columns": (subject("x" * 81), {Flaw.SUBJECT_LONG}),
    "41 chinese characters": (subject("样" * 41), {Flaw.SUBJECT_LONG}),
    "80 columns": (subject("样" * 40), set()),
    "a chain": (subject("Re: Re: Fw: Samples for order 4711"), {Flaw.SUBJECT_CHAIN}),
    "a counted chain": (subject("RE[2]: AW: Samples for 4711"), {Flaw.SUBJECT_CHAIN}),
    "a chinese chain": (subject("回复：转发：4711号订单样品"), {Flaw.SUBJECT_CHAIN}),
    "a traditional chain": (subject("回覆: 轉寄: 第4711號訂單"), {Flaw.SUBJECT_CHAIN}),
    "shouting": (subject("PLEASE REPLY TODAY ABOUT SAMPLES"), {Flaw.SUBJECT_SHOUTS}),
    "shouting marks": (subject("订单样品何时交付！！"), {Flaw.SUBJECT_SHOUTS}),
    # 2.1.2-body
    "no text": (replace(ENGLISH, body=" \n\u200b\n"), {Flaw.BODY_EMPTY}),
    "only quotes": (replace(ENGLISH, body="> when?\n> soon!"), {Flaw.BODY_EMPTY}),
    "only a forward": (replace(ENGLISH, body=QUOTE + "hello"), {Flaw.BODY_EMPTY}),
    "one block": (says(LONG * 12 + "Please confirm."), {Flaw.BODY_NO_PARAGRAPHS}),
    "one chinese block": (speaks(LANG * 12 + "请确认。"), {Flaw.BODY_NO_PARAGRAPHS}),
    "a wall among others": (
        says("\n\n".join([LONG * 4, LONG * 4, LONG * 20, LONG * 4]) + "\n\nPlease confirm."),
        {Flaw.BODY_WALL},
    ),
    "no purpose": (says("The weather was fine. The sea was blue."), {Flaw.BODY_NO_PURPOSE}),
    "no chinese purpose": (speaks("今天天气晴朗，海是蓝色的。"), {Flaw.BODY_NO_PURPOSE}),
    # 2.2.1-etiquette
    "no salutation": (
        replace(ENGLISH, body=f"The samples are ready, please confirm the date.{BYE}"),
        {Flaw.NO_SALUTATION},
    ),
    "no chinese salutation": (
        replace(HANS, body="样品已准备就绪，请确认日期。\n\n此致\n敬礼\n李伟"),
        {Flaw.NO_SALUTATION},
    ),
    "no closing": (
        replace(ENGLISH, body=f"{HELLO}The samples are ready, please confirm the date."),
        {Flaw.NO_CLOSING},
    ),
    "no chinese closing": (
        replace(HANS, body="尊敬的王女士：\n\n样品已准备就绪，请确认日期。"),
        {Flaw.NO_CLOSING},
    ),
    "no traditional closing": (
        replace(HANT, body="林經理您好：\n\n樣品已備妥，煩請確認日期。"),
        {Flaw.NO_CLOSING},
    ),
    "a name is enough": (replace(ENGLISH, body=f"{HELLO}Please confirm.\n\nAnn Baker"), set()),
    "only a name before": (
        replace(ENGLISH, body="Lee,\n\nplease confirm the date.\n\nThanks\nAnn"),
        set(),
    ),
    "a first name is enough": (replace(ENGLISH, body=f"{HELLO}Please confirm.\n\nAnn"), set()),
    "to whom it concerns": (replace(HANT, body="敬啟者：\n\n煩請確認日期。\n\n謝謝"), set()),
    "a title before": (replace(HANT, body="王總監，\n\n煩請確認日期。\n\n謝謝\n林雅婷"), set()),
    "lol": (says("Please confirm, lol."), {Flaw.CHATTY}),
    "wide lol": (says("Please confirm, ＬＯＬ."), {Flaw.CHATTY}),
    "pls": (says("Pls confirm the date."), {Flaw.CHATTY}),
    "haha": (speaks("哈哈，请确认日期。"), {Flaw.CHATTY}),
    "a tilde": (replace(HANT, body=HANT.body.replace("收貨。", "收貨喔～")), {Flaw.CHATTY}),
    "stupid": (says("Please ask a less stupid question."), {Flaw.RUDE}),
    "fault": (says("It is your fault, so please confirm now."), {Flaw.RUDE}),
    "rude in chinese": (speaks("请不要说废话。"), {Flaw.RUDE}),
    "rude in traditional": (
        replace(HANT, body=HANT.body.replace("若有任何", "少說廢話。若有任何")),
        {Flaw.RUDE},
    ),
    "emoji": (says("Please confirm 😀"), {Flaw.EMOJI}),
    "a smile of signs": (says("Please confirm :-)"), {Flaw.EMOJI}),
    "emoji of wechat": (speaks("请确认日期[微笑]"), {Flaw.EMOJI}),
    "capitals": (says("Please CONFIRM THIS DATE RIGHT AWAY."), {Flaw.CAPITALS}),
    "two marks": (says("Please confirm the date!!"), {Flaw.EXCLAMATIONS}),
    "many marks": (says("Please! Confirm! The! Date!"), {Flaw.EXCLAMATIONS}),
    "many chinese marks": (speaks("请确认日期！！！"), {Flaw.EXCLAMATIONS}),
    # 2.1.2-attachment
    "attached, but not": (says("Please find our offer attached."), {Flaw.ATTACHMENT_ABSENT}),
    "enclosed, but not": (says("Our offer is enclosed."), {Flaw.ATTACHMENT_ABSENT}),
    "附件, but not": (speaks("报价单请见附件。"), {Flaw.ATTACHMENT_ABSENT}),
    "見附件, but not": (
        replace(HANT, body=HANT.body.replace("樣品已", "報價單見附件，樣品已")),
        {Flaw.ATTACHMENT_ABSENT},
    ),
    "theirs and ours": (
        says("Thank you for the attachment you sent.\n\nOur answer is attached."),
        {Flaw.ATTACHMENT_ABSENT},
    ),
    "a program": (with_file(name="setup.exe"), {Flaw.ATTACHMENT_FORBIDDEN}),
    "a program in capitals": (with_file(name="SETUP.EXE. "), {Flaw.ATTACHMENT_FORBIDDEN}),
    "macros": (with_file(name="报价.xlsm"), {Flaw.ATTACHMENT_FORBIDDEN}),
    "two endings": (with_file(name="invoice.pdf.exe"), {Flaw.ATTACHMENT_DISGUISED}),
    "two chinese endings": (with_file(name="发票.docx .scr"), {Flaw.ATTACHMENT_DISGUISED}),
    "first bytes": (with_file(first=b"MZ\x90\x00"), {Flaw.ATTACHMENT_DISGUISED}),
    "its type": (with_file(mime="application/x-msdownload"), {Flaw.ATTACHMENT_DISGUISED}),
    "no ending, but a program": (
        with_file(name="offer", first=b"\x7fELF"),
        {Flaw.ATTACHMENT_DISGUISED},
    ),
    "turned around": (
        with_file(name="offer\u202efdp.exe"),
        {Flaw.ATTACHMENT_TRICKY_NAME, Flaw.ATTACHMENT_FORBIDDEN},
    ),
    "a control character": (with_file(name="of\nfer.pdf"), {Flaw.ATTACHMENT_TRICKY_NAME}),
    "zero bytes": (with_file(size=0), {Flaw.ATTACHMENT_EMPTY}),
    "too large": (with_file(size=20_000_001), {Flaw.ATTACHMENT_LARGE}),
    "just fits": (with_file(size=20_000_000), set()),
    "together too large": (
        replace(ENGLISH, attachments=(replace(PDF, size=11_000_000),) * 2),
        {Flaw.ATTACHMENTS_LARGE},
    ),
    "encrypted": (with_file(encrypted=True), {Flaw.ATTACHMENT_SEALED}),
    # 2.1.2-recipients
    "nobody": (to(), {Flaw.NO_RECIPIENT}),
    "malformed": (to("lee@harborfoods"), {Flaw.MALFORMED}),
    "no at": (to("lee"), {Flaw.MALFORMED}),
    "two dots": (to("lee..x@harborfoods.com"), {Flaw.MALFORMED}),
    "a hyphen at the edge": (to("lee@-harborfoods.com"), {Flaw.MALFORMED}),
    "an unseen character": (to("lee@harbor\u200bfoods.com"), {Flaw.MALFORMED}),
    "twice": (replace(ENGLISH, cc=("LEE@harborfoods.com",)), {Flaw.TWICE}),
    "twice in one entry": (to("lee@harborfoods.com; Lee <lee@harborfoods.com>"), {Flaw.TWICE}),
    "mixed": (replace(ENGLISH, cc=("bob@brightwater.example",)), {Flaw.MIXED}),
    "mixed in bcc": (replace(ENGLISH, bcc=("mei@brightwater.com.cn",)), {Flaw.MIXED}),
    "first time": (to("kim@northport.co.kr"), {Flaw.FIRST_TIME}),
    "a name with a comma": (to('"Lee, Min" <lee@harborfoods.com>'), set()),
    "one letter less": (to("lee@harborfods.com"), OUTSIDE),
    "one letter more": (to("lee@harborfooods.com"), OUTSIDE),
    "the last letter less": (to("lee@harborfood.com"), OUTSIDE),
    "two letters less": (to("lee@harborfod.com"), {Flaw.FIRST_TIME}),
    "a partner's name, other ending": (to("lee@harborfoods.co"), OUTSIDE),
    "below a partner's": (to("lee@mail.harborfoods.com"), {Flaw.FIRST_TIME}),
    "yahoo elsewhere": (to("lee@yahoo.co.jp"), {Flaw.FIRST_TIME}),
    "turned about": (to("lee@arborfoodsh.com"), {Flaw.FIRST_TIME}),
    "another letter": (to("lee@harborfoads.com"), OUTSIDE),
    "swapped letters": (to("wang@haigagn.com.cn"), OUTSIDE),
    "a digit": (to("lee@harborf0ods.com"), OUTSIDE),
    "rn for m": (to("x@hotrnail.com"), OUTSIDE),
    "cyrillic": (to("lee@h\u0430rborfoods.com"), OUTSIDE),
    "punycode": (to("lee@xn--hrborfoods-zqi.com"), OUTSIDE),
    "broken punycode": (to("lee@xn--\u00e9.com"), {Flaw.FIRST_TIME}),
    "own name, other ending": (to("bob@brightwater.net"), OUTSIDE),
    "own name below another": (to("bob@brightwater.example.evil.net"), OUTSIDE),
    "own name with hyphens": (to("bob@brightwater-example.com"), OUTSIDE),
    "gmial": (to("lee@gmial.com"), OUTSIDE),
    "ymail is no gmail": (to("lee@ymail.com"), {Flaw.FIRST_TIME}),
    "126 is no 163": (to("lee@126.com"), {Flaw.FIRST_TIME}),
    "too many": (
        replace(ENGLISH, to=tuple(f"p{n}@brightwater.example" for n in range(21))),
        {Flaw.MANY},
    ),
    # 2.2.1-review
    "confidential": (says("Please treat this as CONFIDENTIAL."), {Flaw.CONFIDENTIAL}),
    "confidential subject": (subject("[Confidential] Offer for order 4711"), {Flaw.CONFIDENTIAL}),
    "internal only": (says("Please note: internal  only."), {Flaw.CONFIDENTIAL}),
    "机密": (speaks("本资料属于机密，请注意。"), {Flaw.CONFIDENTIAL}),
    "drawn apart": (replace(HANS, subject="【机 密】4711号订单报价"), {Flaw.CONFIDENTIAL}),
    "機密": (
        replace(HANT, body=HANT.body.replace("若有任何", "此為機密。若有任何")),
        {Flaw.CONFIDENTIAL},
    ),
    "by its name": (with_file(name="price_list_internal_only.xlsx"), {Flaw.CONFIDENTIAL}),
    "by its chinese name": (with_file(name="合同（秘密）v2.pdf"), {Flaw.CONFIDENTIAL}),
}


@pytest.mark.parametrize(("mail", "wanted"), FLAWED.values(), ids=FLAWED.keys())
def test_what_is_amiss_is_remarked_on_and_nothing_else(mail: Mail, wanted: set[Flaw]) -> None:
    assert flaws(mail) == wanted


def test_there_is_a_case_for_every_flaw_and_a_sentence_for_each_reader() -> None:
    met = {code for _, wanted in FLAWED.values() for code in wanted}

    assert met == set(Flaw) == set(SENTENCES)
    for mail, _ in FLAWED.values():
        for each in check(mail, KNOWN):
            for language in ("en", "zh_Hans", "zh_Hant"):
                assert render(told(each), Reader(language), lambda words: f"«{words}»")


def test_what_stops_a_mail_comes_first_and_tells_the_way_on() -> None:
    mail = replace(
        subject("hi"), body="", to=("x@y",), attachments=(replace(PDF, name="机密.pdf"),)
    )
    found = check(mail, KNOWN)

    assert [each.severity for each in found] == ["stop", "stop", "confirm", "hint"]
    held = next(each for each in found if each.code is Flaw.CONFIDENTIAL)
    assert (held.clause, held.field) == ("2.2.1-review", "attachments")
    assert "/duly request outside_mail.major" in render(told(held), Reader(), str)


def test_each_remark_cites_its_clause_and_its_place() -> None:
    for mail, _ in FLAWED.values():
        for each in check(mail, KNOWN):
            chapter = {"subject": "2.1.2-subject", "recipients": "2.1.2-recipients"}
            if each.field in chapter and each.code is not Flaw.CONFIDENTIAL:
                assert each.clause == chapter[each.field]


def test_words_of_the_mail_are_quoted_in_a_remark() -> None:
    (found,) = check(with_file(name="<b>x</b>.exe"), KNOWN)

    said = render(told(found), Reader(), lambda words: words.replace("<", "("))
    assert said == "(b>x(/b>.exe: files ending in .exe may not go out."


def test_an_example_is_in_the_language_of_the_mail_else_of_the_house() -> None:
    def example(body: str, language: str) -> str:
        found = check(replace(ENGLISH, body=body), replace(KNOWN, language=language))
        return next(render(told(x), Reader(), str) for x in found if x.code is Flaw.NO_SALUTATION)

    assert "Dear Ms Smith" in example("Please confirm the date.", "zh_Hans")
    assert "尊敬的" in example("请确认日期。", "en")
    assert "尊敬的" in example("4711?", "zh_Hant")


def test_many_addresses_are_told_in_few_words() -> None:
    (found,) = check(to(*(f"p{n}@northport.co.kr" for n in range(9))), KNOWN)

    assert render(told(found), Reader(), str).endswith("p4@northport.co.kr, …")


def test_entries_are_read_as_people_write_them() -> None:
    entry = '"Lee; Min" <a@b.example>, x@y.example；<z@y.example>;, '

    assert [each.mailbox for each in addresses(entry)] == [
        "a@b.example",
        "x@y.example",
        "z@y.example",
    ]
    assert named("Ann Baker <ann@b.example>") == "Ann Baker"
    assert named("ann@b.example") == "ann"


def test_short_names_are_told_apart_only_by_how_they_look() -> None:
    known = Known.of(["acme.example"], ["hp.com", "ibm.com"])

    assert known.imitated("ibn.com") is None
    assert known.imitated("acmé.example") == "acme.example"
    assert known.imitated("acme.example") is None


def test_the_authors_words_are_told_from_the_rest() -> None:
    own = letter("Hello\r\n> quoted\nOn Monday, somebody with a long\nname wrote:\n> more\n\nBye")

    assert own.filled == ("Hello", "Bye")
    assert letter("On we go\n\nwrote:").text.startswith("On we go")
    assert letter("On\n\nx").text == "On\n\nx"
    assert letter("他于昨日写道：\n没有引号的旧邮件").text == ""


def test_a_paragraph_goes_on_where_a_window_broke_it() -> None:
    assert len(paragraphs(("x" * 60, "y" * 60, "", "z"))) == 2
    assert len(paragraphs(("x" * 60 + ".", "y", "- a", "- b"))) == 4
    assert width("a\u0301样") == 3


PIECES = st.one_of(
    st.text(max_size=200),
    st.sampled_from(
        ["附件", "机 密", "On x wrote:\n", "> ", "<", '"', "@", ".", "!!", "Re: ", "\n"]
    ),
)
TEXTS = st.lists(PIECES, max_size=30).map("".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, TEXTS, st.binary(max_size=8))
def test_whatever_is_written_is_looked_through(one: str, two: str, three: str, raw: bytes) -> None:
    file = MailFile(name=two, size=len(one), mime=three, first=raw, encrypted=len(raw) == 8)
    mail = Mail(
        sender=three, to=(one, two), cc=(three,), subject=two, body=one, attachments=(file,)
    )

    for each in check(mail, KNOWN):
        assert render(told(each), Reader("zh_Hans"), str)


@pytest.mark.thorough
def test_a_hundred_thousand_characters_take_no_longer_than_their_share() -> None:
    """Ten times the text may take ten times as long, and some; not a hundred times."""
    chance = Random(7)
    seeds = [
        "> ",
        "x",
        "attached ",
        "!",
        "\n",
        "附件",
        "机 ",
        "On ",
        "发件人：",
        "-",
        " ",
        "ABCDE ",
    ]
    seeds += ["😀", "On x wrote\n", "a.", "re:", "就", '"', "<", "a@", ",", "On x\nwrote"]
    for piece in [*seeds, *("".join(chance.choices(seeds, k=4)) for _ in range(8))]:
        short, long = (piece * (size // len(piece)) for size in (10_000, 100_000))
        quick, slow = took(short), took(long)
        assert slow < 40 * quick + 0.5, piece


def took(text: str) -> float:
    file = MailFile(name=text, size=1)
    mail = Mail(sender=text, to=(text,), subject=text, body=text, attachments=(file,))
    start = perf_counter()
    check(mail, KNOWN)
    return perf_counter() - start


@pytest.mark.parametrize(
    ("text", "line", "wrong"),
    [
        ("[mail]\nforbiden = []", 2, "A policy has no mail.forbiden."),
        ('[mail]\nforbidden = ["exe"]', 2, "mail.forbidden must be a list of endings"),
        ('[mail]\n\ndomains = ["a b"]', 3, "mail.domains must be a list of mail domains"),
        ('[mail]\nroute = "post"', 2, "mail.route must be one of work"),
        (
            "[mail]\nattachments_mb = 0",
            2,
            "mail.attachments_mb must be a whole number of megabytes",
        ),
        ('[mail]\nrecipients_most = "many"', 2, "mail.recipients_most must be a whole number"),
        ("[files]\nlongest_mb = 5000", 2, "files.longest_mb must be a whole number of megabytes"),
    ],
)
def test_a_mistake_in_the_policys_part_is_told_with_its_line(
    text: str, line: int, wrong: str
) -> None:
    with pytest.raises(Mistakes) as caught:
        read(text)

    (found,) = caught.value.found
    assert (found.line, render(found.what, Reader(), str)[: len(wrong)]) == (line, wrong)


def test_a_companys_own_marks_and_endings_are_heeded() -> None:
    book = read('[mail]\nmarks = ["Projekt Falke"]\nforbidden = [".DWG"]\nsubject_longest = 5')
    known = replace(KNOWN, rules=book.mail)

    mail = replace(with_file(name="plan.dwg"), subject="Projekt-Falke")
    assert flaws(mail, known) == {
        Flaw.CONFIDENTIAL,
        Flaw.ATTACHMENT_FORBIDDEN,
        Flaw.SUBJECT_LONG,
    }
    assert flaws(subject("机密"), replace(known, rules=replace(book.mail, marks=()))) == set()
