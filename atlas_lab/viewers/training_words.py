"""What is said of trainings above their curves: as HTML in the widget, as a line of text on its picture."""

import html
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atlas_lab.learning.training.history import History

_COLOURS = {"running": "#2da44e", "done": "#0969da", "stopped": "#bc4c00"}
_CELL = 'style="text-align: left; padding: 1px 14px 1px 0; white-space: nowrap"'


def page(folder: Path, histories: Mapping[str, "History"]) -> str:
    """The folder and a row a training; of a single one also its device and recipe."""
    where = f"<code>{html.escape(str(folder))}</code>"
    if not histories:
        return f"<div><b>no log yet</b> in {where}; curves appear when a training logs its first steps there</div>"
    rows = [facts(name, history) for name, history in histories.items()]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    head = "".join(f"<th {_CELL}>{html.escape(column)}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td {_CELL}>{_cell(column, row.get(column, ''))}</td>" for column in columns) + "</tr>" for row in rows
    )
    notes = "".join(f"<div>{html.escape(note)}</div>" for note in _notes(histories))
    return f'<div style="line-height: 1.5">{where}<table><tr>{head}</tr>{body}</table>{notes}</div>'


def line(folder: Path, histories: Mapping[str, "History"]) -> str:
    """The same in one line of text."""
    if not histories:
        return f"no log yet in {folder}"
    if len(histories) > 1:
        running = sum(state(history) == "running" for history in histories.values())
        return f"{folder.name}: {len(histories)} trainings, {running} running"
    ((name, history),) = histories.items()
    said = facts(name, history)
    left = f", {said['time left']} left" if said.get("time left") else ""
    return f"{name}: {said['state']}, step {said['step']}{left}"


def facts(name: str, history: "History") -> dict[str, str]:
    """Column → words: state, step and budget, time, speed, learning rate, loss, the main figure of the last validation."""
    said = {"training": name, "state": state(history), "step": _step(history)}
    status, steps, validations = history.status, history.steps, history.validations
    if status is not None:
        said["trained"] = duration(status.seconds)
        if status.seconds_left is not None:
            said["time left"] = f"about {duration(status.seconds_left)}"
    if len(steps):
        last = steps.iloc[-1]
        speed = steps["patches_per_second"].iloc[-10:].median()
        said |= {"patches/s": f"{speed:.3g}", "learning rate": f"{last['learning_rate']:.2g}", "loss": f"{last['loss']:.4g}"}
    if len(validations):
        main = next(str(column) for column in validations.columns if column != "step")
        best = validations.iloc[int(validations[main].to_numpy(float).argmax())]
        shown = "DSC" if main == "dsc" else main.replace("_", " ")
        said[shown] = f"{validations[main].iloc[-1]:.3f} (best {best[main]:.3f} at step {best['step']:,.0f})"
    return said


def state(history: "History") -> str:
    """running, done or stopped; "unknown" where a training never said."""
    return history.status.state if history.status is not None else "unknown"


def duration(seconds: float) -> str:
    """A time as people say it: `40 s`, `12 min`, `3 h 05 min`, `2 d 4 h`."""
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def _step(history: "History") -> str:
    status = history.status
    step = int(history.steps["step"].iloc[-1]) if len(history.steps) else 0
    if status is None:
        return f"{step:,}"
    step, steps, minutes = max(step, status.step), status.plan.get("steps"), status.plan.get("minutes")
    budget = " or ".join(([f"{steps:,} steps"] if steps else []) + ([f"{minutes:g} min"] if minutes else []))
    return f"{step:,}, {status.used:.0%} of {budget}"


def _notes(histories: Mapping[str, "History"]) -> list[str]:
    """Why trainings stopped; of a single one also what it runs on and with what."""
    stopped = [(name, history.status) for name, history in histories.items() if history.status and history.status.reason]
    notes = [f"{name} stopped: {status.reason}" for name, status in stopped]
    only = next(iter(histories.values())).status
    if len(histories) == 1 and only is not None:
        started = time.strftime("%Y-%m-%d %H:%M", time.localtime(only.started))
        notes.append(f"{only.device}, {only.precision}, on {only.host}, started {started}")
        recipe = [_said(name, value) for name, value in only.about.items()]
        notes.append(", ".join(part for part in recipe if part))
    return notes


def _said(name: str, value: Any) -> str:
    """A value of the objective, short; nothing where it is not."""
    if isinstance(value, dict):
        value = value.get("name", value.get("from", ""))
    if isinstance(value, list | tuple):
        numbers = (" to " if len(value) == 2 else " x ").join(f"{part:g}" for part in value if not isinstance(part, str))
        value = numbers or len(value)
    return f"{name.replace('_', ' ')} {value}" if value != "" else ""


def _cell(column: str, words: str) -> str:
    shown = html.escape(words)
    return f'<b style="color: {_COLOURS.get(words, "inherit")}">{shown}</b>' if column == "state" else shown
