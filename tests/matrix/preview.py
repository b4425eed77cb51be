"""Pictures of what people will see in Element, roughly: `python -m tests.matrix.preview FOLDER`."""

import sys
from collections.abc import Sequence
from datetime import timedelta
from html import escape
from pathlib import Path

from adapters.matrix import render
from adapters.matrix.addresses import permalink
from bot.effects import Deliverable, OpenForm, Publish, Send, ShowHome, Upload, Whisper
from bot.events import HomeOpened, MessageRef
from bot.words import Reader, say
from tests.desk import LOBBY, MONDAY, Desk, account
from tests.slack.preview import Slate, picture

TYPED = frozenset(("approve", "reject", "return", "sign", "verify", "delegate"))
CSS = """
body { margin: 0; padding: 12px 16px; width: 640px; font: 15px/24px Inter, "Noto Sans CJK SC",
  sans-serif; color: #1b1d22; background: #fff } body.phone { width: 340px }
body.dark { color: #ebeef2; background: #101317 }
.event { padding: 4px 0 4px 44px; margin-bottom: 14px; position: relative }
.event::before { content: "D"; position: absolute; left: 0; top: 6px; width: 30px; height: 30px;
  border-radius: 50%; background: #e0f8d9; color: #005f00; text-align: center; line-height: 30px;
  font-weight: 600 } .who { font-weight: 600; color: #005f00 } .dark .who { color: #6fbf6f }
.notification { font-size: 12px; line-height: 16px; color: #656d77; white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis; padding-left: 44px }
.markdown-body { overflow-wrap: anywhere } .markdown-body > :first-child { margin-top: 0 }
.markdown-body > :last-child { margin-bottom: 0 } p { margin: 0 0 16px }
h4 { font-size: 15px; margin: 8px 0 16px; line-height: 1.25; font-weight: 600 }
blockquote { margin: 0 0 16px; padding: 0 16px; border-left: 2px solid #cdd3da; color: #656d77 }
code { font: 13px/1.4 Inconsolata, "DejaVu Sans Mono", monospace; background: #f0f2f5;
  border: 1px solid #e1e6ec; border-radius: 4px; padding: 1px 4px } a { color: #0467dd }
.dark code { background: #1d1f24; border-color: #323539 } .dark a { color: #4187eb }
.seeds span { display: inline-block; border: 1px solid #cdd3da; border-radius: 10px; padding: 0 8px;
  margin: 6px 6px 0 0; font-size: 13px } .plain { white-space: pre-wrap; font-size: 13px;
  line-height: 18px; color: #656d77; border-left: 3px solid #eee; padding-left: 8px }
.m { font-size: 13px }
"""


class Anywhere:
    def to(self, ref: MessageRef) -> str | None:
        return permalink("!abcDEF:corp.example", "$Zm9v", ("corp.example",))


def shown(effect: Deliverable, reader: Reader) -> list[render.Message]:
    match effect:
        case Send(card=card) | Whisper(card=card) | Upload(card=card) | OpenForm(instead=card):
            return [render.message(card, reader, Anywhere(), TYPED)]
        case Publish():
            return render.published(effect, reader)
        case ShowHome(cards=cards):
            return [render.message(each, reader, Anywhere(), TYPED) for each in cards]
        case _:
            return []


def event(sent: render.Message, *, plain: bool = False) -> str:
    """As Element shows it, with what a notification says of it; `plain`: as other clients do."""
    seeds = "".join(f"<span>{each} 1</span>" for each in sent.seeds)
    words = f'<div class="plain">{escape(sent.body)}</div>' if plain else colored(sent.html)
    return (
        f'<div class="notification">🔔 {escape(sent.body)}</div><div class="event">'
        f'<div class="who">Duly</div><div class="markdown-body">{words}</div>'
        f'<div class="seeds">{seeds}</div></div>'
    )


def colored(html: str) -> str:
    return html.replace('data-mx-color="', 'style="color: ')


def scenes() -> dict[str, str]:
    """What each picture shows."""
    slate = Slate()
    desk = Desk(paper=slate)
    for who in ("bob", "wei"):
        desk.posts("ann", f"@{who} Can you send me the *Q1* figures for <ACME & Sons> today?")
    desk.posts("sam", "@bob Could you please review the contract with Fabrikam by tomorrow?")
    desk.until(MONDAY + timedelta(hours=7))
    nudged = len(slate.done)
    desk.says(
        "ann", 'request notice channels=lobby audience=all text="The office is closed on Friday."'
    )
    desk.presses("sam", "Approve")
    desk.says("mei", "request")
    desk.says("ann", "request")
    asked = len(slate.done)
    for who in ("bob", "wei", "mei"):
        desk.says(who, "mine")
        desk.says(who, "help")
    for who in ("bob", "wei", "sam"):
        desk.hears(HomeOpened(key=f"home {who}", at=desk.now, actor=account(who)))
    text = "*Dear all*,\n\n\tThe office is closed. :tada:\n  - @room <b>https://acme.example</b>"
    done = [*slate.done[:asked], (Publish(LOBBY, say("A notice"), text), Reader())]
    done += slate.done[asked:]
    desk.close()
    made = [[*shown(effect, reader)] for effect, reader in done]
    return {
        "nudges": events(made[:nudged]),
        "approvals": events(made[nudged : asked + 1]),
        "lists": events(made[asked + 1 :]),
        "plain": events(made[:4], plain=True),
    }


def events(made: Sequence[Sequence[render.Message]], *, plain: bool = False) -> str:
    return "".join(dict.fromkeys(event(each, plain=plain) for one in made for each in one))


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in scenes().items():
        for kind, width in (("desktop", 700), ("phone", 380), ("dark", 700)):
            page = folder / f"{name}-{kind}.html"
            page.write_text(
                f'<meta charset="utf-8"><style>{CSS}</style><body class="{kind}">{body}',
                encoding="utf-8",
            )
            picture(page, width)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
