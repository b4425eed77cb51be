"""Every command, listed by hand so that reading this file is reading the menu."""

from typing import Any

from bot.command import Command
from commands import (
    approve,
    away,
    done,
    drop,
    explain,
    help_,
    important,
    mine,
    pass_,
    promise,
    recall,
    reject,
    reopen,
    report,
    request,
    team,
    waiting,
)

COMMANDS: tuple[Command[Any], ...] = (
    mine.COMMAND,
    waiting.COMMAND,
    team.COMMAND,
    done.COMMAND,
    promise.COMMAND,
    pass_.COMMAND,
    drop.COMMAND,
    reopen.COMMAND,
    explain.COMMAND,
    important.COMMAND,
    away.COMMAND,
    request.COMMAND,
    approve.COMMAND,
    reject.COMMAND,
    recall.COMMAND,
    report.COMMAND,
    help_.command(
        lambda: COMMANDS,
    ),
)
