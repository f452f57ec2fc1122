"""YAML that people write by hand: a mapping of names, with every mistake told in one line."""

from pathlib import Path
from typing import Any

from atlas_lab.errors import ParameterError

_NAMELESS = 'in "<unicode string>", '  # what PyYAML calls a text


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
        raise ParameterError(f"{path}: not valid YAML: {' '.join(str(error).split()).replace(_NAMELESS, '')}") from None
    if values is None:
        return {}
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise ParameterError(f"{path}: must hold one `name: value` a line")
    return values


def _refuse_repeated(node: Any, path: Path, above: tuple[int, ...] = ()) -> None:
    import yaml

    if id(node) in above:
        raise ParameterError(f"{path}: line {node.start_mark.line + 1} refers to itself; write it out")
    inside = (*above, id(node))
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or key.tag == "tag:yaml.org,2002:null":
                raise ParameterError(f"{path}: line {line}: a name must be a word, not a list, a mapping or nothing")
            if key.value in seen:
                raise ParameterError(f"{path}: line {line} names {key.value!r} a second time; remove one of the two")
            seen.add(key.value)
            _refuse_repeated(value, path, inside)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_repeated(value, path, inside)
