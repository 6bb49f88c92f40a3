"""A model of half a megabyte that has learnt nothing: random weights from a fixed seed, in llama.cpp's own format.

What it says is noise, so whatever order there is in an answer comes from the server that holds it to a schema.
"""

from __future__ import annotations

import math
from importlib import import_module
from pathlib import Path
from typing import Any

CONTEXT = 8_192
WIDTH, LAYERS, HEADS, FORWARD = 64, 2, 4, 128
SEED = 1
SPREAD = 0.05

# The first of the WIDTH numbers is the same for every token, so that a token can be made likelier wherever it may stand.
CONSTANT = 4.0
# Else a text of noise ends after ninety characters, and one answer in two is longer than is waited for.
LIKELIER = {'"': 0.5}


def vocabulary() -> list[tuple[str, str]]:
    """Return each token with its kind: the printable ASCII characters one by one, and what a tokenizer has to have beside them."""
    # As control tokens: as bytes they would put together what is no UTF-8, inside of a string that the schema allows.
    octets = [(f"<0x{number:02X}>", "CONTROL") for number in range(256)]
    signs = [(chr(number), "NORMAL") for number in range(0x21, 0x7F)]
    return [("<unk>", "UNKNOWN"), ("<s>", "CONTROL"), ("</s>", "CONTROL"), *octets, *signs, ("\u2581", "NORMAL")]


def write(path: Path) -> None:
    """Write the model to *path*. Needs the packages gguf and numpy."""
    writer = import_module("gguf").GGUFWriter(str(path), "llama")
    _write_head(writer)
    _write_tokens(writer)
    for name, tensor in _tensors(import_module("numpy")).items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_head(writer: Any) -> None:
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)


def _write_tokens(writer: Any) -> None:
    kinds, tokens = import_module("gguf").TokenType, vocabulary()
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text for text, _ in tokens])
    writer.add_token_types([int(kinds[kind]) for _, kind in tokens])
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_space_prefix(False)
    writer.add_chat_template("{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}")


def _tensors(numpy: Any) -> dict[str, Any]:
    """Return the weights under the names that llama.cpp gives them."""
    generator = numpy.random.default_rng(SEED)

    def noise(*shape: int, spread: float = SPREAD) -> Any:
        return (generator.standard_normal(shape) * spread).astype(numpy.float32)

    ones, texts = numpy.ones(WIDTH, numpy.float32), [text for text, _ in vocabulary()]
    tensors = {
        "token_embd.weight": noise(len(texts), WIDTH, spread=1.0),
        "output.weight": noise(len(texts), WIDTH, spread=1 / math.sqrt(WIDTH)),
        "output_norm.weight": ones,
    }
    tensors["token_embd.weight"][:, 0] = CONSTANT
    tensors["output.weight"][:, 0] = [LIKELIER.get(text, 0.0) for text in texts]
    for layer in range(LAYERS):
        for part, shape in _layer().items():
            tensors[f"blk.{layer}.{part}.weight"] = noise(*shape) if len(shape) == 2 else ones
    return tensors


def _layer() -> dict[str, tuple[int, ...]]:
    square = (WIDTH, WIDTH)
    return {
        "attn_norm": (WIDTH,), "attn_q": square, "attn_k": square, "attn_v": square, "attn_output": square,
        "ffn_norm": (WIDTH,), "ffn_gate": (FORWARD, WIDTH), "ffn_up": (FORWARD, WIDTH), "ffn_down": (WIDTH, FORWARD),
    }  # fmt: skip
