"""The office's own .docx templates: what may stand in one, whether it can be filled in, and filling it in.

A template names values; it computes nothing. Only names, conditions on names and loops over lists are let through, so
that nothing in it runs away or looks where it should not. What people type is put in as text and is never read as a
template.
"""

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from docx import Document
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from rectify.workflow.refusals import Invalid

from .official import printable
from .packages import Refused, check_package

# An office's letterhead with a seal or two; what is larger holds more than a template.
LARGEST = 5 * 1024 * 1024
# Begins a new paragraph within a value, as docxtpl has it.
NEW_PARAGRAPH = "\a"
# The nodes of a template that only places what there is.
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.For,
    nodes.If,
    nodes.Not,
    nodes.And,
    nodes.Or,
)


@dataclass(frozen=True)
class Known:
    """What a template may name.

    Args:
        names: values that are text.
        lists: list -> the fields of its rows.
    """

    names: Collection[str]
    lists: Mapping[str, Collection[str]]

    def in_words(self) -> str:
        listed = [f"{name}({', '.join(fields)})" for name, fields in self.lists.items()]
        return ", ".join([*self.names, *listed])


class OnlyPlacing(SandboxedEnvironment):
    """Lets a part of a template through when all that it does is place known values."""

    def __init__(self, known: Known) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.known = known
        self.globals.clear()

    def from_string(self, source: Any, *args: Any, **kwargs: Any) -> Any:
        """A part of the document: its body, a header or footer, a property. Raises Refused."""
        _require_placing(self.parse(source), self.known, {})
        return super().from_string(source, *args, **kwargs)


def _require_placing(node: nodes.Node, known: Known, rows: Mapping[str, str], *, placed: bool = False) -> None:
    """Raises Refused for anything but known names.

    Args:
        rows: variable of a loop -> the list whose rows it stands for.
        placed: it is put into the text, where a list means nothing.
    """
    if not isinstance(node, ALLOWED) or (isinstance(node, nodes.For) and (rows or node.test or node.recursive)):
        words = _("A template places values, makes conditions on them and goes through lists; nothing else: %(part)s.")
        raise Refused(words % {"part": type(node).__name__})
    if isinstance(node, nodes.For):
        if not isinstance(node.iter, nodes.Name) or node.iter.name not in known.lists:
            raise _unknown(_written(node.iter), known)
        if not isinstance(node.target, nodes.Name) or node.target.name in {*known.names, *known.lists}:
            raise _unknown(_written(node.target), known)
        for child in (*node.body, *node.else_):
            _require_placing(child, known, {node.target.name: node.iter.name})
        return
    if isinstance(node, nodes.Getattr):
        fields = known.lists.get(rows.get(getattr(node.node, "name", ""), ""), ())
        if node.attr not in fields:
            raise _unknown(_written(node), known)
        return
    if isinstance(node, nodes.Name) and node.name not in known.names and (placed or node.name not in known.lists):
        raise _unknown(node.name, known)
    for child in node.iter_child_nodes():
        _require_placing(child, known, rows, placed=isinstance(node, nodes.Output))


def _written(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_written(node.node)}.{node.attr}"
    return getattr(node, "name", type(node).__name__)


def _unknown(name: str, known: Known) -> Refused:
    words = _("The template names “%(name)s”, which is not known. Known are: %(known)s.")
    return Refused(words % {"name": name, "known": known.in_words()})


def filled(template: BinaryIO, known: Known, values: Mapping[str, Any]) -> bytes:
    """The template with the values put in. Raises Refused where it names or does what it may not."""
    made = DocxTemplate(template)
    try:
        made.render(as_text(values), OnlyPlacing(known))
        target = io.BytesIO()
        made.save(target)
    except Refused:
        raise
    except TemplateSyntaxError as error:
        words = _("A placeholder of the template is broken (%(message)s). Write {{ name }}, and close what is opened.")
        raise Refused(words % {"message": error.message}) from error
    except TemplateError as error:
        raise Refused(_("The template cannot be filled in: %(message)s.") % {"message": error.message}) from error
    except Exception as error:
        # What the libraries raise over a file that a person made up in some program is not foreseeable.
        words = _("The template cannot be filled in; save it anew in your word processor and upload it again.")
        raise Refused(words) from error
    return target.getvalue()


def as_text(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as a template takes them: text that a document can hold, with its paragraphs marked."""
    return {name: _cells(value) if isinstance(value, list) else _paragraphs(value) for name, value in values.items()}


def _cells(rows: list[Mapping[str, str]]) -> list[dict[str, str]]:
    return [{name: " ".join(printable(text).split()) for name, text in row.items()} for row in rows]


def _paragraphs(text: str) -> str:
    lines = [" ".join(line.split()) for line in printable(text).splitlines()]
    return NEW_PARAGRAPH.join(line for line in lines if line)


def check_template(file: BinaryIO, known: Known, sample: Mapping[str, Any]) -> None:
    """Raises Invalid at the field unless the template can be filled in with what there is.

    Args:
        file: a whole .docx file, as `stored_files.receive` lets pass.
        sample: values of every known name, with a row in each list.
    """
    try:
        check_package(file)
        file.seek(0)
        Document(io.BytesIO(filled(file, known, sample)))
    except Refused as refusal:
        raise Invalid(errors={"file": [str(refusal)]}) from refusal
    finally:
        file.seek(0)
