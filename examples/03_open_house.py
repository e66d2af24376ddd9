"""capteur from Python: open a project, bring signals of your own from a file, read the ranked list.

python examples/03_open_house.py
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from capteur import open_house
from capteur.clock import ManualClock

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)

SETTINGS = """
[capteur]
version = 1

[accounts]
file = "accounts.csv"

[team]
capacity = 2

[sensors.history]
use = "csv"
path = "signals.csv"
"""

ACCOUNTS = """\
name,domain,owner,standing
Halyard Robotics,halyard.example,Ines,
Pip & Pebble,pipandpebble.example,Ines,
Colossus Mutual,colossus-mutual.example,Tomás,
Fernhill Academies,fernhill.example,Maja,customer
"""

# A CRM's activities, a list of attendees, whatever happened before capteur watched. The last line has no date, and is reported.
SIGNALS = """\
domain,kind,date,summary
halyard.example,event.attended,2026-11-12,Harbour Automation Days
halyard.example,question.asked,2026-11-18,Do you read from Dynamics?
pipandpebble.example,content.downloaded,2026-11-16,Forecasting for small teams
fernhill.example,question.asked,2026-11-19,When is our renewal?
colossus-mutual.example,visit.page,,
"""


def main(folder: Path) -> None:
    """Write a project into the folder, run it, print the list and the reasons of its first account."""
    for name, text in (("capteur.toml", SETTINGS), ("accounts.csv", ACCOUNTS), ("signals.csv", SIGNALS)):
        (folder / name).write_text(text, encoding="utf-8")

    # A clock that stands still makes the same list every day; leave it out, and the present is the present.
    with open_house(folder / "capteur.toml", clock=ManualClock(NOW)) as house:
        imported = house.import_accounts()
        print(f"{imported.added} accounts")
        for run in house.run().runs:
            print(f"{run.instance}: {run.status}, {run.new} new signals, {run.bad} bad row")

        ranking = house.ranking(everyone=True)
        for row in ranking.rows:
            intent = "  - " if row.estimate.intent is None else f"{row.estimate.intent:4.1f}"
            print(f"{intent}  {row.account.name:20} {row.estimate.status:12} {row.why}")

        best = ranking.rows[0].account
        print(f"\nWhat makes the number of {best.name}:")
        for line in house.explain(best.label).row.lines:
            print(f"{line.shown:+5.1f}  {line.label}")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        main(Path(temporary))
