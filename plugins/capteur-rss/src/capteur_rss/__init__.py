"""capteur-rss: company blogs and press feeds as signals, by rules. What it reads, and how surely: the README."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from capteur import AuthError, CapteurError, Context, Detected, FeedSensor, InputError, Signal, SourceChanged
from capteur.domains import account_domain, host_of, registrable
from capteur_rss.parsing import Document, Entry, digest, entry, parse
from capteur_rss.reading import READERS, Fact, Headline, matches, plain

__all__ = ["Feed", "Rss", "Rule"]

KINDS = ("funding.raised", "people.leader_joined", "company.layoffs", "press.mention")
_BLOG_WORDS = frozenset(
    [
        "blog",
        "news",
        "newsroom",
        "press",
        "rss",
        "feed",
        "company",
        "official",
        "the",
        "from",
        "posts",
        "updates",
        "medium",
        "latest",
        "release",
        "releases",
    ]
)
Phrase = Annotated[str, Field(min_length=2, max_length=100, pattern=r"\w")]


class Feed(BaseModel):
    """One feed. `account` is the domain of the company it is about; without it, the feed's own domain. `name` is what titles call it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str
    account: str = ""
    name: str = ""

    @model_validator(mode="after")
    def _is_about_somebody(self) -> Feed:
        if not self.url.lower().startswith(("http://", "https://")) or host_of(self.url) is None:
            raise ValueError("url: not a web address")
        try:
            account_domain(self.account or self.url)
        except InputError as error:
            word = "account" if self.account else "url"
            cure = "" if self.account else '; say whom the feed is about: account = "acme.com"'
            raise ValueError(f"{word}: {error.what}{cure}") from error
        return self

    @property
    def domain(self) -> str:
        """The account's domain."""
        return account_domain(self.account or self.url)


class Rule(BaseModel):
    """What makes an entry a signal of `kind`: the reader finds its fact (if one is named), one of `any` is there, none of `none`.

    Phrases are whole words next to each other; case and accents do not count, a star stands for the rest of a word.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    kind: Literal["funding.raised", "people.leader_joined", "company.layoffs", "press.mention"]
    any: tuple[Phrase, ...] = ()
    none: tuple[Phrase, ...] = ()
    where: Literal["title", "text"] = "title"
    reads: Literal["raise", "leader", "layoffs"] | None = None
    strength: float = Field(default=1.0, ge=0, le=1)
    topic: str | None = None

    def judge(self, found: Entry, headline: Headline) -> Fact | None:
        """The fact when the rule holds for an entry, else None."""
        text = found.title if self.where == "title" else f"{found.title} {found.text}"
        if (self.any and not matches(text, self.any)) or (self.none and matches(text, self.none)):
            return None
        return READERS[self.reads](headline) if self.reads else Fact()


DEFAULT_RULES = (
    Rule(kind="funding.raised", reads="raise"),
    Rule(kind="people.leader_joined", reads="leader"),
    Rule(kind="company.layoffs", reads="layoffs"),
    Rule(kind="press.mention"),
)


class Rss(FeedSensor):
    """Company blogs and press feeds: funding rounds, new leaders, layoffs, and plain mentions, by rules you can replace."""

    name = "rss"
    kinds = KINDS
    every = "3h"
    overlap: ClassVar[str] = "30d"  # posts are often dated before the day they appear; a known entry costs nothing

    feeds: tuple[Feed, ...] = Field(
        min_length=1, description="Feeds: url, and account (a domain) when it is not the feed's own."
    )
    rules: tuple[Rule, ...] = Field(
        default=DEFAULT_RULES,
        min_length=1,
        description="In order; the first that holds gives the kind. None: no signal.",
    )

    @field_validator("feeds")
    @classmethod
    def _feeds_differ(cls, feeds: tuple[Feed, ...]) -> tuple[Feed, ...]:
        urls = [feed.url for feed in feeds]
        twice = next((number for number, url in enumerate(urls, 1) if url in urls[: number - 1]), None)
        if twice is not None:
            raise ValueError(f"feed {twice} is listed twice")
        return feeds

    def covers(self) -> frozenset[str]:
        """The companies that the feeds are about."""
        return frozenset(feed.domain for feed in self.feeds)

    def detect(self, ctx: Context) -> Iterator[Detected]:
        """Yield what the feeds say since `ctx.since`. A feed that fails is counted and the others go on; raises when all failed."""
        failed: list[CapteurError] = []
        for feed in self.feeds:
            try:
                document = self._document(ctx, feed)
            except CapteurError as error:
                failed.append(error)
                yield from ctx.each([error], _refuse)
                continue
            if document is not None:
                yield from ctx.each(document.rows, self._reader(ctx, feed, document))
        if len(failed) == len(self.feeds):
            raise failed[0]

    def _document(self, ctx: Context, feed: Feed) -> Document | None:
        """The feed, or None when it is unchanged."""
        try:
            answer = ctx.http.get(feed.url, conditional=True)
        except AuthError as error:
            # No credential of ours is wrong: a 403 here is the site's doorman, and nothing to park the instance for.
            raise SourceChanged(f"{host_of(feed.url)} refuses to serve its feed ({error.what})") from error
        return None if answer.unchanged else parse(answer)

    def _reader(self, ctx: Context, feed: Feed, document: Document) -> Callable[[Mapping[str, Any]], Signal | None]:
        names = _names(feed, document.title)
        host = host_of(feed.url)

        def signal(row: Mapping[str, Any]) -> Signal | None:
            found = entry(row)
            if not _within(found.moment, ctx):
                return None
            headline = Headline(found.title, names)
            judged = ((rule, rule.judge(found, headline)) for rule in self.rules)
            rule, fact = next(((rule, fact) for rule, fact in judged if fact is not None), (None, None))
            if rule is None or fact is None:
                return None
            return Signal(
                kind=rule.kind,
                account=feed.domain,
                key=f"{host}:{feed.domain}:{digest(found.id)}:{rule.kind}",
                occurred_at=found.moment,
                summary=found.title,
                evidence_url=found.link,
                strength=rule.strength,
                topic=rule.topic,
                data={"feed": feed.url, **fact.details},
            )

        return signal


def _refuse(error: CapteurError) -> Detected:
    """Let `ctx.each` count a feed that failed as it counts a bad row."""
    raise error


def _within(moment: datetime | date, ctx: Context) -> bool:
    at = moment if isinstance(moment, datetime) else datetime(moment.year, moment.month, moment.day, tzinfo=UTC)
    by_day = not isinstance(moment, datetime)
    since = datetime(ctx.since.year, ctx.since.month, ctx.since.day, tzinfo=UTC) if by_day else ctx.since
    return since <= at and (ctx.until is None or at < ctx.until)


def _names(feed: Feed, title: str) -> frozenset[str]:
    """What the company is called in its titles: the given name, the domain's first label, the feed's title without "Blog"."""
    words = [
        word
        for word in plain(title).replace("|", " ").replace("-", " ").split()
        if word.strip(":'s") not in _BLOG_WORDS
    ]
    from_title = " ".join(words).removesuffix("'s").strip()
    own = registrable(feed.url) == feed.domain  # a publication's title names the publication
    names = (plain(feed.name), feed.domain.partition(".")[0], from_title if own else "")
    return frozenset(name for name in names if len(name) > 1)
