"""YAML that people write by hand: a mapping of names, with every mistake told in one line."""

from pathlib import Path
from typing import Any

from atlas_lab.errors import ParameterError


def read_mapping(path: Path) -> dict[str, Any]:
    """The `name: value` pairs of a YAML file; an empty file is an empty mapping.

    ParameterError: it cannot be read, is not YAML, is no mapping of names, or names something twice (which YAML
    itself would let pass, keeping the last).
    """
    import yaml

    try:
        text = path.read_text(encoding="utf-8")
        _refuse_repeated(yaml.compose(text, Loader=yaml.SafeLoader), path)
        values = yaml.safe_load(text)
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:  # ValueError: a date that is none
        raise ParameterError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise ParameterError(f"{path}: must hold one `name: value` a line")
    return values


def _refuse_repeated(node: Any, path: Path) -> None:
    import yaml

    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise ParameterError(f"{path}: line {line} names {key.value!r} a second time; remove one of the two")
            if isinstance(key.value, str):
                seen.add(key.value)
            _refuse_repeated(value, path)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_repeated(value, path)
