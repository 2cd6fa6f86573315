"""argparse, with one line that names the mistake and the remedy, under the usage of the command that was meant."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import NoReturn

from alpyna_hook.config import nearest


class Parser(argparse.ArgumentParser):
    """One command's.  An option that it does not have is told from the program's arguments, which may be anything."""

    def error(self, message: str) -> NoReturn:
        super().error(_with_remedy(message))

    def options(self) -> tuple[str, ...]:
        return tuple([word for action in self._actions for word in action.option_strings])

    def refuse_unknown(self, words: Sequence[str]) -> None:
        """Ends the process, with this command's usage, if any words were not understood."""
        if words:
            word = next((word for word in words if word.startswith("-")), None)
            if word is None:
                self.error(f"unknown argument {words[0]}")
            self.error(f"unknown option {word}; {nearest(word.partition('=')[0], self.options())}")


def _with_remedy(message: str) -> str:
    """`invalid choice: 'lst' (choose from ...)` with the nearest choice; what is required without `args`, which may be empty."""
    wrong = re.fullmatch(r"(.*invalid choice: '(.*)') \(choose from (.*)\)", message, re.DOTALL)
    if wrong:
        choices = tuple(re.findall(r"[-\w]+", wrong[3]))
        return f"{wrong[1]}; {nearest(wrong[2], choices)}"
    return message.replace("required: program, args", "required: program").replace("required: action, folder", "required: action")
