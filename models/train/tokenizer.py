"""Byte-level tokenizer with merges on lower-case word parts only.

Ids: 6 specials, 256 bytes, then one id per merge in rank order. Digits, capitals and punctuation always stay single
tokens, which suits arithmetic and letter tasks; any UTF-8 text can be encoded. A space is written U+2581, as in
SentencePiece, so the vocabulary can be exported to GGUF.
"""

import json
import re
from collections import Counter
from pathlib import Path
from random import Random

SPECIALS = ("<unk>", "<s>", "</s>", "<|user|>", "<|assistant|>", "<|system|>")
BOS, EOS, USER, ASSISTANT, SYSTEM = 1, 2, 3, 4, 5
VOCABULARY_SIZE = 640
FIRST_BYTE = len(SPECIALS)
FIRST_PIECE = FIRST_BYTE + 256
SPACE = "\u2581"
PIECES_FILE = Path(__file__).with_name("pieces.json")
SPLIT = re.compile(f"{SPACE}?[a-z]+|.", re.DOTALL)


def byte_ids(symbol: str) -> list[int]:
    return [FIRST_BYTE + byte for byte in symbol.replace(SPACE, " ").encode("utf-8")]


class Tokenizer:
    """Encodes text with the given merged pieces; the position of a piece is its merge rank."""

    def __init__(self, pieces: list[str]) -> None:
        self.pieces = pieces
        self.rank = {piece: rank for rank, piece in enumerate(pieces)}
        self.cache: dict[str, list[int]] = {}

    @classmethod
    def load(cls) -> "Tokenizer":
        return cls(json.loads(PIECES_FILE.read_text(encoding="utf-8")))

    def encode(self, text: str) -> list[int]:
        """Ids of the text; control strings such as `<s>` inside it stay ordinary characters."""
        ids: list[int] = []
        for word in SPLIT.findall(text.replace(" ", SPACE)):
            if word not in self.cache:
                self.cache[word] = self.encode_word(word)
            ids += self.cache[word]
        return ids

    def encode_word(self, word: str) -> list[int]:
        symbols = list(word)
        while True:
            pairs = map("".join, zip(symbols, symbols[1:]))
            ranked = [(self.rank[pair], place) for place, pair in enumerate(pairs) if pair in self.rank]
            if not ranked:
                break
            _, at = min(ranked)
            symbols[at:at + 2] = [symbols[at] + symbols[at + 1]]
        ids: list[int] = []
        for symbol in symbols:
            ids += [FIRST_PIECE + self.rank[symbol]] if symbol in self.rank else byte_ids(symbol)
        return ids

    def decode(self, ids: list[int]) -> str:
        parts = []
        for token in ids:
            if token >= FIRST_PIECE:
                parts.append(self.pieces[token - FIRST_PIECE].replace(SPACE, " ").encode("utf-8"))
            elif token >= FIRST_BYTE:
                parts.append(bytes([token - FIRST_BYTE]))
        return b"".join(parts).decode("utf-8", "replace")


def merge_pair(symbols: list[str], left: str, right: str) -> None:
    at = 0
    while at < len(symbols) - 1:
        if symbols[at] == left and symbols[at + 1] == right:
            symbols[at:at + 2] = [left + right]
        at += 1


def learn_pieces(texts: list[str], count: int) -> list[str]:
    """Byte-pair merges over the words of `texts`: most frequent pair first, ties by the larger pair."""
    frequency = Counter(word for text in texts for word in re.findall(f"{SPACE}?[a-z]{{2,}}", text.replace(" ", SPACE)))
    split = {word: list(word) for word in frequency}
    pieces: list[str] = []
    while len(pieces) < count:
        pairs: Counter[tuple[str, str]] = Counter()
        for word, symbols in split.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += frequency[word]
        (left, right), _ = max(pairs.items(), key=lambda entry: (entry[1], entry[0]))
        if left + right not in pieces:
            pieces.append(left + right)
        for symbols in split.values():
            merge_pair(symbols, left, right)
    return pieces


def main() -> None:
    """Learn the pieces from a fixed sample of the training mixture and write them to `pieces.json`."""
    from problems import draw_trainable, pick_generator

    rng = Random(7)
    sample = [draw_trainable(rng, pick_generator(rng)) for _ in range(20_000)]
    texts = [text for problem in sample for text in (problem.question, problem.answer)]
    pieces = learn_pieces(texts, VOCABULARY_SIZE - FIRST_PIECE)
    PIECES_FILE.write_text(json.dumps(pieces, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
