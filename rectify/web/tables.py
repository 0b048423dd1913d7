"""A list as a file: CSV and XLSX of exactly the rows that were asked for, streamed so that memory stays flat."""

import csv
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

import xlsxwriter
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.utils import translation
from rest_framework.renderers import BaseRenderer, JSONRenderer

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A cell that begins like this is run as a formula by spreadsheet programs.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LINES_AT_ONCE = 200


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Args:
        label: its heading.
        value: gives the cell from a row: text, a number, a date or None.
        width: in characters, for the spreadsheet.
    """

    label: Any
    value: Callable[[Any], Any]
    width: int = 12


class _Formats(BaseRenderer):
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> Any:
        """A problem answered to a request for a file; the file itself is no data to render."""
        return JSONRenderer().render(data)


class CSVRenderer(_Formats):
    media_type = "text/csv"
    format = "csv"


class XLSXRenderer(_Formats):
    media_type = XLSX_TYPE
    format = "xlsx"


def safe_text(text: str) -> str:
    """The text with a leading apostrophe where a spreadsheet program would run it as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


class _Echo:
    """A file that hands back what is written to it, for csv.writer to stream."""

    def write(self, text: str) -> str:
        return text


def _csv_cell(value: Any) -> Any:
    if value is None:
        return ""
    return safe_text(value) if isinstance(value, str) else value


def csv_lines(columns: Sequence[Column], rows: Iterable[Any]) -> Iterator[str]:
    """The lines of a CSV file; begins with a byte-order mark, or Excel reads Chinese as gibberish."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow([str(column.label) for column in columns])
    for row in rows:
        yield writer.writerow([_csv_cell(column.value(row)) for column in columns])


def _in_pieces(lines: Iterable[str]) -> Iterator[str]:
    """The same text in fewer parts: sending each line by itself takes longer than making it."""
    every = iter(lines)
    while piece := "".join(islice(every, LINES_AT_ONCE)):
        yield piece


def _in_language(lines: Iterator[str], language: str) -> Iterator[str]:
    """Makes each part in the language of the request, which has ended when a streamed answer is read."""
    while True:
        with translation.override(language):
            line = next(lines, None)
        if line is None:
            return
        yield line


def write_xlsx(target: io.IOBase, title: str, note: str, columns: Sequence[Column], rows: Iterable[Any]) -> None:
    """Writes one sheet, A3 landscape and one page wide, its header repeated on every page.

    Args:
        note: printed in the header of each page: the day whose state it shows.
    """
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(title[:31])
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "vcenter"})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top", "align": "left"})
    number = book.add_format({"valign": "top"})
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(0, index, str(column.label), head)
    for line, row in enumerate(rows, start=1):
        for index, column in enumerate(columns):
            value = column.value(row)
            if isinstance(value, date):
                sheet.write_datetime(line, index, value, day)
            elif isinstance(value, int | float):
                sheet.write_number(line, index, value, number)
            elif value is not None and value != "":
                sheet.write_string(line, index, str(value), text)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.set_header(f"&L{title.replace('&', '&&')}&R{note.replace('&', '&&')}")
    sheet.set_footer("&C&P / &N")
    book.close()


def table_response(
    kind: str, name: str, title: str, note: str, columns: Sequence[Column], rows: Iterable[Any]
) -> HttpResponseBase:
    """A download of the rows.

    Args:
        kind: csv or xlsx.
        name: the file's name without its ending.
    """
    if kind == "csv":
        lines = _in_language(_in_pieces(csv_lines(columns, rows)), translation.get_language() or "")
        response: Any = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    write_xlsx(file, title, note, columns, rows)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX_TYPE)
