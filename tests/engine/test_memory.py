"""The reader of free memory."""

import pytest

from kmeans_core.engine import memory


def write_limits(folder, names, limit, usage, stat):
    for name, text in zip(names, (limit, usage, stat), strict=True):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)


@pytest.mark.parametrize(
    "names, cache",
    [
        (("memory.max", "memory.current", "memory.stat"), "inactive_file"),
        (
            (
                "memory/memory.limit_in_bytes",
                "memory/memory.usage_in_bytes",
                "memory/memory.stat",
            ),
            "total_inactive_file",
        ),
    ],
)
def test_the_limit_of_the_container_counts_and_its_file_cache_is_free(
    names, cache, monkeypatch, tmp_path
):
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    system = memory.available_memory()  # an empty folder sets no limit
    write_limits(tmp_path, names, "3000\n", "2000\n", f"anon 5\n{cache} 500\n")
    assert memory.available_memory() == 1500
    write_limits(tmp_path, names, "3000\n", "9000\n", "anon 5\n")
    assert memory.available_memory() == 0
    write_limits(tmp_path, names, "max\n", "2000\n", "anon 5\n")
    assert (memory.available_memory() is None) == (system is None)
