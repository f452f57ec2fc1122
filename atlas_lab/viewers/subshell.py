"""Answers while a cell runs: questions that only read go to the thread that JupyterLab keeps for widgets.

Since version 7.4, ipykernel hands a widget's messages to the loop that made it, which a running cell (or `Run All`)
keeps busy. Strokes, clicks and state stay there, because they call the user's code; voxels need not wait.
"""

from collections.abc import Collection
from typing import Any


def answer_while_busy(comm: Any, questions: Collection[str]) -> None:
    """Let questions on this comm go where the page sent them; other kernels and front ends are left as they are."""
    usual = getattr(comm, "_reply_subshell_for", None)
    if usual is None:
        return

    def route(data: Any, sent_to: str | None) -> str | None:
        content = data.get("content") if isinstance(data, dict) else None
        asks = content.get("ask") if isinstance(content, dict) else None
        return sent_to if asks in questions else usual(data, sent_to)

    comm._reply_subshell_for = route
