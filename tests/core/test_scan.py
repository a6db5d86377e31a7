"""Where a block is cut into fields, against plain Python."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

BLOCK_SIZE, NO_QUOTE = 16384, 2**32 - 1


def plain_scan(block: bytes) -> tuple[list[int], list[int], int]:
    """Offsets behind separators and line ends, which of them are line ends, and the first quote."""
    after = [place + 1 for place, byte in enumerate(block) if byte in b";\n"]
    ends = [i for i, place in enumerate(after) if block[place - 1] == ord("\n")]
    quote = block.find(b'"')
    return after, ends, NO_QUOTE if quote < 0 else quote


def scan(core, block: bytes, fields: int) -> tuple[list[int], list[int], int]:
    ffi, cuts = core.ffi, core.ffi.new("pyr_cuts *")
    after, ends = ffi.new("uint16_t[]", 1 + BLOCK_SIZE), ffi.new("uint16_t[]", BLOCK_SIZE)
    cuts.after, cuts.ends = after + 1, ends
    core.lib.pyr_cuts_init(cuts)
    with core.guarded(block) as text:
        core.lib.pyr_scan_block(text.data, len(block), b";", fields, cuts)
    assert after[0] == 0
    return list(cuts.after[0 : cuts.count]), list(ends[0 : cuts.line_count]), cuts.quote


PIECES = st.sampled_from([b";", b"\n", b'"', b"\r", b"\x00", b"\xbb", b"1:02.345"])


@given(st.lists(PIECES, max_size=400), st.integers(1, 5))
def test_cuts_are_those_of_plain_python(core, pieces, fields):
    block = b"".join(pieces)
    assert scan(core, block, fields) == plain_scan(block)


@pytest.mark.parametrize("size", [0, 1, 31, 32, 33, 63, 64, 65, 127, 128, 129, BLOCK_SIZE - 1, BLOCK_SIZE])
@pytest.mark.parametrize("line", [b";", b"\n", b";;;\n", b"x;y\n", b"x" * 40 + b'"\n', b"x" * 63 + b";", b"x"])
def test_every_density_of_cuts(core, size, line):
    block = (line * (size // len(line) + 1))[:size]
    assert scan(core, block, fields=line.count(b";") + 1) == plain_scan(block)
