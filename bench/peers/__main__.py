r"""The same work by Duly and by its peers, in one run.

    python -m bench.peers [--people 300] [--rounds 8] [--reminders 100000]
                          [--only answers|reminders]

What is not on this machine is left out and named. Errbot and opsdroid stand apart, as their
requirements are not ours:

    python3 -m venv .venv-peers
    .venv-peers/bin/pip install errbot==6.2.1 opsdroid==0.31.0 'setuptools<80' pytest \
        slack_sdk emoji
"""

import argparse
import os
import tempfile
from pathlib import Path

from bench.peers.answers import Slack, killed, measured, sides
from bench.peers.reminders import PEOPLE, SIDES
from bench.peers.reminders import measured as measured_day
from tests.slack.fake import FakeSlack, Faults

SLOW = 0.2


def answers(people: int, rounds: int, slow: float, *, die: bool) -> None:
    """`slow`: seconds that Slack takes for a call at most, half of it on average.

    `die`: they are killed, too.
    """
    faults = Faults(calls={"slow": 1.0}, slow=slow) if slow else Faults()
    told = f"takes {slow / 2 * 1000:.0f} ms for a call" if slow else "takes no time for a call"
    print(f"{people} people, {rounds} × a message in and its answer out; a Slack that {told}")
    with tempfile.TemporaryDirectory() as folder, FakeSlack(faults=faults) as fake:
        slack = Slack.made(fake, people)
        those = list(sides(slack, Path(folder)))
        ours, *others = measured(slack, those, Path(folder), rounds)
        print(ours, *others, sep="\n")
        for each in others:
            ratio, price = ours.speed / each.speed, ours.processor / each.processor
            beside = f"Duly beside {each.name}: {ratio:.2f} of its answers/s"
            print(f"{beside}, {price:.1f} × its processor time", flush=True)
        for side in those if die else ():
            print(killed(slack, side, Path(folder)), flush=True)


def reminded(count: int, where: int) -> None:
    print(f"{count:,} reminders due over a day ({where:,} where it is killed), {PEOPLE:,} people;")
    print("one reminder each. Duly puts many down at once and gathers what is too much for a day")
    print("in a digest; APScheduler and the loop put down and send one by one")
    found = {}
    for side in SIDES:
        found[side] = measured_day(side, count, where)
        print(found[side], flush=True)
    ours = found.pop("duly")
    for name, each in found.items():
        whole, told = ours.seconds / each.seconds, ours.day["told"] / each.day["told"]
        print(f"Duly beside {name}: {whole:.2f} of its time; {told:.2f} of that for telling alone")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--people", type=int, default=300)
    options.add_argument("--rounds", type=int, default=8)
    options.add_argument("--reminders", type=int, default=100_000)
    options.add_argument("--only", choices=("answers", "reminders"))
    args = options.parse_args()
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} ({os.cpu_count()} cores)")
    if args.only != "reminders":
        answers(args.people, args.rounds, 0, die=True)
        answers(args.people // 2, 2, SLOW, die=False)
    if args.only != "answers":
        reminded(args.reminders, args.reminders // 10)


if __name__ == "__main__":
    main()
