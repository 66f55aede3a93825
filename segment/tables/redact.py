"""Redact: secrets in the addresses of databases are hidden in all messages, reports and files."""

from __future__ import annotations

import re
from urllib.parse import quote, quote_plus, unquote

SECRET_KEY = re.compile(r"pass|pwd|secret|token|key", re.IGNORECASE)
VARIABLE = re.compile(r"\$\{(\w+)\}")
# Up to the last @, which a password may hold; not variables, and not what is hidden already.
_PASSWORD = re.compile(r"(\w://[^:/?#\s]*:)(?!(?:\*\*\*|\$\{\w+\})@)(.*)(?=@)")
_QUERY = re.compile(r"([?&](\w+)=)([^&\s'\"]*)")
_known: set[str] = set()


def remember(*secrets: str | None) -> None:
    """Hide these secrets, as they are and as a URL spells them, in every later message.

    One of fewer than 4 letters is hidden in URLs only, because it may be part of any word.
    """
    for secret in (s for s in secrets if s and len(s) >= 4):
        _known.update({secret, unquote(secret), quote(secret, safe=""), quote_plus(secret)})


def hide(text: str) -> str:
    """`text` with passwords as ``***``: those of URLs in it, and those remembered."""

    def in_query(match: re.Match[str]) -> str:
        is_secret = SECRET_KEY.search(match[2]) and not VARIABLE.fullmatch(match[3])
        return f"{match[1]}***" if is_secret else match[0]

    text = _QUERY.sub(in_query, _PASSWORD.sub(r"\1***", text))
    for secret in sorted(_known, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text


def password_warning(address: str) -> list[str]:
    """One sentence if the address itself holds a password."""
    if hide(address) == address:
        return []
    return [
        "The password in the URL was removed from all results, but shells keep typed lines: put "
        "it in the environment and write ${NAME} in its place."
    ]
