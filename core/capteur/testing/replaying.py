"""Answers recorded by `capteur try NAME --record` as the upstream of a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from capteur.web import Recorded, read_recorded

if TYPE_CHECKING:
    import respx


def replay(router: respx.MockRouter, fixture: str | Path) -> None:
    """Let `router` answer as recorded in `fixture`.

    Of several answers of one address the one whose query is most like the request's is given: a test asks `since` another
    moment than the recording did, and masked secrets are equal to nothing. What was recorded several times comes in its
    order, then its last stays. Raises InputError for a file that is no fixture.
    """
    places: dict[tuple[str, str], _Place] = {}
    for taken in read_recorded(Path(fixture)):
        url = httpx.URL(taken.url)
        places.setdefault((taken.method, str(url.copy_with(query=None))), _Place()).add(url, taken)
    for (method, address), place in places.items():
        url = httpx.URL(address)
        router.route(method=method, scheme=url.scheme, host=url.host, path=url.path).mock(side_effect=place)


@dataclass(slots=True)
class _Place:
    """The answers of one address, by their query; what was asked for with one query is a queue."""

    queues: dict[tuple[tuple[str, str], ...], list[Recorded]] = field(default_factory=dict)

    def add(self, url: httpx.URL, taken: Recorded) -> None:
        self.queues.setdefault(tuple(url.params.multi_items()), []).append(taken)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        asked = request.url.params.multi_items()
        names = {name for name, _ in asked}

        def likeness(query: tuple[tuple[str, str], ...]) -> tuple[int, int]:
            return sum(pair in asked for pair in query), -sum(name not in names for name, _ in query)

        queue = self.queues[max(self.queues, key=likeness)]
        taken = queue.pop(0) if len(queue) > 1 else queue[0]
        headers = {"content-type": taken.content_type} if taken.content_type else {}
        return httpx.Response(taken.status, headers=headers, content=taken.body)
