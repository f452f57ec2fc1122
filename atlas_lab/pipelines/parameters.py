"""A notebook's parameters: read from its tagged cell without running it, and checked before anything starts."""

import ast
import io
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from atlas_lab.errors import InputError, ParameterError, nearest
from atlas_lab.pipelines.types import converter
from atlas_lab.pipelines.yaml_files import read_mapping

REQUIRED: Final = object()


@dataclass(frozen=True)
class Parameter:
    """One line `name: type = default  # help` of a parameters cell; `default` is REQUIRED when there is none."""

    name: str
    type: str
    default: Any
    help: str

    @property
    def required(self) -> bool:
        """Whether a run has to be given a value."""
        return self.default is REQUIRED

    def convert(self, value: Any) -> Any:
        """`value`, or the text of one, as this parameter's type. ParameterError: it is not of that type."""
        try:
            return converter(self.type)(value)
        except ValueError as error:
            raise ParameterError(f"{self.name}: {error}; it takes {self.type}") from None


def read_parameters(source: str, where: str) -> tuple[Parameter, ...]:
    """The parameters a cell's `source` declares, in order. InputError: a line is not `name: type = literal  # help`.

    `where` names the notebook in messages.
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise InputError(f"{where}: parameters cell, line {error.lineno}: {error.msg}") from None
    comments = _comments(source)
    found: dict[str, Parameter] = {}
    for statement in statements:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name)):
                if name in found:
                    raise InputError(f"{where}: parameters cell declares {name} twice")
                help_text = comments.get(statement.end_lineno or 0) or comments.get(statement.lineno, "")
                found[name] = _parameter(name, statement, help_text, where)
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                continue
            case _:
                line = source.splitlines()[statement.lineno - 1].strip()
                raise InputError(
                    f"{where}: parameters cell, line {statement.lineno}: write `name: type = value  # help` instead of {line!r}"
                )
    return tuple(found.values())


def check(parameters: Sequence[Parameter], given: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The value of every parameter: those `given` (typed, or as text), the defaults for the rest.

    `where` names the notebook in messages. ParameterError: a given name is unknown, a value has the wrong type, or a
    parameter without default is missing.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            has = f"{where} has {', '.join(known)}" if known else f"{where} has no parameters"
            raise ParameterError(f"unknown parameter {str(name)!r}: {nearest(str(name), known)}{has}")
    missing = [parameter for parameter in parameters if parameter.required and parameter.name not in given]
    if missing:
        first = missing[0]
        about = f", {first.help}" if first.help else ""
        raise ParameterError(f"{where} needs a value for {first.name} ({first.type}{about}): add -p {first.name}=…")
    return {name: parameter.convert(given[name]) if name in given else parameter.default for name, parameter in known.items()}


def read_values(assignments: Iterable[str] = (), file: str | Path | None = None) -> dict[str, Any]:
    """Values from a YAML file and from `key=value` texts, which win over the file.

    ParameterError: an assignment without `=`, a file that is missing or not a YAML mapping of names to values.
    """
    values = read_mapping(Path(file)) if file is not None else {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not name.strip():
            raise ParameterError(f"-p {assignment}: write it as name=value")
        values[name.strip()] = value
    return values


def _parameter(name: str, statement: ast.AnnAssign, help_text: str, where: str) -> Parameter:
    annotation = statement.annotation
    quoted = isinstance(annotation, ast.Constant) and isinstance(annotation.value, str)
    kind = annotation.value if quoted else ast.unparse(annotation)  # type: ignore[attr-defined]
    try:
        convert = converter(kind)
    except (ValueError, SyntaxError) as error:
        raise InputError(f"{where}: parameter {name}: {error}") from None
    if statement.value is None:
        return Parameter(name, kind, REQUIRED, help_text)
    try:
        default = ast.literal_eval(statement.value)
    except ValueError:
        raise InputError(f"{where}: parameter {name}: its default must be a plain value") from None
    try:
        return Parameter(name, kind, convert(default), help_text)
    except ValueError as error:
        raise InputError(f"{where}: parameter {name}: its default {error}; it is declared as {kind}") from None


def _comments(source: str) -> dict[int, str]:
    """Line number → the text of the comment on it."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {token.start[0]: token.string.lstrip("# ").rstrip() for token in tokens if token.type == tokenize.COMMENT}
