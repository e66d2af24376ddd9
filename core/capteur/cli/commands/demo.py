"""`capteur demo`: the whole way through a small fictional market, with the real sensors over real HTTP on this machine."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from capteur.cli.call import Call
from capteur.cli.doors import Door, pass_call
from capteur.wording import counted

if TYPE_CHECKING:
    from rich.text import Text

    from capteur.house import House, InstanceRun

GROUP = "capteur.worlds"
WIDTH = 100
"""Where there is no terminal to ask."""
STEPS = (
    ("mkdir my-market && cd my-market && capteur init", "your own companies; no key is needed"),
    ("capteur run", "let the sensors look, over the internet"),
    ("capteur rank", "whom to call, and why now"),
)


@click.command(cls=Door, name="demo")
@click.option(
    "--keep", type=click.Path(path_type=Path, file_okay=False), metavar="FOLDER", help="Keep the demo's project there."
)
@pass_call
def demo(call: Call, *, keep: Path | None) -> int:
    """The whole way through a small fictional market: import, run, rank, explain.

    The real sensors run over real HTTP; only the internet is replaced, by a server on this machine. Nothing leaves it.
    """
    call.present("demo")
    from capteur.clock import SystemClock

    world, now = _world(), SystemClock().now()
    with _folder(keep) as folder, world.prepare(folder, now) as config:
        return _show(call, Path(config), keep, world)


def _show(call: Call, config: Path, keep: Path | None, world: Any) -> int:
    from capteur.cli.screens.explained import Explained
    from capteur.cli.screens.listed import Imported
    from capteur.cli.screens.ranked import Ranked

    stage = _Stage(call)
    with _open(call, config) as house:
        stage.say("A fictional market, watched by the real sensors over HTTP on this machine. Nothing leaves it.")
        stage.act("capteur accounts import accounts.csv")
        report = house.import_accounts()
        stage.show(Imported(report, "accounts.csv", house.now()))
        _run(call, stage, house)
        # What has no date of its own (DNS, pages) is told by two looks: a world may change between them.
        again = [name for name in getattr(world, "later", tuple)() if name in house.settings.sensors]
        if again:
            stage.say("")
            stage.say(
                "Later some of them have changed their tools, and people come by the seller's site; a second look sees it."
            )
            _receive(stage, house, world)
            _run(call, stage, house, again)
        stage.act("capteur rank")
        ranking = house.ranking(details=call.as_json)
        screen = Ranked(ranking)
        stage.show(screen)
        if screen.numbered:
            label = screen.numbered[0].account.label
            stage.act(f"capteur explain {label}")
            stage.show(Explained(house.explain(label)))
    if call.as_json:
        call.show(screen)
        return 0
    stage.end(config, keep)
    return 0 if screen.numbered else 1


def _receive(stage: _Stage, house: House, world: Any) -> None:
    """Take what the world sends meanwhile, when it sends anything and there is what receives."""
    if not hasattr(world, "send") or not house.gates() or not find_spec("uvicorn"):
        return
    from capteur.receiving import receiving

    stage.act("capteur receive")
    with receiving(house, listen=("127.0.0.1", 0)) as port:
        kept = world.send(f"http://127.0.0.1:{port}")
    stage.say(
        f"{counted(kept, 'delivery', 'deliveries')} kept: what visitors of the site did, sent by the tag on its pages."
    )


def _run(call: Call, stage: _Stage, house: House, names: Sequence[str] = ()) -> None:
    from capteur.cli.progress import RunWatch
    from capteur.cli.screens.running import Ran

    stage.act(" ".join(("capteur run", *names)))
    with RunWatch(call, told=stage.ran) as watch:
        ran = house.run(names or None, progress=watch)
    stage.show(Ran(ran, told=True))


class _Stage:
    """Tells the demo as a person would type it: each command, and what it shows. Silent when JSON was asked for."""

    def __init__(self, call: Call) -> None:
        self.silent = call.as_json
        self.console = call.console()
        self.width = self.console.width if self.console.is_terminal else WIDTH

    def lines(self, lines: Iterator[Text]) -> None:
        for line in lines if not self.silent else ():
            self.console.print(line)
        self.console.file.flush()

    def say(self, words: str) -> None:
        from capteur.cli.screens.parts import paragraph

        self.lines(paragraph(words, self.width))

    def act(self, command: str) -> None:
        from capteur.cli.theme import join, text, text_line

        self.lines(iter([text_line(""), join(text("$ ", "quiet"), text_line(" "), text(command, "strong"))]))

    def show(self, screen: Any) -> None:
        self.lines(screen.lines(self.width))

    def ran(self, run: InstanceRun) -> None:
        from capteur.cli.screens.running import instance_lines

        self.lines(instance_lines(run, self.width))

    def end(self, config: Path, keep: Path | None) -> None:
        from capteur.cli.screens.parts import next_steps
        from capteur.cli.theme import text, text_line

        self.lines(iter([text_line(""), text("Next", "title")]))
        self.lines(next_steps((*before(), *STEPS), self.width))
        if keep is not None:
            self.say(
                f"The project stays in {config.parent}; its market is gone, so look at it with: capteur --config {config} rank"
            )


def before() -> tuple[tuple[str, str], ...]:
    """The step that comes before all others where a shell would not find this capteur: its environment is not active."""
    activate = Path(sys.prefix, "bin", "activate")
    if shutil.which("capteur") is not None or not activate.exists():
        return ()
    with suppress(ValueError):
        activate = activate.relative_to(Path.cwd())
    return ((f". {shlex.quote(str(activate))}", "so that your shell finds capteur"),)


def _open(call: Call, config: Path) -> House:
    """The demo's house: the environment of the user's own project stays out of it."""
    from capteur.cli.logs import configure
    from capteur.house import open_house

    configure(call.verbose, quiet=True)
    return open_house(
        config, env={name: value for name, value in os.environ.items() if not name.startswith("CAPTEUR_")}
    )


def _world() -> Any:
    """The installed world. Raises PluginError when there is none."""
    from importlib.metadata import entry_points

    from capteur.errors import PluginError

    found = list(entry_points(group=GROUP))
    if not found:
        raise PluginError(
            "no demo world is installed",
            why=f"nothing offers the entry point group {GROUP}",
            fix="pip install --force-reinstall capteur",
        )
    return next((entry for entry in found if entry.name == "demo"), found[0]).load()()


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix="capteur-demo-") as folder:
        yield Path(folder)
