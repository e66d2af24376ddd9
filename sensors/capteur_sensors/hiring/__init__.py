"""Hiring: what a company's public job board says about where it puts its money. Sources and limits: docs/sensors/hiring.md."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from capteur import Account, AccountSensor, Checkpoint, Context, Detected, SkipAccount, SourceChanged
from capteur.domains import registrable
from capteur_sensors.hiring import smartrecruiters, workable
from capteur_sensors.hiring.changes import Opening, closings, count_new, day_number, openings, surges
from capteur_sensors.hiring.descriptions import tools_in
from capteur_sensors.hiring.discovery import discover
from capteur_sensors.hiring.memory import Known, Memory, load
from capteur_sensors.hiring.posting import Post, Vendor, mapping
from capteur_sensors.hiring.telling import CLOSED, MENTIONED, OPENED, OTHER, SURGE, Teller
from capteur_sensors.hiring.titles import Roles, is_evergreen, plain
from capteur_sensors.hiring.vendors import VENDORS, Access, Board, Reading, parse_board, read_board

__all__ = ["Hiring"]

WEEK_S = 7 * 86_400
DAY_S = 86_400
AHEAD = timedelta(hours=36)


class Hiring(AccountSensor):
    """Jobs that open and close on companies' public job boards, and weeks with unusually many of them."""

    name = "hiring"
    kinds = (OPENED, OTHER, CLOSED, SURGE, MENTIONED)
    every = "6h"
    present_only: ClassVar[bool] = True

    roles: tuple[str, ...] = Field(
        default=(),
        description="Roles that show interest in what you sell: words of a title, e.g. 'revops', 'sales op*'. None: every job is neutral.",
    )
    boards: dict[str, str] = Field(
        default_factory=dict,
        description="Boards you know: an account's domain = 'vendor:token' (greenhouse, lever, ashby, workable, teamtailor, "
        "personio), 'jsonld:' and a careers page, or the board's address.",
    )
    opt_in: tuple[Literal["recruitee", "smartrecruiters"], ...] = Field(
        default=(),
        description="Vendors read only when you say so: 'recruitee' (employers' tokens from 10 February 2027), 'smartrecruiters' "
        "(warning: robots.txt of its API host closes it to robots).",
    )
    recruitee_tokens: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="Careers API tokens that employers gave you: a Recruitee board's name = the token.",
    )

    @field_validator("roles")
    @classmethod
    def _roles_say_something(cls, roles: tuple[str, ...]) -> tuple[str, ...]:
        for number, role in enumerate(roles, 1):
            if not plain(role).strip("* "):
                raise ValueError(
                    f"pattern {number} has no word in it; write words of a job title, e.g. 'sales operations'"
                )
        return roles

    @field_validator("boards")
    @classmethod
    def _boards_are_known(cls, boards: dict[str, str]) -> dict[str, str]:
        for number, (domain, board) in enumerate(boards.items(), 1):
            if registrable(domain) is None:
                raise ValueError(
                    f'entry {number}: the left side is not a domain; write e.g. "acme.com" = "greenhouse:acme"'
                )
            if parse_board(board) is None:
                raise ValueError(
                    f"entry {number}: write vendor:token or the board's address; vendors: {', '.join(VENDORS)}"
                )
        return boards

    @model_validator(mode="after")
    def _named_vendors_are_allowed(self) -> Self:
        access = self._access()
        for domain, text in self.boards.items():
            board = parse_board(text)
            if board is not None and not access.allows(VENDORS[board.vendor]):
                why = VENDORS[board.vendor].warning or "its boards need the employer's token from 10 February 2027"
                raise ValueError(f"boards: {domain} is at {board.vendor}; add it to opt_in ({why})")
        return self

    def paces(self) -> Mapping[str, float]:
        """The hosts that are shared by all boards of a vendor and say, or show, that they want to be asked slowly."""
        return {workable.HOST: workable.PACE, smartrecruiters.HOST: smartrecruiters.PACE}

    def detect(self, ctx: Context, account: Account) -> Iterator[Detected]:
        """Yield what changed on the account's board since the last read. Raises SkipAccount when it has none."""
        given = self._given(account)
        memory, reading = self._read_given(ctx, given) if given else self._read_found(ctx, account)
        today = day_number(ctx.now)
        if reading is None or reading.locked:
            # Remember that there is none, so that the company's site is not searched again at every run.
            yield Checkpoint(memory.dump(today))
            raise self._skipped(ctx, memory, given, reading)
        warning = VENDORS[reading.board.vendor].warning
        if memory.since is None and warning:
            ctx.log.warning(
                "board read because opt_in says so", account=account.label, board=str(reading.board), why=warning
            )
        memory.at = reading.at
        teller = Teller(account, reading.board)
        if reading.unchanged:
            closed, _ = closings(memory, None, ctx.now)
        else:
            harvest = Harvest(VENDORS[reading.board.vendor], ctx.now)
            yield from ctx.each(reading.rows, harvest.add)
            harvest.verify(reading.answer.url)
            yield from self._openings(ctx, memory, teller, openings(harvest.posts, Roles(self.roles)))
            # A row without a readable id could be any job, and a trimmed list leaves some out: such an answer proves no
            # absence. Everybody counts as present, so that an "unchanged" of it proves none either.
            partial = bool(harvest.nameless) or reading.trimmed
            closed, held = closings(memory, list(memory.jobs) if partial else harvest.present, ctx.now)
            if held:
                ctx.log.warning(
                    "most jobs vanished at once; held until the next read confirms it",
                    account=account.label,
                    board=str(reading.board),
                )
        yield from (teller.closed(gone) for gone in closed)
        memory.since = today if memory.since is None else memory.since
        memory.rules = self._rules()
        yield from (teller.surge(surge) for surge in surges(memory, today))
        yield Checkpoint(memory.dump(today))

    def _openings(
        self, ctx: Context, memory: Memory, teller: Teller, found: Mapping[str, Opening]
    ) -> Iterator[Detected]:
        today, opening_read, changed = day_number(ctx.now), memory.since is None, memory.rules != self._rules()
        for job, opening in found.items():
            known, published = memory.jobs.get(job), opening.post.published
            day = today if published is None else day_number(published)
            state = "o" if opening.wanted else "x"
            if known is None and day >= memory.floor:
                if published is None and opening_read:
                    memory.jobs[job] = Known("s", day)  # open, but since when? Today would be a burst that never was
                    continue
                yield teller.opened(opening, published or ctx.now)
                for tool in tools_in(opening.post.description, employer=teller.account.domain):
                    yield teller.mentioned(opening, tool, published or ctx.now)
                memory.jobs[job] = Known(state, day, opening.post.title)
                count_new(memory, day, today)
            elif known is not None and known.state == "g":
                memory.jobs[job] = Known(state, day, opening.post.title)  # back again: the opening was told
            elif known is not None and changed and published is not None and known.state != state:
                if known.state == "o":
                    yield teller.taken_back(job, known.revoked)
                    known.revoked += 1
                yield teller.opened(opening, published, again=known.revoked if opening.wanted else 0)
                known.state, known.title = state, opening.post.title

    def _given(self, account: Account) -> Board | None:
        """The board the user named: in `boards`, else as an alias of the account."""
        for domain, text in self.boards.items():
            if account.domain is not None and registrable(domain) == account.domain:
                return parse_board(text)
        access = self._access()
        aliases = ((name, account.alias(name)) for name, vendor in VENDORS.items() if access.allows(vendor))
        named = (parse_board(f"{name}:{token}") for name, token in aliases if token)
        return next((board for board in named if board), None)

    def _access(self) -> Access:
        return Access(self.opt_in, {name.strip().lower(): token for name, token in self.recruitee_tokens.items()})

    def _skipped(self, ctx: Context, memory: Memory, given: Board | None, reading: Reading | None) -> SkipAccount:
        """Why the account is not watched, and what would change that."""
        known, here = parse_board(memory.board or ""), f"[sensors.{ctx.instance}]"
        if reading is not None and reading.locked:
            had = reading.board.token.lower() in self._access().tokens
            return SkipAccount(
                f"{reading.board} {'refuses the token given for it' if had else 'needs the token of the employer'}",
                fix=f'ask the company for a Careers API token: {here} recruitee_tokens = {{ "{reading.board.token}" = "env:..." }}',
            )
        if known is not None and not self._access().allows(VENDORS[known.vendor]):
            return SkipAccount(
                f"the company's pages name {known}, which is read only when you say so",
                fix=f'{here} opt_in = ["{known.vendor}"]; docs/sensors/hiring.md says what that means',
            )
        return SkipAccount(
            f"no job board found: {given} does not exist" if given else "no job board found",
            fix=f'name it: {here} boards = {{ "their-domain" = "greenhouse:token" }}',
        )

    def _read_given(self, ctx: Context, given: Board) -> tuple[Memory, Reading | None]:
        memory = load(ctx.cursor)
        if memory.board != str(given):
            memory = Memory(board=str(given))
        return memory, self._read(ctx, memory)

    def _read_found(self, ctx: Context, account: Account) -> tuple[Memory, Reading | None]:
        """The remembered board; once a week also what the company's pages say now; a search when there is none (any more)."""
        memory, now = load(ctx.cursor), int(ctx.now.timestamp())
        access = self._access()
        old = parse_board(memory.board) if memory.board else None
        if old is not None and not access.allows(VENDORS[old.vendor]):
            old = None
        if old is not None:
            finding = discover(ctx, account, access, guess=False) if now >= memory.checked + WEEK_S else None
            reading = finding.reading if finding else None
            if reading is not None and reading.board.key != old.key:
                return self._moved(ctx, account, reading, now, "markup")
            memory.checked = now if finding else memory.checked
            reading = reading or self._read(ctx, memory)
            if reading is not None:
                memory.retry = 0
                return memory, reading
        if now < memory.retry:
            return memory, None
        found = discover(ctx, account, access, gone=old)
        if found.reading is not None:
            return self._moved(ctx, account, found.reading, now, found.how)
        if old is None:
            memory = Memory(board=str(found.closed) if found.closed else None)
        memory.checked, memory.retry = now, now + (WEEK_S if found.sure else DAY_S)
        return memory, None

    def _moved(self, ctx: Context, account: Account, reading: Reading, now: int, how: str) -> tuple[Memory, Reading]:
        ctx.log.info("job board found", account=account.label, board=str(reading.board), by=how)
        return Memory(board=str(reading.board), at=reading.at, checked=now), reading

    def _read(self, ctx: Context, memory: Memory) -> Reading | None:
        board = parse_board(memory.board or "")
        if board is None:
            return None
        # "Unchanged" is worth something only to who remembers what it was, judged by the same roles.
        known = memory.since is not None and memory.rules == self._rules()
        return read_board(ctx, board, self._access(), at=memory.at, conditional=known)

    def _rules(self) -> str:
        text = "\n".join(sorted({plain(role) for role in self.roles}))
        return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


class Harvest:
    """Collects an answer's postings one by one, so that a bad one is counted and the others go on."""

    def __init__(self, vendor: Vendor, now: datetime) -> None:
        self.posts: list[Post] = []
        self.present: set[str] = set()
        self.nameless = 0
        self._vendor = vendor
        self._now = now
        self._rows = self._bad = 0

    def add(self, row: Any) -> None:
        """Take one posting. Raises for a bad one; when its id could be read, the job still counts as present."""
        self._rows += 1
        self._bad += 1
        fields = mapping(row)
        try:
            job = self._vendor.job(fields)
        except Exception:
            self.nameless += 1
            raise
        if job is not None:
            self.present.add(job)
            post = self._vendor.post(fields, job)
            if post.published is not None and post.published > self._now + AHEAD:
                raise SourceChanged(f"{post.title[:60]!r} is dated {post.published.date()}, in the future")
            if not is_evergreen(post.title):
                self.posts.append(post)
        self._bad -= 1

    def verify(self, url: str) -> None:
        """Raise SourceChanged when there were postings and none of them could be read."""
        if self._rows and self._bad == self._rows:
            raise SourceChanged(
                f"{url}: none of its {self._rows} postings could be read; the vendor changed their form"
            )
