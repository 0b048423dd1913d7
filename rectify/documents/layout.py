"""How a document is laid out: its parts in their order, filled with values for the page and for the file alike.

A layout names values; `compose` fills them in, and `placeholders` fills in their names, which makes a template.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]
# What a row is called within a template's loop.
ROW = "行"
EMPTY = "无。"


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Args:
        name: the field of the rows, and the words of its head.
        width: in millimetres; those of a table make up 156, the width of the text.
        centred: short values and numbers; texts begin at the left.
    """

    name: str
    width: int
    centred: bool = True


@dataclass(frozen=True)
class Part:
    """A part of a document.

    Args:
        kind: title, subtitle, remark (one value, left out where it is empty), heading1, heading2, body, typed, table,
            signed, dated or note.
        text: what stands there, with the names of values in braces; of a typed part its label.
        name: the value of a typed part, or the list of a table.
        field: of a typed part, what it is called where it is typed.
        columns: of a table.
        empty: what stands there instead of a table without rows; where it is empty, nothing.
    """

    kind: str
    text: str = ""
    name: str = ""
    field: str = ""
    columns: tuple[Column, ...] = ()
    empty: str = ""


def compose(layout: Iterable[Part], values: Mapping[str, Any]) -> list[Block]:
    """The document as blocks, ready for JSON: `kind`, and `text`, `paragraphs` or `heads` and `rows`."""
    return [block for part in layout for block in _filled(part, values)]


def _filled(part: Part, values: Mapping[str, Any]) -> list[Block]:
    if part.kind == "table":
        rows = values[part.name]
        cells = [[row[column.name] for column in part.columns] for row in rows]
        if not rows:
            return [{"kind": "body", "text": part.empty}] if part.empty else []
        return [_table(part, cells)]
    if part.kind == "typed":
        lines = [line.strip() for line in values[part.name].splitlines() if line.strip()]
        return [{"kind": "typed", "field": part.field, "text": part.text, "paragraphs": lines or [EMPTY]}]
    text = part.text.format_map(values)
    return [{"kind": part.kind, "text": text}] if text.strip() else []


def _table(part: Part, rows: Sequence[Sequence[str]]) -> Block:
    return {
        "kind": "table",
        "heads": [column.name for column in part.columns],
        "widths": [column.width for column in part.columns],
        "centred": [column.centred for column in part.columns],
        "rows": rows,
    }


def placeholders(layout: Iterable[Part], names: Iterable[str]) -> list[Block]:
    """The same document as a template: names in double braces, tables with one row for each row of their list."""
    values = {name: f"{{{{ {name} }}}}" for name in names}
    return [block for part in layout for block in _as_template(part, values)]


def _as_template(part: Part, values: Mapping[str, str]) -> list[Block]:
    if part.kind == "table":
        width = len(part.columns)
        loop = [[f"{{%tr for {ROW} in {part.name} %}}"] + [""] * (width - 1)]
        loop += [[f"{{{{ {ROW}.{column.name} }}}}" for column in part.columns]]
        loop += [["{%tr endfor %}"] + [""] * (width - 1)]
        empty = ["{%p else %}", part.empty] if part.empty else []
        before, after = [f"{{%p if {part.name} %}}"], [*empty, "{%p endif %}"]
        return [*map(_body, before), _table(part, loop), *map(_body, after)]
    if part.kind == "typed":
        return [{"kind": "typed", "field": part.field, "text": part.text, "paragraphs": [values[part.name]]}]
    filled: Block = {"kind": part.kind, "text": part.text.format_map(values)}
    if part.kind == "remark":
        return [_body(f"{{%p if {part.text.strip('{}')} %}}"), filled, _body("{%p endif %}")]
    return [filled]


def _body(text: str) -> Block:
    return {"kind": "body", "text": text}
