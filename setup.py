"""The extension module and its switches; everything else is in pyproject.toml.

The core is compiled as a library of its own, so that it cannot see Python's headers; only csrc/python does.

Environment switches:
    PYRACING_SANITIZE=1   address and undefined-behaviour sanitizers (run Python with libasan preloaded)
    PYRACING_STRICT=1     every warning of the house, as an error
    PYRACING_COVERAGE=1   line counters for gcov
    PYRACING_DEBUG=1      no optimisation, debug symbols
"""

import os
import sys
from glob import glob
from typing import Any

import numpy
from setuptools import Extension, setup
from setuptools.command.sdist import sdist


def flags() -> tuple[list[str], list[str]]:
    """Arguments for the compiler and for the linker."""
    if sys.platform == "win32":
        return ["/std:c11", "/experimental:c11atomics", "/O2"], []
    here = os.path.dirname(os.path.abspath(__file__))
    compile_flags = ["-std=c11", "-O3", "-fvisibility=hidden", f"-ffile-prefix-map={here}=."]  # same bytes anywhere
    link_flags: list[str] = []
    if os.environ.get("PYRACING_DEBUG") == "1":
        compile_flags += ["-O0", "-g"]
    if os.environ.get("PYRACING_STRICT") == "1":
        compile_flags += ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes", "-Werror"]
    if os.environ.get("PYRACING_SANITIZE") == "1":
        compile_flags += ["-O1", "-g", "-fno-omit-frame-pointer", "-fsanitize=address,undefined",
                          "-fno-sanitize-recover=undefined"]
        link_flags += ["-fsanitize=address,undefined"]
    if os.environ.get("PYRACING_COVERAGE") == "1":
        compile_flags += ["-O0", "-g", "--coverage"]
        link_flags += ["--coverage"]
    return compile_flags, link_flags


class SourceDistribution(sdist):
    """Carries the tests and notebooks too, of which setuptools knows only test*.py by itself."""

    def make_distribution(self) -> None:
        for pattern in ("tests/**/*.py", "tests/**/*.[ch]", "notebooks/*", ".ci/*"):
            self.filelist.extend(path for path in sorted(glob(pattern, recursive=True)) if os.path.isfile(path))
        self.filelist.sort()
        self.filelist.remove_duplicates()
        super().make_distribution()


compile_flags, link_flags = flags()
headers = sorted(glob("csrc/**/*.h", recursive=True))
binding_sources = sorted(glob("csrc/python/*.c"))
core_sources = sorted(set(glob("csrc/**/*.c", recursive=True)) - set(binding_sources))
core: dict[str, Any] = {"sources": core_sources, "cflags": compile_flags, "obj_deps": {"": headers}}

setup(
    cmdclass={"sdist": SourceDistribution},
    libraries=[("pyracing", core)],
    ext_modules=[
        Extension(
            "pyracing._core",
            sources=binding_sources,
            depends=headers + core_sources,
            include_dirs=[numpy.get_include()],
            define_macros=[
                ("NPY_TARGET_VERSION", "NPY_2_0_API_VERSION"),
                ("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION"),
            ],
            extra_compile_args=compile_flags,
            extra_link_args=link_flags,
        )
    ],
)
