"""Writing a scenario file: YAML that our loader reads back as the same data, laid out for people.

Short collections stand on one line, texts of several lines as blocks. Strings are escaped where the language would see
a template in them.
"""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from pare_runner.scenarios.text.evaluation.pieces import BadTemplate, has_templates, split
from pare_runner.scenarios.text.loading.scalars import ScalarError, plain

WIDTH = 120
_LINE = 96
"""Longest collection, in characters, that is put on one line."""
_STR = "tag:yaml.org,2002:str"
_QUOTED = re.compile(r"""^[^A-Za-z0-9_/+(.]|^[?-]|: |:$| #| $""")
"""Texts that need quotes, or would be hard to read without."""
_UNUSUAL = frozenset("\x85\u2028\u2029\ufeff")
_BLOCKS = {"apps": 2, "events": 1, "checks": 2}
"""Sections that stand line by line however short they are → how many levels of them do."""


def escaped(text: str) -> str:
    """`text` as a scenario file must write it so that no template is seen in it."""
    if not has_templates(text):
        return text
    for attempt in (f"{{% raw %}}{text}{{% endraw %}}", f"{{{{ {json.dumps(text)} }}}}"):
        try:
            pieces = split(attempt)
        except BadTemplate:
            continue
        if [piece.text for piece in pieces if not piece.is_expression] == [text] or pieces[0].is_expression:
            return attempt
    return text


def escape_all(value: Any) -> Any:
    """`value` with all its strings escaped; keys stay, the language allows no template in them."""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, dict):
        return {key: escape_all(item) for key, item in value.items()}
    return [escape_all(item) for item in value] if isinstance(value, list) else value


def scenario_text(data: dict[str, Any], heading: list[str]) -> str:
    """The file: `heading` as comments, then `data`, whose strings are escaped already, a blank line between sections.

    Apps and checks are one block each, events one entry a line where they fit.
    """
    lines = [f"# {line}".rstrip() for line in heading]
    for key, value in data.items():
        block = key in _BLOCKS
        text = _dumped({key: value}, open_levels=_BLOCKS.get(key, 0))
        lines.append(("\n" if block else "") + text.rstrip("\n"))
    return "\n".join(lines) + "\n"


def _dumped(value: dict[str, Any], open_levels: int) -> str:
    node = _Nodes(sort_keys=False).represent_data(value)
    _lay_out(node, -1, open_levels)
    text: str = yaml.serialize(node, Dumper=_Emitter, width=WIDTH, allow_unicode=True)
    return text


class _Nodes(yaml.representer.SafeRepresenter):
    """Makes the tree of nodes; nothing in a file stands for the same thing elsewhere in it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Emitter(yaml.CSafeDumper):
    """Writes nodes; what a scalar without quotes is taken for is decided by our loader, not by YAML 1.1."""

    def resolve(self, kind: type[yaml.Node], value: Any, implicit: Any) -> Any:
        if kind is yaml.ScalarNode and implicit[0] and _is_plain(value):
            return _STR
        return super().resolve(kind, value, implicit)  # type: ignore[no-untyped-call]


def _represent_text(nodes: _Nodes, text: str) -> yaml.Node:
    style = None
    if any(character in _UNUSUAL or (ord(character) < 32 and character != "\n") for character in text):
        style = '"'
    elif "\n" in text:
        style = "|" if _fits_a_block(text) else '"'
    elif not _is_plain(text) or _QUOTED.search(text):
        style = '"'
    return nodes.represent_scalar(_STR, text, style=style)


_Nodes.add_representer(str, _represent_text)


def _fits_a_block(text: str) -> bool:
    return (
        text.strip() != ""
        and not text.startswith((" ", "\n"))
        and not text.endswith("\n\n")
        and not any(line != line.rstrip() for line in text.split("\n"))
    )


def _is_plain(text: str) -> bool:
    """Whether our loader, which knows more numbers than others, takes the bare text for a string."""
    try:
        return isinstance(plain(text), str)
    except ScalarError:
        return False


def _lay_out(node: yaml.Node, indent: int, open_levels: int) -> int:
    """Set the style of collections and return the length of the node on one line; a large number if it has none."""
    if isinstance(node, yaml.ScalarNode):
        if node.style == "|":
            return 10 * WIDTH
        return len(node.value) + (2 if node.style == '"' else 1)
    length = 2
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            length += len(key.value) + 4 + _lay_out(value, indent + 2, open_levels - 1)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            length += 2 + _lay_out(item, indent + 2, open_levels - 1)
    if isinstance(node, yaml.CollectionNode):
        node.flow_style = not node.value or (open_levels < 0 and length + indent <= _LINE)
        if node.flow_style:
            _quote(node)
    return length


def _quote(node: yaml.CollectionNode) -> None:
    """Put scalars into quotes that end at a comma or a bracket when they stand in brackets."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else [(item,) for item in node.value]
    for item in (item for pair in pairs for item in pair):
        if isinstance(item, yaml.ScalarNode) and item.tag == _STR and set(",[]{}:?") & set(item.value):
            item.style = '"'
