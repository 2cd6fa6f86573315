"""The packages, one of which has another name than its folder; all metadata is in setup.cfg."""

from setuptools import find_packages, setup

setup(
    packages=[*find_packages(include=["alpyna", "alpyna.*", "alpyna_hook", "alpyna_hook.*"]), "alpyna_profiler"],
    package_dir={"alpyna_profiler": "profiler"},
)
