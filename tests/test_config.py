"""The options: where they come from, which wins, and what is said about bad ones."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

import alpyna_hook
from alpyna_hook import config, log
from alpyna_hook.config import BadOption, Options
from alpyna_hook.hook.finder import AlpynaFinder


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "_said", set())
    for name in Options._fields:
        monkeypatch.delenv(f"ALPYNA_{name.upper()}", raising=False)


def test_the_stronger_layer_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "setup.cfg").write_text("[alpyna]\ndevice = cpu\nfp = relaxed\nlog = a.log\n")
    pragma = {"device": "auto", "fp": "relaxed"}
    assert config.settings(tmp_path).options() == Options(device="cpu", fp="relaxed", log="a.log")
    assert config.settings(tmp_path).options(pragma).device == "auto"
    monkeypatch.setenv("ALPYNA_DEVICE", "interpreter")
    assert config.settings(tmp_path).options(pragma).device == "interpreter"
    assert config.settings(tmp_path, device="cpu").options(pragma).device == "cpu"


@pytest.mark.parametrize(("name", "text"), [
    ("setup.cfg", "[metadata]\nname = x\n[alpyna]\nmodules =\n    a.*\n    b\nstrict = on\n"),
    ("pyproject.toml", '[project]\nname = "x"\n[tool.alpyna]\nmodules = ["a.*", "b"]\nstrict = true\n'),
])
def test_files(tmp_path: Path, name: str, text: str) -> None:
    if name.endswith("toml") and sys.version_info < (3, 11):
        pytest.importorskip("tomli")
    (tmp_path / name).write_text(text)
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    expected = Options(modules=("a.*", "b"), strict=True)
    assert config.settings(inner).options() == expected
    assert Options.read(tmp_path / name) == expected


def test_files_without_a_section_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.alpyna]\nfp = "relaxed"\n')
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "setup.cfg").write_text("[metadata]\n")
    if sys.version_info < (3, 11):
        pytest.importorskip("tomli")
    assert config.settings(inner).options().fp == "relaxed"


@pytest.mark.parametrize(("text", "message"), [
    ("[alpyna]\ndevice = gpu\n", "setup.cfg: device cannot be 'gpu'; "),
    ("[alpyna]\ndevise = cpu\n", "setup.cfg: unknown option 'devise'; did you mean 'device'?"),
    ("[alpyna]\nstrict = perhaps\n", "setup.cfg: strict cannot be 'perhaps'; valid: 1, 0"),
    ("[alpyna]\nmodules = a/b\n", "setup.cfg: modules cannot hold 'a/b'; write names such as 'pkg.*'"),
    ("[alpyna]\nfp\n", "setup.cfg: "),
    ("[alpyna\ndevice = cpu\n", "setup.cfg: File contains no section headers"),
    ("[metadata]\nname = x\n[alpyna\ndevice = cpu\n", "setup.cfg: "),
    ("[ALPyNA]\ndevice = cpu\n", "setup.cfg: a section is named 'ALPyNA'; write [alpyna] "),
])
def test_bad_values_are_one_line_and_the_default(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (tmp_path / "setup.cfg").write_text(text)
    assert config.settings(tmp_path).options() == Options()
    lines = [line for line in capsys.readouterr().err.splitlines() if "setup.cfg" in line]
    assert message in lines[0]
    assert "ignored" in lines[0]


def test_a_bad_toml_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if sys.version_info < (3, 11):
        pytest.importorskip("tomli")
    (tmp_path / "pyproject.toml").write_text("[tool.alpyna]\nfp = \n")
    assert config.settings(tmp_path).options() == Options()
    assert "pyproject.toml: " in capsys.readouterr().err


@pytest.mark.parametrize("text", ["[tool.alpyna\ndevice = 'cpu'\n", "[tool.ALPyNA]\ndevice = 'cpu'\n"])
def test_a_bad_header_of_a_toml_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    if sys.version_info < (3, 11):
        pytest.importorskip("tomli")
    (tmp_path / "pyproject.toml").write_text(text)
    assert config.settings(tmp_path).options() == Options()
    (line,) = capsys.readouterr().err.splitlines()
    assert "pyproject.toml: " in line and line.endswith("ignored")


def test_words_about_us_elsewhere_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "setup.cfg").write_text("not a setup.cfg = [\nname = alpyna\n[alpyna_hook]\nx\n")
    assert config.settings(tmp_path).options() == Options()
    assert capsys.readouterr().err == ""


def test_an_unknown_variable_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("ALPYNA_DEVCE", "cpu")
    monkeypatch.setenv("ALPYNA_CACHE_DIR", str(tmp_path))
    for _ in range(2):
        assert config.settings(tmp_path).options() == Options()
    line = "alpyna: environment variable ALPYNA_DEVCE is not known; did you mean 'ALPYNA_DEVICE'?\n"
    assert capsys.readouterr().err == line


@pytest.mark.parametrize("key", Options._fields)
def test_an_empty_variable_counts_as_unset(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, key: str
) -> None:
    (tmp_path / "setup.cfg").write_text("[alpyna]\ndevice = cpu\nfp = relaxed\nstrict = 1\nlog = 1\nmodules = a\ndisable = 1\n")
    expected = config.settings(tmp_path).options()
    monkeypatch.setenv(f"ALPYNA_{key.upper()}", " ")
    assert config.settings(tmp_path).options() == expected != Options()
    assert capsys.readouterr().err == ""


def test_options_are_checked() -> None:
    assert Options(modules="pkg.*, other") == Options(modules=["pkg.*", "other"]) == Options(modules=("pkg.*", "other"))
    for given in ({"device": "gpu"}, {"fp": "loose"}, {"strict": "perhaps"}, {"modules": ["a/b"]}, {"modules": 3}):
        with pytest.raises(ValueError, match=next(iter(given))):
            Options(**given)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        Options(devise="cpu")  # type: ignore[call-arg]
    assert pickle.loads(pickle.dumps(Options(device="cpu"))) == Options(device="cpu")


def test_values_of_progress() -> None:
    values = {"auto": None, " AUTO ": None, None: None, "1": True, "off": False, True: True, False: False}
    assert [Options(progress=value).progress for value in values] == [*values.values()]
    with pytest.raises(ValueError, match="progress cannot be 'often'; valid: auto, 1, 0"):
        Options(progress="often")


def test_patterns_may_be_one_text() -> None:
    with alpyna_hook.install("no_such_package.*"):
        (finder,) = (each for each in sys.meta_path if isinstance(each, AlpynaFinder))
        assert finder.modules == ("no_such_package.*",)
        assert not finder.counts_as_marked("json")
    with pytest.raises(ValueError, match=r"modules cannot hold 'a/b'"):
        alpyna_hook.install("a/b")


def test_a_log_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        for _ in range(2):
            log.configure(str(tmp_path / "missing" / "x"))
            log.log("an event")
    finally:
        log.configure("")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("alpyna: the log ") and line.endswith("x cannot be written: No such file or directory; there is none")


def test_static_analyse_follows_the_hook_that_is_installed() -> None:
    source = "def f(n):\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n"
    for device in ("cpu", "interpreter"):
        with alpyna_hook.install(device=device):
            module = alpyna_hook.static_analyse(source)
            assert module.f(10) == 45
        (row,) = alpyna_hook.report(module.__file__)
        assert row["accelerated_runs"] == (1 if device == "cpu" else 0)


def test_a_bad_variable(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    monkeypatch.setenv("ALPYNA_DEVICE", "cuda:0")
    assert config.settings(tmp_path).options().device == "auto"
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("alpyna: environment variable ALPYNA_DEVICE: device cannot be 'cuda:0'; ")


def test_a_bad_argument_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadOption, match="device cannot be 'x'"):
        config.settings(tmp_path, device="x")
    with pytest.raises(FileNotFoundError):
        Options.read(tmp_path / "absent.cfg")


def test_the_cache_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ALPYNA_CACHE_DIR", str(tmp_path))
    assert config.cache_folder() == str(tmp_path)
    monkeypatch.delenv("ALPYNA_CACHE_DIR")
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
        assert config.cache_folder() == str(tmp_path / "x" / "alpyna")
