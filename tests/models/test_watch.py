"""What is seen of an answer while it comes in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fde.models.watch import Watch


@given(st.text(), st.integers(min_value=1, max_value=5))
def test_the_pieces_are_the_words_wherever_the_server_cuts_them(text, size):
    units = text.encode("utf-16-le", "surrogatepass")
    watch = Watch(seconds=1.0)
    for start in range(0, len(units), 2 * size):
        watch.piece(units[start : start + 2 * size].decode("utf-16-le", "surrogatepass"))
    assert watch.text == text


def test_half_a_character_can_be_written_down():
    watch = Watch(seconds=1.0)
    watch.piece("a \ud83d b")
    assert watch.text.encode() == "a \ufffd b".encode()
