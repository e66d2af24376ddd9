"""A clean account sensor."""

from __future__ import annotations

from collections.abc import Iterator

from capteur import Account, AccountSensor, Context, Detected, Signal, SourceChanged

KNOWN = ("stripe", "segment", "intercom")


class Tools(AccountSensor):
    """Tools that a company's own home page loads."""

    name = "tools"
    kinds = ("tool.present",)
    every = "1d"
    present_only = True

    def detect(self, ctx: Context, account: Account) -> Iterator[Detected]:
        url = f"https://{account.domain}/"
        page = ctx.http.get_text(url)
        if "</html>" not in page:
            raise SourceChanged(f"{url} answered half a page, or none")
        for tool in KNOWN:
            if tool in page:
                yield Signal(
                    kind="tool.present",
                    account=account.domain or "",
                    key=f"{account.domain}:{tool}",
                    occurred_at=ctx.now,
                    evidence_url=url,
                )
