import pytest

import harness


@pytest.fixture(scope="session")
def core_module(tmp_path_factory):
    return harness.build(tmp_path_factory.mktemp("core"))


@pytest.fixture(scope="session")
def core(core_module):
    """The pure core; at the end of the session no block of its allocator may be alive."""
    core = harness.Core(core_module)
    yield core
    assert (core.counting.blocks, core.counting.bytes, core.counting.wrong_sizes) == (0, 0, 0)
    core.lib.counting_free(core.counting)
