"""The smallest sensor, and a project that runs it against a source on this machine: python examples/01_smallest_sensor.py."""
# As it is printed in README.md:
# fmt: off

from collections.abc import Iterator

from pydantic import SecretStr

from capteur import Context, FeedSensor, Signal


class Rounds(FeedSensor):
    """Companies that announced a funding round."""

    name = "rounds"
    kinds = ("funding.raised",)
    every = "6h"

    api_key: SecretStr
    min_amount: int = 1_000_000

    def detect(self, ctx: Context) -> Iterator[Signal]:
        answer = ctx.http.get_json("https://rounds.example/v1", params={"since": ctx.since.date()}, token=self.api_key)
        for r in answer["rounds"]:
            if r["amount"] >= self.min_amount:
                yield Signal(kind="funding.raised", account=r["domain"], key=r["id"], occurred_at=r["date"],
                             evidence_url=r["url"], data={"amount": r["amount"]})


# fmt: on
# That is all a sensor is. From here on: a source that plays rounds.example on this machine, and a project that uses the file.

if __name__ == "__main__":
    import http.server
    import json
    import pathlib
    import shutil
    import tempfile
    import threading
    from datetime import UTC, datetime

    from capteur import open_house

    TODAY = datetime.now(UTC).date()
    NEWS = "https://rounds.example/news"
    ROUNDS = [
        {"id": 1, "domain": "halyard.example", "amount": 24_000_000, "date": str(TODAY), "url": NEWS},
        {"id": 2, "domain": "pipandpebble.example", "amount": 90_000, "date": str(TODAY), "url": NEWS},
    ]

    class Source(http.server.BaseHTTPRequestHandler):
        """Answers every question with the two rounds."""

        def do_GET(self) -> None:
            body = json.dumps({"rounds": ROUNDS}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Quietly."""

    SETTINGS = """
        [capteur]
        version = 1
        [web]
        world = "http://127.0.0.1:{port}"       # leave it out, and rounds.example is asked itself
        [sensors.rounds]
        api_key = "env:ROUNDS_KEY"              # a secret stays in the environment
    """

    with tempfile.TemporaryDirectory() as folder, http.server.HTTPServer(("127.0.0.1", 0), Source) as source:
        threading.Thread(target=source.serve_forever, daemon=True).start()
        config = pathlib.Path(folder, "capteur.toml")
        config.write_text(SETTINGS.format(port=source.server_port))
        (plugins := config.parent / "plugins").mkdir()
        shutil.copy(__file__, plugins / "rounds.py")  # a file in the project's plugin folder is installed
        with open_house(config, env={"ROUNDS_KEY": "s3cret"}) as house:
            house.add_account("halyard.example", "Halyard Robotics")
            for run in house.run().runs:
                print(f"{run.instance}: {run.status}, {run.new} new signal")
            for place in house.ranking().rows:
                print(f"{place.account.name}: {place.estimate.intent:.1f}")
        source.shutdown()
