"""Where a block is cut into fields, against plain Python: as built for this processor, and as for one without SSE2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import build_scanner

BLOCK_SIZE, NO_QUOTE = 16384, 2**32 - 1
PIECES = st.sampled_from([b";", b"\n", b'"', b"\r", b"\x00", b"\x0b", b":", b"<", b"\xbb", b"\x8a", b"1:02.345"])


@pytest.fixture(scope="module", params=["as built", "without SSE2"])
def scanner(request, core_module, tmp_path_factory):
    return core_module if request.param == "as built" else build_scanner(tmp_path_factory.mktemp("scanner"))


def plain_scan(block: bytes) -> tuple[list[int], list[int], int]:
    """Offsets behind separators and line ends, which of them are line ends, and the first quote."""
    after = [place + 1 for place, byte in enumerate(block) if byte in b";\n"]
    ends = [i for i, place in enumerate(after) if block[place - 1] == ord("\n")]
    quote = block.find(b'"')
    return after, ends, NO_QUOTE if quote < 0 else quote


def scan(core, scanner, block: bytes, fields: int) -> tuple[list[int], list[int], int]:
    ffi = scanner.ffi
    cuts = ffi.new("pyr_cuts *")
    after, ends = ffi.new("uint16_t[]", 1 + BLOCK_SIZE), ffi.new("uint16_t[]", BLOCK_SIZE)
    cuts.after, cuts.ends = after + 1, ends
    scanner.lib.pyr_cuts_init(cuts)
    with core.guarded(block) as text:
        data = ffi.cast("char *", int(core.ffi.cast("uintptr_t", text.data)))
        scanner.lib.pyr_scan_block(data, len(block), b";", fields, cuts)
    assert after[0] == 0
    return list(cuts.after[0 : cuts.count]), list(ends[0 : cuts.line_count]), cuts.quote


@given(st.lists(PIECES, max_size=400), st.integers(1, 5))
def test_cuts_are_those_of_plain_python(core, scanner, pieces, fields):
    block = b"".join(pieces)
    assert scan(core, scanner, block, fields) == plain_scan(block)


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 63, 64, 65, 127, 128, 129, BLOCK_SIZE - 1, BLOCK_SIZE])
@pytest.mark.parametrize("line", [b";", b"\n", b";;;\n", b"x;y\n", b"x" * 40 + b'"\n', b"x" * 63 + b";", b"x"])
def test_every_density_of_cuts(core, scanner, size, line):
    block = (line * (size // len(line) + 1))[:size]
    assert scan(core, scanner, block, fields=line.count(b";") + 1) == plain_scan(block)
