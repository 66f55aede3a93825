"""The compile cache: it never goes stale, never breaks an import, and a bad file is a miss.

Each test runs fresh processes on a miniature copy of the package: the real `jit.py`, one kernel
in a file and the helper that it calls in another one.
"""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba.core import config

import kmeans_core.engine.inlined as inlined
import kmeans_core.engine.jit as jit

HELPER = "from kmeans_core.engine.jit import device\n\n@device\ndef step(x):\n    return x + {}\n"
KERNEL = """
from kmeans_core.engine.jit import kernel
from kmeans_core.helper import step

@kernel
def total(values):
    result = 0.0
    for i in range(values.shape[0]):
        result += step(values[i])
    return result

def make(constant):
    @kernel
    def add(x):
        return x + constant
    return add
"""
RUN = """
import numpy as np
from kmeans_core.kernels import total
result = total(np.arange(4.0))
hits = sum(total.stats.cache_hits.values()) if hasattr(total, "stats") else "uncompiled"
print(result, hits)
"""


class Package:
    """The miniature package, and how to run a script with it."""

    def __init__(self, root: Path) -> None:
        self.root = root / "site"
        self.cache = root / "cache"
        self.home = root / "home"
        (self.root / "kmeans_core" / "engine").mkdir(parents=True)
        self.home.mkdir()
        self.write("__init__.py", "")
        self.write("engine/__init__.py", "")
        self.write("kernels.py", KERNEL)
        self.write("helper.py", HELPER.format(1.0))
        for module in (jit, inlined):
            shutil.copy(module.__file__, self.root / "kmeans_core" / "engine")

    def write(self, name: str, text: str) -> None:
        (self.root / "kmeans_core" / name).write_text(text)

    def environment(self, **variables: str) -> dict[str, str]:
        return {
            **os.environ,
            "PYTHONPATH": str(self.root),
            "PYTHONDONTWRITEBYTECODE": "1",
            "HOME": str(self.home),
            "XDG_CACHE_HOME": "",
            "NUMBA_DISABLE_JIT": "0",
            jit.CACHE_VARIABLE: str(self.cache),
            **variables,
        }

    def start(self, script: str = RUN, **variables: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-c", script],
            env=self.environment(**variables),
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, script: str = RUN, **variables: str) -> str:
        process = self.start(script, **variables)
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        assert err == ""
        return out.strip()

    def files(self) -> list[Path]:
        return sorted(self.cache.rglob("*.bin"))


@pytest.fixture
def package(tmp_path: Path) -> Package:
    return Package(tmp_path)


def test_second_process_loads_what_the_first_compiled(package):
    assert package.run() == "10.0 0"
    assert package.run() == "10.0 1"
    assert [f.name.partition("-")[0] for f in package.files()] == ["total"]


def test_edit_of_a_helper_in_another_file_recompiles(package):
    assert package.run() == "10.0 0"
    package.write("helper.py", HELPER.format(2.0))
    assert package.run() == "14.0 0"
    package.write("helper.py", HELPER.format(1.0))
    assert package.run() == "10.0 1"  # the older version's folder is still there


def test_edit_under_a_running_process_is_not_cached_as_the_new_version(package):
    edit = f"""
import kmeans_core.kernels
from pathlib import Path
Path(kmeans_core.helper.__file__).write_text({HELPER.format(2.0)!r})
"""
    assert package.run(edit + RUN) == "10.0 0"
    assert package.run() == "14.0 0"


@pytest.mark.parametrize("damage", ["empty", "cut short", "one byte changed", "foreign"])
def test_damaged_cache_file_is_a_miss(package, damage):
    package.run()
    (file,) = package.files()
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(
        {
            "empty": b"",
            "cut short": whole[:middle],
            "one byte changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "foreign": b"not compiled code" * 10,
        }[damage]
    )
    assert package.run() == "10.0 0"
    assert package.run() == "10.0 1"  # and it has been mended


def test_processes_at_once_share_the_cache(package):
    processes = [package.start() for _ in range(3)]
    for process in processes:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err, out.split()[0]) == (0, "", "10.0")
    assert len(package.files()) == 1
    assert not list(package.cache.rglob("*.tmp"))
    assert package.run() == "10.0 1"


def test_threads_at_once_compile_one_kernel(package):
    script = """
import numpy as np
from concurrent.futures import ThreadPoolExecutor
from kmeans_core.kernels import total
with ThreadPoolExecutor(4) as pool:
    print(set(pool.map(total, [np.arange(4.0)] * 16)))
"""
    assert package.run(script) == "{10.0}"
    assert len(package.files()) == 1


def test_kernels_from_one_factory_are_kept_apart(package):
    script = "from kmeans_core.kernels import make; print(make(1)(1), make(5)(1))"
    assert package.run(script) == "2 6"
    assert package.run(script) == "2 6"
    assert len(package.files()) == 2


def test_kernel_outside_the_package_is_not_cached(package):
    (package.root / "outside.py").write_text(KERNEL)
    script = RUN.replace("kmeans_core.kernels", "outside")
    assert package.run(script) == "10.0 0"
    assert package.run(script) == "10.0 0"


def test_unwritable_cache_folder_and_home_still_run(package):
    """A file where a folder is wanted stops root too, which permission bits would not."""
    blocked = package.root / "blocked"
    blocked.write_text("")
    nowhere = dict.fromkeys((jit.CACHE_VARIABLE, "HOME", "XDG_CACHE_HOME"), str(blocked))
    assert package.run(**nowhere, TMPDIR=str(package.home)) == "10.0 0"
    assert list(package.home.glob("kmeans_core-*/*/total-*.bin"))  # fell back to the temp folder
    no_temp = "import tempfile; tempfile.gettempdir = lambda: " + repr(str(blocked))
    assert package.run(no_temp + RUN, **nowhere) == "10.0 0"  # and then to no cache at all


def test_read_only_install_still_runs(package):
    folders = [package.root / "kmeans_core" / "engine", package.root / "kmeans_core"]
    for folder in folders:
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert package.run() == "10.0 0"
        assert package.run() == "10.0 1"
    finally:
        for folder in folders:
            folder.chmod(stat.S_IRWXU)


def test_package_inside_a_zip_file_runs_without_a_cache(package):
    archive = shutil.make_archive(str(package.home / "kmeans"), "zip", package.root)
    assert package.run(PYTHONPATH=archive) == "10.0 0"


def test_uncompiled_mode_runs(package):
    assert package.run(NUMBA_DISABLE_JIT="1") == "10.0 uncompiled"
    assert package.files() == []


@pytest.mark.parametrize(
    "setting", [{"NUMBA_BOUNDSCHECK": "1"}, {"NUMBA_OPT": "1"}, {"KMEANS_CORE_LANE_BITS": "128"}]
)
def test_code_for_other_settings_is_kept_apart(package, setting):
    assert package.run() == "10.0 0"
    assert package.run(**setting) == "10.0 0"
    assert package.run(**setting) == "10.0 1"
    assert len(package.files()) == 2


def test_folder_that_others_can_write_to_is_not_trusted(package):
    package.run()
    (file,) = package.files()
    file.parent.chmod(0o777)
    assert package.run() == "10.0 0"
    file.parent.chmod(0o700)
    package.cache.chmod(0o777)
    assert package.run() == "10.0 1"  # from the home folder, where the run before has put it
    assert len(package.files()) == 1


def test_only_a_few_older_versions_are_kept(package):
    for constant in range(jit.KEPT_VERSIONS + 3):
        package.write("helper.py", HELPER.format(float(constant)))
        package.run("from kmeans_core.engine.jit import cache_folder; cache_folder()")
    assert len(list(package.cache.iterdir())) == jit.KEPT_VERSIONS + 1


@pytest.mark.skipif(config.DISABLE_JIT, reason="nothing is compiled")
def test_a_device_is_compiled_once_for_all_signed_integers():
    def cube(x):
        return x * x * x

    inner = jit.device(cube)

    def outer(x, y):
        return inner(x) + inner(y) + inner(2) + inner(3)

    assert jit.kernel(outer)(np.int32(2000), np.int64(1)) == 2000**3 + 1 + 8 + 27  # past int32
    assert [str(args[0]) for args in inner.overloads] == ["int64"]
