"""A terminal that shows what is written to it: as much of one as a line of progress, and tqdm, need."""

from __future__ import annotations

import re

_PIECES = re.compile(r"\x1b(?:\[(\d*)([ABJK])|([78D]))|([\r\n])|([^\x1b\r\n])")


class Terminal:
    def __init__(self, rows: int = 5) -> None:
        self.screen = [""] * rows
        self.row = self.column = 0
        self.kept = 0, 0

    def write(self, text: str) -> None:
        place = 0
        while place < len(text):
            piece = _PIECES.match(text, place)
            assert piece is not None, text[place:place + 10]
            place = piece.end()
            number, sign, short, control, letter = piece.groups()
            if letter:
                line = self.screen[self.row].ljust(self.column)
                self.screen[self.row] = line[:self.column] + letter + line[self.column + 1:]
                self.column += 1
            elif control == "\r":
                self.column = 0
            elif control == "\n" or short == "D":
                self._down()
                self.column = 0 if control else self.column
            elif short == "7":
                self.kept = self.row, self.column
            elif short == "8":
                self.row, self.column = self.kept
            elif sign == "K":
                self.screen[self.row] = self.screen[self.row][:self.column]
            else:
                steps = int(number or 1) * (1 if sign == "B" else -1)
                self.row = min(max(self.row + steps, 0), len(self.screen) - 1)

    def _down(self) -> None:
        if self.row == len(self.screen) - 1:
            self.screen = [*self.screen[1:], ""]
        else:
            self.row += 1

    @property
    def lines(self) -> list[str]:
        """Down to the cursor, and what stands below it."""
        last = max([self.row, *[k for k, line in enumerate(self.screen) if line.strip()]])
        return [line.rstrip() for line in self.screen[: last + 1]]
