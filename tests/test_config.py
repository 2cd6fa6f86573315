"""The options: where they come from, which wins, and what is said about bad ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from alpyna_hook import config
from alpyna_hook.config import BadOption, Options


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
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
    assert config.cache_directory() == tmp_path
    monkeypatch.delenv("ALPYNA_CACHE_DIR")
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
        assert config.cache_directory() == tmp_path / "x" / "alpyna"
