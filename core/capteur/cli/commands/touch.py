"""`capteur touch` and `capteur questions`: what people saw and heard themselves."""

from __future__ import annotations

import click

from capteur.cli.call import Call, read_moment
from capteur.cli.doors import Door, pass_call
from capteur.errors import UsageError

WORDS = ("call", "meeting", "booth", "reply", "question", "ask")


@click.command(cls=Door, name="touch")
@click.argument("account")
@click.argument("kind", required=False, type=click.Choice(WORDS), metavar="[KIND]")
@click.argument("text", required=False)
@click.option(
    "--at", metavar="TIME", help='When: 2026-11-20, "2026-11-20 15:00" (this machine\'s zone), or 2h ago as 2h.'
)
@click.option("--place", metavar="WHERE", help="Of an ask, where they said so: an address, or e.g. 'booth 12, SaaStr'.")
@click.option("--person", metavar="WHO", help="Who it was, kept as a keyed hash; where [privacy] persons allows it.")
@click.option("--topic", metavar="NAME", help="Which product or theme it was about.")
@click.option("--undo", is_flag=True, help="Take back what was noted last (of this kind, when one is given).")
@pass_call
def touch(
    call: Call,
    *,
    account: str,
    kind: str | None,
    text: str | None,
    at: str | None,
    place: str | None,
    person: str | None,
    topic: str | None,
    undo: bool,
) -> None:
    """Write down that ACCOUNT called, met us, came to our booth, replied, asked something, or asked to be contacted.

    KIND is call, meeting, booth, reply, question or ask. TEXT says what about; of a question it is the question, of an ask the exact words. The answer says what it adds to the
    intent. The same once more within a minute is one touch.
    """
    call.present("touch")
    if kind is None and not undo:
        raise UsageError(
            "touch needs to know what it was", why=", ".join(WORDS), fix=f'capteur touch {account} call "..."'
        )
    with call.house() as house:
        from capteur.house.touching import moment_of

        if undo:
            told = house.untouch(account, kind)
        else:
            moment = moment_of(at, house.clock.now()) if at is not None else None
            told = house.touch(account, kind or "", text, at=moment, person=person, topic=topic, place=place)
    from capteur.cli.screens.touched import TouchTold

    call.show(TouchTold(told))


@click.command(cls=Door, name="questions")
@click.option("--since", metavar="TIME", default="90d", show_default=True, help="From then on: 2026-11-20, or 90d.")
@click.option("--account", metavar="ACCOUNT", help="Of one account (a domain or a name).")
@pass_call
def questions(call: Call, *, since: str, account: str | None) -> None:
    """What accounts asked, in their words: newest first, by account, and how often the same was asked."""
    call.present("questions")
    with call.house() as house:
        told = house.questions(since=read_moment("--since", since), account=account)
    from capteur.cli.screens.touched import QuestionsTold

    call.show(QuestionsTold(told))
