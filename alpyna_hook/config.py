"""The options, and the only reader of the environment and of the user's configuration files.

From the weakest to the strongest: the defaults; `[alpyna]` in the project's setup.cfg or
`[tool.alpyna]` in its pyproject.toml; the pragma of a module; `ALPYNA_*` in the environment;
what the program passes to `install()` or the command line.
"""

from __future__ import annotations

import os
import sys

from alpyna_hook.named import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

HOST_DEVICES = ("auto", "cpu", "interpreter")
DEVICES = (*HOST_DEVICES, "cuda", "opencl")  # and those that other packages register
DEVICE_GROUP = "alpyna.devices"
MODES = ("strict", "relaxed")
ENGINES = ("llvm", "numba")
FILES = ("setup.cfg", "pyproject.toml")
MOST_THREADS = 256


class BadOption(ValueError):
    """A value or a key that is not known; the text names the nearest that is."""


class _Options(NamedTuple):
    device: str = "auto"
    fp: str = "strict"
    strict: bool = False
    log: str = ""
    modules: tuple[str, ...] = ()
    disable: bool = False
    jit: str = "llvm"
    threads: int = 1
    progress: bool | None = None


class Options(_Options):
    """What a user can choose; raises BadOption, a ValueError, for a value that is not known.

    device:  "auto" compiles a loop when that pays, "cpu" whenever it can be, "interpreter" never.  "cuda", "opencl", or another
             device that is found: as "cpu", and what the device can run exactly runs there.
    fp:      "strict" changes no bit.  "relaxed" is accepted and, in this version, does the same.
    strict:  internal errors are raised instead of leaving the loop to the interpreter.
    log:     "" for no log, "1" for standard error, else the name of a file to append to.
    modules: patterns ("pkg.*") of modules that count as marked.
    disable: install nothing.
    jit:     who compiles the kernels: "llvm", or "numba", which takes two to four times as long and has to be imported; what the
             first does not take is left to the second.
    threads: so many at most run a nest; 0, or "auto", for as many as there are processors for this process.  With device "cpu",
             a number is taken whenever the iterations may run in any order, even where fewer would be faster.
    progress: a line on standard error while a nest runs for more than two seconds; None, or "auto", for one on a terminal alone.
    """

    __slots__ = ()

    def __new__(
        cls, device: str = "auto", fp: str = "strict", strict: bool = False, log: str | bool = "",
        modules: str | Iterable[str] = (), disable: bool = False, jit: str = "llvm", threads: int | str = 1,
        progress: bool | str | None = None,
    ) -> Options:
        given = {"device": device, "fp": fp, "strict": strict, "log": log, "modules": modules, "disable": disable, "jit": jit,
                 "threads": threads, "progress": progress}
        return super().__new__(cls, **{key: parse(key, value) for key, value in given.items()})

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Options:
        """The options of one configuration file, over the defaults.

        Raises OSError if it cannot be read; a bad value is one warning line and the default.
        """
        return cls().updated(_checked(_read_file(os.fspath(path)), os.fspath(path)))

    def updated(self, values: Mapping[str, Any]) -> Options:
        """With values that `parse` gave."""
        return self._replace(**values)

    @property
    def compiles_all(self) -> bool:
        """Every loop that can be, whatever it costs?"""
        return self.device not in ("auto", "interpreter")

    @property
    def elsewhere(self) -> bool:
        """On a device that is not the host, where it can be?"""
        return self.device not in HOST_DEVICES


def nearest(word: str, words: tuple[str, ...]) -> str:
    """A hint: `; did you mean "x"?`, or the list of the valid words."""
    from difflib import get_close_matches

    close = get_close_matches(word, words, n=1)
    return f"did you mean {close[0]!r}?" if close else f"valid: {', '.join(words)}"


def parse(key: str, value: object) -> Any:
    """The value of an option given as text, list or bool.  Raises BadOption."""
    if key not in _PARSERS:
        raise BadOption(f"unknown option {key!r}; {nearest(key, tuple(_PARSERS))}")
    return _PARSERS[key](key, value)


def _choice(*words: str) -> Callable[[str, object], str]:
    def check(key: str, value: object) -> str:
        text = str(value).strip().lower()
        if text not in words:
            raise BadOption(f"{key} cannot be {str(value)!r}; {nearest(text, words)}")
        return text

    return check


def _device(key: str, value: object) -> str:
    text = str(value).strip().lower()
    return text if text in DEVICES or text in (others := entry_points(DEVICE_GROUP)) else _choice(*DEVICES, *others)(key, value)


def entry_points(group: str) -> dict[str, str]:
    """What installed packages register, by name.  Reads the metadata of all of them."""
    try:
        from importlib_metadata import entry_points as found
    except ImportError:
        from importlib.metadata import entry_points as found  # type: ignore[assignment]
    return {point.name: point.value for point in found(group=group)}


def _flag(key: str, value: object) -> bool:
    text = str(value).strip().lower()
    if text in ("1", "true", "yes", "on"):
        return True
    if text in ("", "0", "false", "no", "off"):
        return False
    raise BadOption(f"{key} cannot be {str(value)!r}; valid: 1, 0")


def _log(_key: str, value: object) -> str:
    text = str(value).strip()
    return {"0": "", "false": "", "off": "", "true": "1", "on": "1", "stderr": "1"}.get(text.lower(), text)


def _patterns(key: str, value: object) -> tuple[str, ...]:
    items: Any = value.replace(",", " ").split() if isinstance(value, str) else value
    if not hasattr(items, "__iter__"):
        raise BadOption(f"{key} cannot be {value!r}; write names such as 'pkg.*'")
    patterns: tuple[str, ...] = tuple(items)
    for item in patterns:
        if not isinstance(item, str) or not item.replace("*", "x").replace(".", "x").isidentifier():
            raise BadOption(f"{key} cannot hold {item!r}; write names such as 'pkg.*', separated by commas")
    return patterns


def _threads(key: str, value: object) -> int:
    text = str(value).strip().lower()
    if text == "auto":
        return 0
    if not text.isdecimal() or int(text) > MOST_THREADS:
        raise BadOption(f"{key} cannot be {str(value)!r}; valid: auto, or a number up to {MOST_THREADS}")
    return int(text)


def _progress(key: str, value: object) -> bool | None:
    if value is None or str(value).strip().lower() == "auto":
        return None
    try:
        return _flag(key, value)
    except BadOption:
        raise BadOption(f"{key} cannot be {str(value)!r}; valid: auto, 1, 0") from None


_PARSERS: dict[str, Callable[[str, object], Any]] = {
    "device": _device,
    "fp": _choice(*MODES),
    "strict": _flag,
    "log": _log,
    "modules": _patterns,
    "disable": _flag,
    "jit": _choice(*ENGINES),
    "threads": _threads,
    "progress": _progress,
}
PRAGMA_KEYS = ("device", "fp", "threads")  # those that make sense for one module


def _checked(values: Mapping[str, object], place: str) -> dict[str, Any]:
    good: dict[str, Any] = {}
    for key, value in values.items():
        try:
            good[key] = parse(key, value)
        except BadOption as error:
            complain(f"{place}: {error}; the option is ignored")
    return good


_said: set[str] = set()


def complain(text: str) -> None:
    """One line on standard error (which may be absent, as under pythonw), once in a process."""
    if sys.stderr is not None and text not in _said:
        _said.add(text)
        print(f"alpyna: {text}", file=sys.stderr)


# ------------------------------------------------------------------- sources


_PREFIX = "ALPYNA_"
_VARIABLES = {f"{_PREFIX}{key.upper()}": key for key in Options._fields}
_LIMITS = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS")
_PLACES = ("ALPYNA_CACHE_DIR", "ALPYNA_PROFILE")


def environment() -> dict[str, Any]:
    """The options that `ALPYNA_*` sets; an empty value counts as none."""
    good: dict[str, Any] = {}
    for name in [name for name in os.environ if name.startswith(_PREFIX)]:
        value, key = os.environ[name].strip(), _VARIABLES.get(name)
        if key is None and name not in _PLACES:
            complain(f"environment variable {name} is not known; {nearest(name, (*_VARIABLES, *_PLACES))}")
        elif key is not None and value:
            try:
                good[key] = parse(key, value)
            except BadOption as error:
                complain(f"environment variable {name}: {error}; it is ignored")
    return good


def thread_limits() -> list[int]:
    """What the environment asks of all programs that use several threads."""
    values = [os.environ.get(name, "").strip() for name in _LIMITS]
    return [int(value) for value in values if value.isdecimal() and int(value)]


def numpy_settings() -> list[tuple[str, str]]:
    """What the environment tells NumPy, as which instructions of the processor it may use."""
    return sorted([item for item in os.environ.items() if item[0].startswith("NPY_")])


def is_plain_terminal() -> bool:
    """Does a terminal, if there is one, understand no escape sequences, for all that one knows?"""
    return sys.platform == "win32" or os.environ.get("TERM", "") in ("", "dumb")


def project_file(start: str) -> str | None:
    """The nearest configuration file with a section of ours, from the folder `start` upwards."""
    folder = os.path.abspath(start)
    while True:
        for name in FILES:
            path = os.path.join(folder, name)
            try:
                with open(path, "rb") as file:
                    ours = _may_be_ours(file.read())
            except OSError:
                continue
            if ours and _read_file(path):
                return path
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _may_be_ours(text: bytes) -> bool:
    """Is there a line that opens a section of ours, well written or not?"""
    if b"alpyna" not in text.lower():
        return False
    import re

    return re.search(rb"(?im)^[ \t]*\[[\[ \t]*(tool[ \t]*\.[ \t]*)?alpyna[ \t]*(\]|$)", text) is not None


def project(start: str) -> dict[str, Any]:
    """The options of the project that `start` belongs to; none if it has no section of ours."""
    path = project_file(start)
    return _checked(_read_file(path), path) if path else {}


def _read_text(path: str) -> str:
    with open(path, encoding="utf-8") as file:
        return file.read()


def _read_file(path: str) -> Mapping[str, object]:
    if path.endswith(".toml"):
        return _read_toml(path)
    import configparser

    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(_read_text(path), path)
    except (configparser.Error, UnicodeDecodeError) as error:
        complain(f"{path}: {str(error).splitlines()[0]}; the file is ignored")
        return {}
    return _section({name: parser[name] for name in parser.sections()}, path, "[alpyna]")


def _section(sections: Mapping[str, Any], path: str, header: str) -> Mapping[str, object]:
    """Ours; one that is written with capitals is pointed at."""
    for name, section in sections.items():
        if name == "alpyna" and hasattr(section, "keys"):
            return dict(section)
        if name.lower() == "alpyna":
            complain(f"{path}: a section is named {name!r}; write {header} with its options below; it is ignored")
    return {}


def _read_toml(path: str) -> Mapping[str, object]:
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        try:
            import tomli as tomllib
        except ImportError:
            complain(f"{path}: install tomli to have it read by Python 3.10; the file is ignored")
            return {}
    try:
        sections = tomllib.loads(_read_text(path)).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        complain(f"{path}: {error}; the file is ignored")
        return {}
    return _section(sections, path, "[tool.alpyna]") if isinstance(sections, dict) else {}


class Settings(NamedTuple):
    """The layers of one installation; a module's pragma lies between the two."""

    below: Mapping[str, Any]
    above: Mapping[str, Any]
    base: Options = Options()

    def options(self, pragma: Mapping[str, Any] | None = None) -> Options:
        return self.base.updated({**self.below, **(pragma or {}), **self.above})


def settings(start: str | os.PathLike[str] | None = None, **given: Any) -> Settings:
    """The settings for a program of the project at `start` (the current folder if none is given)."""
    chosen = {key: parse(key, value) for key, value in given.items() if value is not None}
    return Settings(project(os.fspath(start or os.getcwd())), {**environment(), **chosen})


# ---------------------------------------------------------------- directories


def cache_folder() -> str:
    """Where caches of this user go: `ALPYNA_CACHE_DIR`, else the platform's place."""
    return os.environ.get("ALPYNA_CACHE_DIR") or _folder("Library/Caches", ("XDG_CACHE_HOME", ".cache"), "Cache")


PROFILE = ".alpyna_profile.json"


def own_profile() -> str:
    """Where `alpyna profile` writes what it has measured: `ALPYNA_PROFILE`, else the user's configuration directory."""
    chosen = os.environ.get("ALPYNA_PROFILE", "").strip()
    return chosen or os.path.join(_folder("Library/Application Support", ("XDG_CONFIG_HOME", ".config"), ""), PROFILE)


def profile_file() -> str:
    """The profile that counts: that of `ALPYNA_PROFILE`, else the project's, from the current folder upwards, else the user's."""
    if not os.environ.get("ALPYNA_PROFILE", "").strip():
        folder, inner = _current_folder(), ""
        while folder != inner:
            path = os.path.join(folder, PROFILE)
            if _is_of_this_user(path):
                return path
            folder, inner = os.path.dirname(folder), folder
    return own_profile()


def _current_folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it has been removed
        return ""


def _is_of_this_user(path: str) -> bool:
    """A file that somebody else has put into a folder above says nothing about this machine."""
    try:
        owner = os.stat(path).st_uid
    except OSError:
        return False
    return not hasattr(os, "geteuid") or owner in (0, os.geteuid())


def _folder(mac: str, unix: tuple[str, str], windows: str) -> str:
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
        return os.path.join(base, "alpyna", windows)
    if sys.platform == "darwin":
        return os.path.join(home, mac, "alpyna")
    return os.path.join(os.environ.get(unix[0]) or os.path.join(home, unix[1]), "alpyna")
