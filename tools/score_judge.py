"""How well the judge reads annotated chat: `python -m tools.score_judge FOLDER`.

Plays a split past the judge alone, in seconds; `./duly replay` plays it through the whole bot.
"""

import argparse
import statistics
import sys
from pathlib import Path
from time import perf_counter

from tools.answered import Prediction, Split, figures, play, read, row


def spread(split: Split, found: list[Prediction], *, room: bool) -> str:
    """F1 stream by stream: the lowest, the quartiles and the highest."""
    each = []
    for channel in split.streams:
        gold = [g for g in (split.room if room else split.asked) if g["channel"] == channel]
        part = Split({}, gold, gold, split.seconds)
        each.append(figures(part, found, room=room)["F1"])
    low, middle, high = statistics.quantiles(each, n=4)
    return (
        f"{'':<26} F1 of {len(each)} streams: {min(each):.2f} at least, quartiles {low:.2f} "
        f"{middle:.2f} {high:.2f}, {max(each):.2f} at most"
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--sure", type=float, default=0.5)
    options.add_argument("--streams", action="store_true", help="the spread over streams too")
    options.add_argument(
        "--thanks", action="store_true", help='"thanks" answers, as in examples/annotators.toml'
    )
    args = options.parse_args()
    split = read(args.folder)
    begun = perf_counter()
    found = [
        each
        for stream in split.streams.values()
        for each in play(stream, args.sure, thanks=args.thanks)
    ]
    spent = perf_counter() - begun
    for room in (False, True):
        name = "asked of the room" if room else "asked of somebody"
        sys.stdout.write(row(name, figures(split, found, room=room, rounds=500)) + "\n")
        if args.streams:
            sys.stdout.write(spread(split, found, room=room) + "\n")
    messages = sum(map(len, split.streams.values()))
    sys.stdout.write(f"{messages:,} messages, {messages / spent:,.0f} a second\n")


if __name__ == "__main__":
    main()
