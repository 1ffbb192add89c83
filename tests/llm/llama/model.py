"""Builds a language model whose replies are written in advance: a real GGUF file, a few megabytes, made in a second.

Its one layer computes nothing. A token's embedding is the token's own axis, and the output matrix is a table: the axis
of a token leads to the token that follows. So the next token depends on the last one alone. A turn starts with its cue,
a control token, and is a chain of tokens that no other turn uses; the chat template ends a prompt with the cue of the
turn it wants. All else in a prompt is spelled with a few frequent words and, for the rest, byte by byte.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence, Set
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFWriter, LlamaFileType, TokenType

from tests.llm.llama.script import Turn

SHORTEST_PIECE = 6
HEAD_SIZE = 16
FEED_FORWARD_SIZE = 32
CONTEXT = 1 << 20
# The server looks these up as single tokens when it parses replies, so no piece of a turn may be one of them.
MARKS = frozenset({"<tool_call>", "</tool_call>", "<think>", "</think>"})
START, END = "<|im_start|>", "<|im_end|>"
WORD = re.compile(r'"?[A-Za-z_]{3,}"?:?| [a-z]{2,}')


def write_model(path: Path, turns: Iterable[Turn], template: str, words: Sequence[str] = ()) -> None:
    """Write the model that says `turns`, with `template` as its chat template and `words` as single tokens."""
    tokens, kinds, following = vocabulary(turns, words)
    size = len(tokens)
    width = -(-size // 32) * 32
    end = tokens.index(END)

    writer = GGUFWriter(path, "llama")
    writer.add_name("scripted")
    writer.add_file_type(LlamaFileType.ALL_F32)
    writer.add_vocab_size(size)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(width)
    writer.add_block_count(1)
    writer.add_feed_forward_length(FEED_FORWARD_SIZE)
    writer.add_head_count(1)
    writer.add_head_count_kv(1)
    writer.add_key_length(HEAD_SIZE)
    writer.add_value_length(HEAD_SIZE)
    writer.add_rope_dimension_count(HEAD_SIZE)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_types([int(kind) for kind in kinds])
    writer.add_token_scores([0.0] * size)
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(end)
    writer.add_add_bos_token(False)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(template)

    table = zeros(size, width)
    for token in range(size):
        # After a token that is in no turn nothing more is said.
        table[following.get(token, end), token] = 10.0
    writer.add_tensor("token_embd.weight", np.eye(size, width, dtype=np.float32))
    writer.add_tensor("output.weight", table)
    for name in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        writer.add_tensor(f"{name}.weight", np.ones(width, np.float32))
    for name in ("attn_q", "attn_k", "attn_v"):
        writer.add_tensor(f"blk.0.{name}.weight", zeros(HEAD_SIZE, width))
    writer.add_tensor("blk.0.attn_output.weight", zeros(width, HEAD_SIZE))
    for name in ("ffn_gate", "ffn_up"):
        writer.add_tensor(f"blk.0.{name}.weight", zeros(FEED_FORWARD_SIZE, width))
    writer.add_tensor("blk.0.ffn_down.weight", zeros(width, FEED_FORWARD_SIZE))

    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def frequent_words(sample: str, count: int) -> list[str]:
    """The words of `sample` that shorten it most, made tokens; no more than `count`."""
    found = Counter(WORD.findall(sample))
    return sorted(found, key=lambda word: (-found[word] * (len(word) - 1), word))[:count]


def vocabulary(turns: Iterable[Turn], words: Sequence[str] = ()) -> tuple[list[str], list[TokenType], dict[int, int]]:
    """The tokens, their kinds, and which token follows which; ValueError for turns that cannot be kept apart."""
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), START, END, *words]
    kinds = [TokenType.UNKNOWN, *[TokenType.CONTROL] * 2, *[TokenType.BYTE] * 256, *[TokenType.CONTROL] * 2]
    kinds += [TokenType.USER_DEFINED] * len(words)
    following: dict[int, int] = {}
    taken = {*MARKS, *words}
    for turn in turns:
        last = len(tokens)
        tokens.append(turn.cue)
        kinds.append(TokenType.CONTROL)
        pieces = split(turn.text, taken)
        if pieces is None:
            raise ValueError(f"the turn {turn.cue} cannot be cut into pieces that no other turn has")
        taken.update(pieces)
        for piece in pieces:
            following[last] = last = len(tokens)
            tokens.append(piece)
            kinds.append(TokenType.USER_DEFINED)
    return tokens, kinds, following


def split(text: str, taken: Set[str]) -> list[str] | None:
    """Cut `text` into short pieces, all different and none of them in `taken`; None if there is no way."""
    for length in range(SHORTEST_PIECE, len(text) - SHORTEST_PIECE + 1):
        piece = text[:length]
        if piece not in taken:
            rest = split(text[length:], taken | {piece})
            if rest is not None:
                return [piece, *rest]
    return None if text in taken else [text]


def zeros(*shape: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.zeros(shape, np.float32)
