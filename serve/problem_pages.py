"""`/problems` and `/problems/{slug}`: what each error means and what to do about it, as plain HTML for people."""

from __future__ import annotations

import re
from html import escape

from serve.problems import PROBLEM_TYPES, ProblemType

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}: media VM</title>
<style>
:root {{ color-scheme: light dark }}
body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem }}
dt {{ margin-top: 1rem }} dd {{ margin: 0 }}
</style></head><body><main>
<h1>{title}</h1>
{body}
</main></body></html>
"""


def page(kind: ProblemType) -> str:
    """One problem's own page."""
    body = (
        f"<p>The answer was <code>{kind.status}</code>, of the type <code>{kind.slug}</code>.</p>\n"
        f"<h2>What it means</h2>\n<p>{_text(kind.meaning)}</p>\n"
        f"<h2>What to do</h2>\n<p>{_text(kind.remedy)}</p>\n"
        "<p>Every error carries a <code>request_id</code>: by it whoever runs this service finds the request in "
        'the log.</p>\n<p><a href="../problems">All problems</a></p>'
    )
    return _PAGE.format(title=escape(kind.title), body=body)


def list_page() -> str:
    """All of them by their status."""
    kinds = sorted(PROBLEM_TYPES.values(), key=lambda kind: (kind.status, kind.slug))
    rows = (
        f'<dt><code>{kind.status}</code> <a href="problems/{kind.slug}">{escape(kind.title)}</a></dt>\n'
        f"<dd>{_text(kind.meaning)}</dd>\n"
        for kind in kinds
    )
    return _PAGE.format(title="Problems", body=f"<dl>\n{''.join(rows)}</dl>")


def _text(words: str) -> str:
    """What stands between backticks is set as code."""
    return re.sub("`(.+?)`", r"<code>\1</code>", escape(words))
