"""What asks, and what answers: scenes from chat, English and Chinese, one rule each."""

import math
import re
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.policy import cues, weighing
from bot.policy.judge import Answer, Ask, OpenAsk, Reason, Utterance, answers, asks, scene
from bot.policy.turns import Turn

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PEOPLE = ("ann", "bob", "eve", "dan")


def said(line: str, seq: int = 0, *, gap: timedelta = timedelta(minutes=1)) -> Utterance:
    """ "ann> bob: is it up?" as a message; whoever is named in it is mentioned."""
    author, text = line.split("> ", 1)
    named = tuple(name for name in PEOPLE if re.search(rf"\b{name}\b", text, re.ASCII))
    at = START + seq * gap
    return Utterance(id=str(seq), seq=seq, at=at, author=author, text=text, mentions=named)


def chat(*lines: str, gap: timedelta = timedelta(minutes=1)) -> list[Utterance]:
    return [said(line, seq, gap=gap) for seq, line in enumerate(lines)]


def asked(line: str) -> Ask | None:
    return asks(said(line), ())


def verdict(talk: list[Utterance], ask: int, of: str | None) -> Answer | None:
    """Whether the last message of a talk, rather than not, answers the message at `ask`."""
    open_ask = OpenAsk(id=str(ask), seq=ask, asker=talk[ask].author, of=of, thread=talk[ask].thread)
    found = answers(talk[-1], talk[:-1], [open_ask])
    return found[0] if found and found[0].confidence >= 0.5 else None


def closes(*lines: str, ask: int = 0, of: str | None = "bob") -> bool:
    return verdict(chat(*lines), ask, of) is not None


def chatter(messages: int) -> list[str]:
    return [f"{('eve', 'dan')[i % 2]}> unrelated remark {i}" for i in range(messages)]


# What asks


@pytest.mark.parametrize(
    "text",
    [
        "bob: is the build green?",
        "bob, could you look at the invoice",
        "bob: any news on the audit",
        "bob so how do we ship this",
        "bob 这个报销单提交了吗？",
        "bob 請問這份合約誰負責",
        "bob 什么时候能上线",
        "bob 可不可以明天开会?",
        "bob 这样行么",
        "bob 报告交了没有",
        "bob: wondering if it shipped",
        "bob: thanks, but where is the file?",
        "bob: thanks for the file. Where is the other one?",
        "bob: is this right ＡＢＣ？",
        "bob: ?",
        "bob: thanks, type of contract?",
    ],
)
def test_a_question_is_found_and_names_whom_it_asks(text: str) -> None:
    found = asked(f"ann> {text}")

    assert found is not None
    assert (found.kind, found.of) == ("question", ("bob",))
    assert Reason.NAMES_SOMEBODY in found.reasons


@pytest.mark.parametrize(
    "text",
    [
        "bob: please sign the form",
        "bob: send me the numbers by Friday",
        "hi, bob: let me know when it is done",
        "bob 麻烦看一下合同",
        "bob 請盡快提交",
        "bob 请在周五前提交报告",
        "bob 明天十點前給我報價",
        "bob 合同看一下",
        "bob please看一下",
    ],
)
def test_a_request_to_somebody_is_found(text: str) -> None:
    found = asked(f"ann> {text}")

    assert found is not None
    assert (found.kind, found.of) == ("request", ("bob",))


@pytest.mark.parametrize(
    "text",
    ["bob: type the number in", "bob: do nothing yet", "good morning bob, review the draft today"],
)
def test_an_order_to_somebody_is_an_instruction(text: str) -> None:
    found = asked(f"ann> {text}")

    assert found is not None
    assert (found.kind, found.of) == ("instruction", ("bob",))


@pytest.mark.parametrize(
    "text", ["bob: when I press it, nothing happens", "bob: what you do is press it"]
)
def test_what_only_begins_like_a_question_is_hardly_one(text: str) -> None:
    found = asked(f"ann> {text}")

    assert found is not None
    assert found.confidence < 0.5
    assert Reason.OPENS_LIKE_A_QUESTION in found.reasons


@pytest.mark.parametrize("text", ["somebody please restart it", "谁有空，麻烦帮忙重启"])
def test_a_polite_request_may_go_to_the_room(text: str) -> None:
    found = asked(f"ann> {text}")

    assert found is not None
    assert found.of == ()


def test_a_bare_verb_to_nobody_is_advice() -> None:
    assert asked("ann> check the log") is None
    assert asked("ann> bob: check the log") is not None


def test_a_verb_further_in_is_advice() -> None:
    assert asked("ann> bob: it is slow, check the log") is None


@pytest.mark.parametrize(
    "text",
    [
        "bob: run `what?` in there, it works",
        "bob: ```\nwhy?\nhow?\n```",
        "bob: it is at https://example.com/find?q=1",
        "bob: see www.example.com/?a=b?c",
        "> bob: when is it due?\nbob: Friday it is",
        "bob: the page /find?q=it broke",
    ],
)
def test_a_question_mark_in_code_links_or_quotes_asks_nothing(text: str) -> None:
    found = asked(f"ann> {text}")

    assert found is None or Reason.QUESTION_MARK not in found.reasons


def test_a_question_mark_after_a_link_still_asks() -> None:
    assert asked("ann> bob: did you see https://example.com/a?") is not None
    assert asked("ann> bob 看过 https://example.com/a？") is not None


@pytest.mark.parametrize(
    "text",
    [
        "thanks bob!",
        "bob: thanks for telling me what to do",
        "bob thanks?",
        "谢谢bob",
        "bob 谢谢你告诉我怎么做",
        "多謝，bob",
        "辛苦了",
        "收到",
        "ok",
        "👍",
        "bob: hello",
        "你好",
        "",
    ],
)
def test_thanks_receipts_and_greetings_never_ask(text: str) -> None:
    assert asked(f"ann> {text}") is None


@pytest.mark.parametrize(
    "text",
    [
        "bob 我下周请假",
        "bob 已申请了",
        "bob 没什么",
        "bob 我会尽快处理",
        "bob 我记得是周五",
        "bob 有点麻烦",
    ],
)
def test_signs_inside_other_words_ask_nothing(text: str) -> None:
    assert asked(f"ann> {text}") is None


def test_bots_and_auto_replies_ask_nothing() -> None:
    bot = Utterance(id="1", seq=1, at=START, author="bot", text="Ready?", is_bot=True)

    assert asks(bot, ()) is None
    assert asked("ann> Auto-reply: I am away. Urgent? Call bob") is None


def test_naming_oneself_asks_the_room() -> None:
    found = asked("ann> can somebody call ann?")

    assert found is not None
    assert found.of == ()


def test_two_named_people_are_both_asked() -> None:
    found = asked("ann> bob eve: is it up?")

    assert found is not None
    assert found.of == ("bob", "eve")


def test_the_next_line_of_a_burst_belongs_to_the_ask_before() -> None:
    *talk, last = chat("ann> bob: is it up?", "ann> bob: I mean, can you log in?")
    *other, later = chat("ann> bob: is it up?", "eve> no idea", "ann> bob: can you log in?")
    *plain, next_one = chat("ann> bob: it is up", "ann> bob: can you log in?")

    for window, new, follows in (
        (talk, last, True),
        (other, later, False),
        (plain, next_one, False),
    ):
        found = asks(new, window)
        assert found is not None
        assert (Reason.FOLLOWS_OWN_ASK in found.reasons) is follows


@pytest.mark.parametrize(
    "text",
    [
        "FYI, no reply needed - did you see this?",
        "bob: no need to reply, but is it up?",
        "bob: you don't have to answer. Is it up?",
        "bob 不用回复，这个看到了吗？",
        "bob 看到了嗎？無需回覆",
        "bob 请查收，无需回复",
    ],
)
def test_what_wants_no_reply_asks_nothing(text: str) -> None:
    assert asked(f"ann> {text}") is None


@pytest.mark.parametrize(
    "text",
    ["bob: they don't answer the phone, can you try?", "bob 不用回家吧？", "bob: no reply yet?"],
)
def test_speaking_of_replies_asks_all_the_same(text: str) -> None:
    assert asked(f"ann> {text}") is not None


# Of whom


def to(text: str, *, everyone: bool = False, groups: tuple[str, ...] = ()) -> Ask:
    plain = said(f"ann> {text}")
    found = asks(
        Utterance(
            id="0", seq=0, at=START, author="ann", text=text, mentions=plain.mentions,
            everyone=everyone, groups=groups,
        ),
        (),
    )  # fmt: skip
    assert found is not None
    return found


def test_people_a_group_everybody_and_the_room_are_told_apart() -> None:
    team = ("purchasing",)

    assert (to("bob: is it up?").scope, to("bob: is it up?").of) == ("each", ("bob",))
    assert (to("is it up?", groups=team).scope, to("is it up?", groups=team).of) == ("any", ())
    assert to("bob: is it up?", groups=team).scope == "each"
    assert to("please sign the form", everyone=True).scope == "all"
    assert to("please tell bob about it", everyone=True).of == ()
    assert to("is it up?").scope == "room"
    assert Reason.TO_EVERYBODY in to("sign the form", everyone=True).reasons
    assert Reason.NAMES_GROUP in to("sign the form", groups=team).reasons


def test_everybody_is_called_but_whoever_knows_may_answer() -> None:
    assert to("who has the key?", everyone=True).scope == "room"
    assert to("谁有会议室的钥匙？", everyone=True).scope == "room"
    assert to("could somebody ask bob?", everyone=True).scope == "each"


@pytest.mark.parametrize(
    ("text", "scope"),
    [
        ("everyone please submit your timesheets", "all"),
        ("请大家今天下班前提交工时", "all"),
        ("各位請務必簽署", "all"),
        ("各位，有人知道密码吗？", "room"),
        ("大家帮忙看一下", "room"),
        ("can anyone here help everyone please", "room"),
        ("does everybody agree?", "room"),
    ],
)
def test_words_alone_reach_everybody_only_when_they_say_so_clearly(text: str, scope: str) -> None:
    assert to(text).scope == scope


def test_what_is_said_to_a_group_is_not_said_to_the_asker() -> None:
    talk = chat("ann> bob: is it up?")
    new = Utterance(id="1", seq=1, at=START, author="bob", text="since noon", groups=("team",))

    assert not answers(new, talk, [OpenAsk(id="0", seq=0, asker="ann", of="bob")])


# What answers: threads and quotes


def in_thread(line: str, seq: int, root: str = "0") -> Utterance:
    new = said(line, seq)
    return Utterance(
        id=new.id, seq=seq, at=new.at, author=new.author, text=new.text, mentions=new.mentions,
        thread=root,
    )  # fmt: skip


def quoting(line: str, seq: int, quoted: str) -> Utterance:
    new = said(line, seq)
    return Utterance(
        id=new.id, seq=seq, at=new.at, author=new.author, text=new.text, mentions=new.mentions,
        quotes=quoted,
    )  # fmt: skip


def test_a_reply_in_the_thread_of_the_ask_answers_it_however_late() -> None:
    talk = [*chat("ann> bob: is it up?", *chatter(90)), in_thread("bob> since noon", 91)]

    found = verdict(talk, 0, "bob")

    assert found is not None
    assert found.reasons == (Reason.IN_THREAD,)


def test_a_message_quoting_the_ask_answers_it() -> None:
    talk = [*chat("ann> bob: 上线了吗？", *chatter(90)), quoting("bob> 中午就上了", 91, "0")]

    found = verdict(talk, 0, "bob")

    assert found is not None
    assert found.reasons == (Reason.QUOTES_ASK,)


@pytest.mark.parametrize(
    "text",
    [
        "ok, thanks",
        "收到",
        "👍",
        "謝謝",
        "Out of office",
        "[自动回复] 休假中",
        "hi",
    ],
)
def test_a_thread_reply_that_says_nothing_answers_nothing(text: str) -> None:
    talk = [*chat("ann> bob: is it up?"), in_thread(f"bob> {text}", 1)]

    assert verdict(talk, 0, "bob") is None


@pytest.mark.parametrize("text", ["which one?", "哪一台？", "@ann you mean the old one?"])
def test_asking_back_in_a_thread_or_a_quote_is_marked_as_that(text: str) -> None:
    for new in (in_thread(f"bob> {text}", 1), quoting(f"bob> {text}", 1, "0")):
        found = verdict([*chat("ann> bob: is it up?"), new], 0, "bob")

        assert found is not None
        assert Reason.COUNTER_QUESTION in found.reasons


def test_asking_somebody_else_in_the_thread_answers_nothing() -> None:
    talk = [*chat("ann> bob: is it up?"), in_thread("bob> eve: do you know?", 1)]

    assert verdict(talk, 0, "bob") is None


def test_only_the_one_who_owes_answers_in_a_thread() -> None:
    talk = [*chat("ann> bob: is it up?"), in_thread("eve> it is up", 1)]

    assert verdict(talk, 0, "bob") is None
    assert verdict(talk, 0, None) is not None


def test_the_asker_does_not_answer_the_own_ask() -> None:
    talk = [*chat("ann> is it up?"), in_thread("ann> it is up, I see", 1)]

    assert verdict(talk, 0, None) is None


def test_what_is_said_in_another_thread_answers_nothing() -> None:
    talk = [*chat("ann> bob: is it up?", "eve> lunch"), in_thread("bob> ann: at noon", 2, "1")]

    assert verdict(talk, 0, "bob") is None


def test_an_ask_inside_a_thread_is_answered_there_past_any_other_chatter() -> None:
    talk = chat("eve> the server", "ann> bob: is it up?", *chatter(70))
    talk[1] = in_thread("ann> bob: is it up?", 1)
    talk.append(in_thread("bob> since noon", 72))

    assert verdict(talk, 1, "bob") is not None
    open_ask = OpenAsk(id="1", seq=1, asker="ann", of="bob", thread="0")
    assert answers(talk[-1], talk[-31:-1], [open_ask])


def test_quoting_the_asker_is_naming_the_asker() -> None:
    talk = [*chat("ann> bob: is it up?", "ann> the server I mean"), quoting("bob> yes", 2, "1")]

    found = verdict(talk, 0, "bob")

    assert found is not None
    assert Reason.NAMES_ASKER in found.reasons


@pytest.mark.parametrize("quoted", ["1", "out of sight"])
def test_quoting_somebody_else_answers_nothing(quoted: str) -> None:
    talk = [*chat("ann> bob: is it up?", "eve> hungry"), quoting("bob> me too", 2, quoted)]

    assert verdict(talk, 0, "bob") is None


# What answers: names and turns


def test_naming_the_asker_answers() -> None:
    talk = chat("ann> bob: is it up?", *chatter(40), "bob> ann: since noon")

    found = verdict(talk, 0, "bob")

    assert found is not None
    assert {Reason.NAMES_ASKER, Reason.FIRST_WORD} <= set(found.reasons)
    assert len(found.reasons) <= 3
    assert found.confidence > 0.8


def test_naming_somebody_else_does_not_answer() -> None:
    assert not closes("ann> bob: is it up?", "bob> eve: lunch at noon")
    assert not closes("ann> bob 上線了嗎？", "bob> eve 中午吃飯")
    assert closes("ann> bob: is it up?", "bob> ann and eve: at noon")


def test_the_next_words_of_the_asked_person_answer() -> None:
    assert closes("ann> bob: is it up?", "eve> hungry", "bob> since noon")
    assert closes("ann> bob 上线了吗？", "bob> 中午就上了")


def test_saying_something_much_later_does_not_answer() -> None:
    assert not closes("ann> bob: is it up?", *chatter(20), "bob> since noon")


def test_a_named_reply_out_of_all_reach_does_not_answer() -> None:
    talk = chat("ann> bob: is it up?", *chatter(70), "bob> ann: since noon")
    open_ask = OpenAsk(id="0", seq=0, asker="ann", of="bob")

    assert answers(talk[-1], talk[-61:-1], [open_ask]) == ()


@pytest.mark.parametrize(
    "text", ["收到，谢谢！", "👍", "ann: thx", "謝謝 ann", ":)", "收到", "明白", "got it", "稍等"]
)
def test_an_acknowledgement_does_not_answer(text: str) -> None:
    assert not closes("ann> bob: please send the form", f"bob> {text}")
    assert not closes("ann> bob: is the form there?", f"bob> {text}")


YES = ["ok", "k", "sure", "yes", "no", "好的", "可以", "行", "嗯嗯", "ok了", "好的👍"]


@pytest.mark.parametrize("text", YES)
@pytest.mark.parametrize(
    "ask",
    ["please send the form", "is the form there?", "could you send the form", "the form?",
     "请发一下表格", "表格交了吗？", "能不能今天发", "請盡快提交"],
)  # fmt: skip
def test_a_bare_yes_answers_a_request_and_a_question_that_takes_one(ask: str, text: str) -> None:
    assert closes(f"ann> bob: {ask}", f"bob> {text}")
    talk = [*chat(f"ann> bob: {ask}"), in_thread(f"bob> {text}", 1)]
    assert verdict(talk, 0, "bob") is not None


@pytest.mark.parametrize("text", YES)
@pytest.mark.parametrize(
    "ask",
    ["where is the form?", "who has it", "什么时候能上线？", "表格在哪里", "誰負責這份合約？"],
)
def test_a_bare_yes_answers_no_question_after_what_or_who(ask: str, text: str) -> None:
    assert not closes(f"ann> bob: {ask}", f"bob> {text}")
    talk = [*chat(f"ann> bob: {ask}"), in_thread(f"bob> {text}", 1)]
    assert verdict(talk, 0, "bob") is None


def test_ok_and_thanks_accepts_a_request_but_is_no_yes_to_a_question() -> None:
    assert closes("ann> bob: please send the form", "bob> ok, thanks")
    assert not closes("ann> bob: is it up?", "bob> ok, thanks")


def test_an_ok_to_what_cannot_be_read_any_more_is_an_acknowledgement() -> None:
    talk = [*chat("ann> bob: please send it", *chatter(90)), in_thread("bob> ok", 91)]
    ask = OpenAsk(id="0", seq=0, asker="ann", of="bob")

    assert answers(talk[-1], talk[-61:-1], [ask]) == ()
    known = OpenAsk(id="0", seq=0, asker="ann", of="bob", text="please send it")
    assert answers(talk[-1], talk[-61:-1], [known])


# Where the policy takes an acknowledgement for an answer


def taken(*lines: str, thread: bool = False) -> Answer | None:
    """What the last message is to ann's ask of bob, where an acknowledgement settles it."""
    talk = chat(*lines)
    if thread:
        talk[-1] = in_thread(lines[-1], len(lines) - 1)
    ask = OpenAsk(id="0", seq=0, asker="ann", of="bob", acknowledgement_settles=True)
    found = answers(talk[-1], talk[:-1], [ask])
    return found[0] if found and found[0].confidence >= 0.5 else None


@pytest.mark.parametrize("text", ["收到，谢谢！", "👍", "ann: thx", "ok", "got it"])
@pytest.mark.parametrize("ask", ["where is the form?", "please send the form"])
@pytest.mark.parametrize("thread", [False, True])
def test_thanks_settle_an_ask_where_the_policy_says_so(ask: str, text: str, thread: bool) -> None:
    found = taken(f"ann> bob: {ask}", f"bob> {text}", thread=thread)

    assert found is not None
    accepts = ask.startswith("please") and text == "ok"
    assert found.reasons[-1] is (Reason.ACCEPTS if accepts else Reason.ACKNOWLEDGES)


@pytest.mark.parametrize("text", ["Out of office", "自动回复：休假中", "eve: thanks", "hi"])
def test_a_machine_a_greeting_and_thanks_to_another_settle_nothing_even_there(text: str) -> None:
    assert taken("ann> bob: where is the form?", f"bob> {text}") is None


def test_thanks_far_away_are_for_something_else_even_there() -> None:
    assert taken("ann> bob: where is the form?", *chatter(40), "bob> thanks") is None


# What is only to be acknowledged


def acknowledged(*lines: str, of: str = "bob") -> bool:
    talk = chat(*lines)
    ask = OpenAsk(id="0", seq=0, asker=talk[0].author, of=of, kind="acknowledge")
    found = answers(talk[-1], talk[:-1], [ask])
    return bool(found) and found[0].confidence >= 0.5


@pytest.mark.parametrize(
    "text",
    ["收到", "收到，谢谢！", "👍", "thanks", "ok", "noted", "Out of office", "自动回复：休假中"],
)
def test_an_acknowledgement_closes_what_is_only_to_be_acknowledged(text: str) -> None:
    notice = "ann> bob: the office moves on Friday"

    assert acknowledged(notice, f"bob> {text}")
    assert acknowledged(notice, *chatter(20), f"bob> {text}")
    assert not acknowledged(notice, f"bob> eve: {text}")
    assert not acknowledged(notice, f"eve> {text}")
    assert not acknowledged(notice, "eve> bob: lunch is here", f"bob> {text}")


def test_an_acknowledgement_in_the_thread_says_so_whatever_it_says() -> None:
    talk = [*chat("ann> bob: the office moves"), in_thread("bob> 收到", 1)]
    ask = OpenAsk(id="0", seq=0, asker="ann", of="bob", kind="acknowledge")

    assert answers(talk[-1], talk[:-1], [ask])[0].reasons == (Reason.IN_THREAD,)
    assert not answers(in_thread("bob> hi", 1), talk[:-1], [ask])


def test_words_acknowledge_as_well() -> None:
    assert acknowledged("ann> bob: the office moves on Friday", "bob> ann: I shall pack tomorrow")


def test_thanks_first_and_the_answer_after_is_an_answer() -> None:
    found = verdict(chat("ann> bob: is it up?", "bob> one sec", "bob> since noon"), 0, "bob")

    assert found is not None
    assert Reason.FIRST_WORD in found.reasons


def test_a_link_or_a_command_is_an_answer() -> None:
    assert closes("ann> bob: where is it?", "bob> ann: -> https://example.com/1")
    assert closes("ann> bob: how?", "bob> `make all`")


def test_a_counter_question_is_marked_as_one() -> None:
    talk = chat("ann> bob: is it up?", "bob> ann: which one?")

    found = verdict(talk, 0, "bob")

    assert found is not None
    assert Reason.COUNTER_QUESTION in found.reasons


def test_an_answer_with_a_question_after_it_is_no_counter_question() -> None:
    found = verdict(chat("ann> bob: is it up?", "bob> ann: yes. Can you log in?"), 0, "bob")

    assert found is not None
    assert Reason.COUNTER_QUESTION not in found.reasons


def test_called_by_another_in_between_only_a_prompt_reply_counts() -> None:
    called = ("ann> bob: is it up?", "eve> bob: lunch now")

    found = verdict(chat(*called, "bob> since noon"), 0, "bob")

    assert found is not None
    assert not closes(*called, *chatter(8), "bob> since noon")


def test_a_second_remark_counts_only_shortly_after() -> None:
    assert closes("ann> bob: is it up?", "bob> eve: lunch", "bob> since noon")
    assert not closes("ann> bob: is it up?", "bob> eve: lunch", *chatter(3), "bob> since noon")
    assert not closes("ann> bob: up?", "bob> eve: lunch", "eve> bob: now", "bob> since noon")


def test_a_second_remark_after_the_asker_went_on_does_not_count() -> None:
    assert not closes("ann> bob: is it up?", "bob> eve: lunch", "ann> hungry", "bob> since noon")


def test_a_later_word_answers_by_name_while_the_asker_waits() -> None:
    talk = chat("ann> bob: is it up?", "bob> eve: lunch", *chatter(9), "bob> ann: at noon")

    found = verdict(talk, 0, "bob")

    assert found is not None
    assert Reason.FIRST_WORD not in found.reasons


def test_who_has_answered_already_is_believed_less() -> None:
    fresh = verdict(chat("ann> bob: is it up?", "eve> lunch", "bob> ann: fine"), 0, "bob")
    again = verdict(chat("ann> bob: is it up?", "bob> ann: yes", "bob> ann: fine"), 0, "bob")

    assert fresh is not None
    assert again is None or again.confidence < fresh.confidence


def test_one_message_answers_several_asks() -> None:
    talk = chat("ann> bob: is it up?", "ann> bob: can you log in?", "bob> ann: yes to both")
    burst = [OpenAsk(id=str(seq), seq=seq, asker="ann", of="bob") for seq in (0, 1)]

    assert [found.ask for found in answers(talk[2], talk[:2], burst)] == ["0", "1"]


def test_a_bot_answers_nothing() -> None:
    bot = Utterance(
        id="1", seq=1, at=START, author="bot", text="ann: done", mentions=("ann",), is_bot=True
    )

    assert (
        answers(bot, chat("ann> is it up?"), [OpenAsk(id="0", seq=0, asker="ann", of=None)]) == ()
    )


def test_an_ask_is_not_answered_by_what_came_before_it() -> None:
    early = said("bob> ann: yes", 3)

    assert answers(early, (), [OpenAsk(id="5", seq=5, asker="ann", of="bob")]) == ()


# What answers: asks to the room


def test_whoever_names_the_asker_answers_the_room() -> None:
    assert closes("ann> who has the key?", *chatter(9), "bob> ann: it is with me", of=None)
    assert closes("ann> 钥匙在谁那里？", "eve> 饿了", "bob> ann 在我这里", of=None)


@pytest.mark.parametrize(
    ("remark", "after", "answered"),
    [
        ("ann> hm, the steel one", 20, True),
        ("ann> hm, the steel one", 30, False),
        ("ann> or who had it last?", 30, True),
        ("ann> or who had it last?", 45, False),
        ("ann> eve: nice hat", 8, True),
        ("ann> eve: nice hat", 20, False),
        ("ann> bob: nice hat", 2, False),
    ],
)
def test_the_more_the_asker_went_on_the_sooner_a_named_reply_is_about_that(
    remark: str, after: int, answered: bool
) -> None:
    lines = ("ann> who has the key?", remark, *chatter(after), "bob> ann: it is with me")

    assert closes(*lines, of=None) is answered


def test_an_unnamed_remark_of_a_stranger_does_not_answer_the_room() -> None:
    assert not closes("ann> who has the key?", "bob> my printer is broken", of=None)
    assert not closes("ann> who has the key?", "bob> yes, what a day?", of=None)
    assert not closes("ann> who has the key?", "eve> hungry", "bob> it is with me", of=None)


def test_an_unnamed_remark_directly_after_answers_by_its_words() -> None:
    same = verdict(chat("ann> who has the key?", "bob> key under the mat"), 0, None)
    opening = verdict(chat("ann> is it Monday?", "bob> yes"), 0, None)
    chinese = verdict(chat("ann> 会议室的钥匙在谁那里？", "bob> 钥匙在前台"), 0, None)

    assert same is not None
    assert Reason.SAME_SUBJECT in same.reasons
    assert opening is not None
    assert Reason.ANSWER_WORDS in opening.reasons
    assert chinese is not None


def test_a_yes_of_somebody_in_another_talk_does_not_answer_the_room() -> None:
    assert not closes("eve> bob: lunch", "ann> is it Monday?", "bob> yes", ask=1, of=None)
    assert not closes("bob> eve: lunch", "ann> is it Monday?", "bob> it rains", ask=1, of=None)


def test_an_unnamed_yes_to_an_ask_out_of_sight_needs_no_text_of_it() -> None:
    yes = said("bob> yes", 1)
    ask = OpenAsk(id="gone", seq=0, asker="ann", of=None)

    assert answers(yes, (), [ask])
    late = answers(said("bob> key", 1), (said("eve> key", 0),), [ask])
    assert all(found.confidence < 0.5 for found in late)


def test_two_in_a_dialogue_need_no_names() -> None:
    lines = ("ann> bob: morning", "eve> hungry", "ann> who has the key?", "bob> my printer broke")

    found = verdict(chat(*lines), 2, None)

    assert found is not None
    assert Reason.IN_DIALOGUE in found.reasons


def test_two_alone_in_a_room_need_no_names() -> None:
    alone = ["ann> so", "bob> well", "ann> rain", "bob> snow", "ann> who has the key?"]

    assert closes(*alone, "bob> my printer broke", ask=4, of=None)
    assert not closes(*alone[1:], "bob> my printer broke", ask=3, of=None)


# Rules about everything


def test_stretching_time_changes_nothing() -> None:
    lines = (
        "ann> bob: is it up?", *chatter(7), "ann> who has the key?", "bob> ann: since noon",
        "eve> key is with me", "dan> ann: no, with me", "bob> ok",
    )  # fmt: skip
    open_asks = [
        OpenAsk(id="0", seq=0, asker="ann", of="bob"),
        OpenAsk(id="8", seq=8, asker="ann", of=None),
    ]

    def judged(gap: timedelta) -> list[object]:
        talk = chat(*lines, gap=gap)
        return [
            (asks(new, talk[:i]), answers(new, talk[:i], open_asks)) for i, new in enumerate(talk)
        ]

    assert judged(timedelta(minutes=1)) == judged(timedelta(hours=1))


@pytest.mark.parametrize(
    "piece",
    [
        "a", "?", "？", "`", "```", "> ", "\n", "\n>", " ", "\t", "http://", "https://?",
        "www.", ". ", "…",
        "ok ", "收到", "thanks ", "什么", "请", "@", "@a", "so and ", "do you ",
        "what i ", "i am ", "hi ",
        "\u202e", "\u0301", "👍", "a?b=", "ａ",
    ],
)  # fmt: skip
def test_long_texts_take_linear_time(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        ask = Utterance(id="0", seq=0, at=START, author="ann", text="is " + text, mentions=("bob",))
        new = Utterance(id="1", seq=1, at=START, author="bob", text=text)
        begun = time.process_time()
        asks(ask, (new,))
        answers(new, (ask,), [OpenAsk(id="0", seq=0, asker="ann", of=of) for of in ("bob", None)])
        return time.process_time() - begun

    assert seconds(100_000) < 5 * seconds(25_000) * 2 + 0.05


def test_unreadable_signs_do_no_harm() -> None:
    text = "\u202e\u200f\x00\x07\ufeff bob: مرحبا، هل انتهى التقرير؟ \ud83d"

    found = asks(Utterance(id="0", seq=0, at=START, author="ann", text=text, mentions=("bob",)), ())

    assert found is not None
    assert found.kind == "question"


_TEXTS = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(["ann", "bob", "ok", "?", "？", "`", "> ", "\n", "收到", "请", " "])
    ).map("".join),
)


@settings(max_examples=150, deadline=None, database=None)
@given(_TEXTS, _TEXTS, st.lists(_TEXTS, max_size=3), st.sampled_from(["bob", None]))
def test_no_text_makes_the_judge_stumble(
    first: str, second: str, names: list[str], of: str | None
) -> None:
    ask = Utterance(id="0", seq=0, at=START, author="ann", text=first, mentions=tuple(names))
    new = Utterance(id="1", seq=1, at=START, author="bob", text=second, mentions=("ann", *names))

    for found in (asks(ask, ()), asks(new, (ask,))):
        assert found is None or (found.reasons and 0 <= found.confidence <= 1)
    for answer in answers(new, (ask,), [OpenAsk(id="0", seq=0, asker="ann", of=of)]):
        assert answer.reasons
        assert 0 <= answer.confidence <= 1


# The lexicon itself


@pytest.mark.parametrize(
    "text",
    ["收到", "收到，谢谢！", "好的👍", "謝謝大家", "ok thx", "thanks a lot, man", "+1", "稍等",
     "我知道了",
     "got it, thank you @bob", "hehe :D", "...", "明白", "了解", "OK了"],
)  # fmt: skip
def test_acknowledgements(text: str) -> None:
    assert cues.is_acknowledgement(text)


@pytest.mark.parametrize(
    "text",
    ["", "OK?", "on Friday", "you", "all", "everyone", "是的", "没收到", "不好", "好了",
     "ok, 3pm", "no thanks",
     "thanks " * 40, "谢谢，报告在共享盘"],
)  # fmt: skip
def test_what_says_something_is_no_acknowledgement(text: str) -> None:
    assert not cues.is_acknowledgement(text)


@pytest.mark.parametrize(
    "text",
    ["Auto-reply: I am out until Monday", "Automatic reply: x", "[自动回复] 您好，我在休假",
     "自動回覆：本人休假中", "I'm currently out of office", "Out of office",
     "您好，我现在不在，稍后回复",
     "Thank you for contacting sales"],
)  # fmt: skip
def test_auto_replies(text: str) -> None:
    assert cues.is_auto_reply(text)


@pytest.mark.parametrize("text", ["bob is out of office, ask eve", "the auto reply is on", "我在"])
def test_people_speaking_of_absence_are_no_auto_reply(text: str) -> None:
    assert not cues.is_auto_reply(text)


def test_names_are_taken_off_both_ends_but_not_out_of_words() -> None:
    assert cues.without_names("@bob: hi", ["bob"]) == "hi"
    assert cues.without_names("thanks @Bob!", ["bob"]) == "thanks"
    assert cues.without_names("bobby: hi", ["bob"]) == "bobby: hi"
    assert cues.without_names("@张三请看", ["张三"]) == "请看"
    assert cues.without_names("hi", [""]) == "hi"


@pytest.mark.parametrize("text", ["🎉", "🎉🎉 ❤️", "👏！"])
def test_a_cheer_without_a_word_answers_nothing(text: str) -> None:
    assert cues.is_only_emoji(text)
    assert not cues.is_only_emoji("Thursday 🎉")
    assert not cues.is_only_emoji("？？")


# The weights


def situations() -> list[Turn]:
    """Replies to ann's question in all sorts of places."""
    found = []
    for of in ("bob", None):
        for words in ("since noon", "ann: since noon", "ann: which one?", "yes", "eve: lunch"):
            for between in ([], chatter(3), ["ann> bob: so?"], ["eve> bob: lunch", "ann> hm"]):
                talk = chat("bob> ann: morning", "ann> is it up?", *between, f"bob> {words}")
                ask = OpenAsk(id="1", seq=1, asker="ann", of=of)
                found.append(scene(talk[-1], talk[:-1]).turn(ask))
    return found


@pytest.mark.parametrize("kind", ["asked", "room"])
def test_what_each_fact_is_worth_adds_up_to_the_confidence(kind: str) -> None:
    scales = weighing.scales()[kind]

    for turn in situations():
        worth = sum(tree.worth for tree in scales.trees)
        odds = scales.start + worth + sum(scales.shares(turn.facts).values())
        assert scales.weigh(turn.facts) == pytest.approx(1 / (1 + math.exp(-odds)))


def test_the_weights_ask_for_nothing_but_known_facts_and_no_time() -> None:
    known = set(situations()[0].facts)

    def asked(branch: weighing.Branch) -> set[str]:
        below = (part for part in (branch.yes, branch.no) if isinstance(part, weighing.Branch))
        return {branch.fact}.union(*map(asked, below))

    for scales in weighing.scales().values():
        assert set[str]().union(*map(asked, scales.trees)) <= known


def test_a_reason_is_only_named_when_it_holds() -> None:
    holds: dict[Reason, Callable[[Mapping[str, float]], object]] = {
        Reason.NAMES_ASKER: lambda facts: facts["names_asker"],
        Reason.DIRECTLY_AFTER: lambda facts: not facts["others_lines"],
        Reason.ASKER_WAITED: lambda facts: not facts["asker_lines"],
        Reason.SAME_SUBJECT: lambda facts: facts["shared_part"],
        Reason.NOBODY_ELSE_CALLED: lambda facts: not facts["called_by_others"],
        Reason.FIRST_WORD: lambda facts: facts["first_word"],
    }
    told = 0
    for turn in situations():
        for answer in answers(turn.scene.new, turn.scene.heard, [turn.ask]):
            told += 1
            assert answer.reasons
            assert all(holds[each](turn.facts) for each in answer.reasons if each in holds)
    assert told > 10


def test_naming_the_asker_counts_for_more_than_not() -> None:
    named = verdict(chat("ann> bob: is it up?", *chatter(6), "bob> ann: at noon"), 0, "bob")
    unnamed = verdict(chat("ann> bob: is it up?", *chatter(6), "bob> at noon"), 0, "bob")

    assert named is not None
    assert unnamed is None or unnamed.confidence < named.confidence


@pytest.mark.parametrize(
    "line",
    [
        "does anyone know a guide for the new system?",
        "another quick question, how is it started?",
        "有没有人知道怎么重启？",
    ],
)
def test_a_question_of_ones_own_to_whoever_knows_answers_nobody(line: str) -> None:
    assert not closes("ann> bob: is the disk full?", f"bob> {line}")
    assert closes("ann> bob: is the disk full?", "bob> yes, completely")


def test_who_goes_on_with_their_own_words_has_not_answered_yet() -> None:
    before = ("bob> the old disk made a noise", "ann> bob: is the disk full?")

    assert not closes(*before, "bob> and it was very hot", ask=1)
    assert closes(*before, "bob> it is at ninety per cent", ask=1)
