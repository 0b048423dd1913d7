"""Old office documents are small file systems (MS-CFB): that one is whole, and what lies in it beside its streams."""

import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass

from .file_types import OLE

HEADER_LENGTH, ENTRY_LENGTH, SMALLEST_SECTOR = 512, 128, 512
# Version of the format -> how many bits count the bytes of a sector.
SECTOR_BITS = {3: 9, 4: 12}
BYTE_ORDER, SHORT_SECTOR_BITS, SHORT_STREAMS_BELOW = 0xFFFE, 6, 4096
# So many sectors of the table are named in the header, the others in a chain of their own.
NAMED_IN_HEADER, NAMES_AT = 109, 76
LAST_NUMBER, NOTHING_FOLLOWS = 0xFFFFFFFA, 0xFFFFFFFE
STREAM, ROOT = 2, 5


class NotWhole(Exception):
    """The file is no compound file, or was cut off."""


@dataclass(frozen=True)
class Header:
    """Where in a compound file its parts begin."""

    sector: int
    tables: int
    directory: int
    short_table: int
    more_tables: int


@dataclass(frozen=True)
class Compound:
    """A compound file that is whole.

    Args:
        streams: the names of what it holds.
        beside: what belongs to none of them, nor to the tables that say where they lie.
    """

    streams: frozenset[str]
    beside: bytes


def read_compound(content: bytes) -> Compound:
    """Reads how a compound file is laid out. Raises NotWhole."""
    try:
        return _Reader(content).read()
    except (struct.error, IndexError, ValueError) as error:
        raise NotWhole from error


class _Reader:
    """Follows the chains of sectors and notes which were met."""

    def __init__(self, content: bytes) -> None:
        self.content, self.header = content, _header_of(content)
        self.sectors = -(-len(content) // self.header.sector) - 1
        self.met = bytearray(self.sectors)
        self.table = self._table()

    def read(self) -> Compound:
        names = set()
        self._chain(self.header.short_table)
        for place, entry in enumerate(self._entries()):
            length, kind, first, size = struct.unpack_from("<HB49xIQ", entry, 64)
            if self.header.sector == SMALLEST_SECTOR:
                size &= 0xFFFFFFFF  # the upper half may hold anything in the older version
            if (kind == ROOT) != (place == 0):
                raise NotWhole
            if kind == STREAM:
                names.add(entry[: min(max(length - 2, 0), 64)].decode("utf-16-le", "replace"))
            if size and (kind == ROOT or (kind == STREAM and size >= SHORT_STREAMS_BELOW)):
                self._require(len(self._chain(first)) * self.header.sector >= size)
        return Compound(frozenset(names), self._beside())

    def _table(self) -> "array[int]":
        """Sector -> the one that follows it in its chain."""
        named = min(self.header.tables, NAMED_IN_HEADER)
        numbers = list(struct.unpack_from(f"<{named}I", self.content, NAMES_AT))
        following, in_sector = self.header.more_tables, self.header.sector // 4
        while len(numbers) < self.header.tables:
            *more, following = struct.unpack(f"<{in_sector}I", self._sector(following))
            numbers += more[: self.header.tables - len(numbers)]
        table = array("I")
        for number in numbers:
            table.extend(struct.unpack(f"<{in_sector}I", self._sector(number)))
        self._require(len(table) >= self.sectors)
        return table

    def _entries(self) -> Iterator[bytes]:
        found = self._chain(self.header.directory)
        self._require(bool(found))
        for number in found:
            sector = self._sector(number)
            yield from (sector[place : place + ENTRY_LENGTH] for place in range(0, len(sector), ENTRY_LENGTH))

    def _chain(self, number: int) -> list[int]:
        """The sectors of a stream from its first on. Raises NotWhole where one lies beyond the end, or in a circle."""
        found: list[int] = []
        while number < LAST_NUMBER:
            self._require(number < self.sectors and len(found) < self.sectors)
            found.append(number)
            self.met[number] = True
            number = self.table[number]
        self._require(number == NOTHING_FOLLOWS or not found)
        return found

    def _sector(self, number: int) -> bytes:
        self._require(number < self.sectors)
        self.met[number] = True
        place = (number + 1) * self.header.sector
        return self.content[place : place + self.header.sector]

    def _beside(self) -> bytes:
        return b"".join(self._sector(number) for number, met in enumerate(bytes(self.met)) if not met)

    @staticmethod
    def _require(whole: bool) -> None:
        if not whole:
            raise NotWhole


def _header_of(content: bytes) -> Header:
    """The header. Raises NotWhole where it contradicts itself or the length of the file."""
    version, order, bits, short_bits = struct.unpack_from("<HHHH", content, 26)
    tables, directory = struct.unpack_from("<II", content, 44)
    short_streams_below, short_table, _short_tables, more_tables = struct.unpack_from("<IIII", content, 56)
    fits = (
        content.startswith(OLE)
        and order == BYTE_ORDER
        and SECTOR_BITS.get(version) == bits
        and short_bits == SHORT_SECTOR_BITS
        and short_streams_below == SHORT_STREAMS_BELOW
        and len(content) % SMALLEST_SECTOR == 0
        and 0 < tables <= len(content) >> bits
    )
    if not fits:
        raise NotWhole
    return Header(1 << bits, tables, directory, short_table, more_tables)
