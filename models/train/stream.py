"""The data stream: seeded sequences, grouped by length into batches of at most 2048 tokens."""

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Iterator

import words
from problems import Problem, draw_trainable, pick_generator, shows_held_out
from tokenizer import ASSISTANT, BOS, EOS, SYSTEM, USER, Tokenizer

TOKENS_PER_BATCH = 2048
SEQUENCES_PER_SORT = 640
PROMPT_WEIGHT = 0.08
LONGEST = 256


@dataclass(frozen=True)
class Sequence:
    """One training sequence: ids, the loss weight of each id as a target, and the task it is logged under."""

    ids: list[int]
    weights: list[float]
    task: str


class Stream:
    """Draws sequences and counts them; two streams of the same seed are equal, whatever model reads them."""

    def __init__(self, tokenizer: Tokenizer, seed: int) -> None:
        self.tokenizer = tokenizer
        self.rng = Random(seed)
        self.problems: Counter[str] = Counter()
        self.held_out_shown = 0

    def batches(self) -> Iterator[list[Sequence]]:
        """Endless batches; sorting by length inside a window keeps padding low."""
        while True:
            window = sorted((self.sequence() for _ in range(SEQUENCES_PER_SORT)), key=lambda s: len(s.ids))
            batches: list[list[Sequence]] = [[]]
            for sequence in window:
                # Sorted, so the newest sequence is the longest of its batch.
                if len(sequence.ids) * (len(batches[-1]) + 1) > TOKENS_PER_BATCH:
                    batches.append([])
                batches[-1].append(sequence)
            self.rng.shuffle(batches)
            yield from batches

    def sequence(self) -> Sequence:
        """One dialogue: 6 % begin with a system message, 6 % have two solved examples of the same task first."""
        system = self.rng.choice(words.SYSTEM_MESSAGES) if self.rng.random() < 0.06 else None
        turns = self.turns(3 if self.rng.random() < 0.06 else 1)
        sequence = self.encode(system, turns)
        return sequence if len(sequence.ids) <= LONGEST else self.encode(None, turns[-1:])

    def turns(self, count: int) -> list[Problem]:
        generator = pick_generator(self.rng)
        turns = [draw_trainable(self.rng, generator) for _ in range(count)]
        for problem in turns:
            self.held_out_shown += shows_held_out(problem)
            self.problems[problem.task] += 1
        assert self.held_out_shown == 0, "a held-out problem reached the training stream"
        return turns

    def encode(self, system: str | None, turns: list[Problem]) -> Sequence:
        ids, weights = [BOS], [0.0]

        def put(tokens: list[int], weight: float) -> None:
            ids.extend(tokens)
            weights.extend([weight] * len(tokens))

        if system is not None:
            put([SYSTEM], 0.0)
            put(self.tokenizer.encode(system), PROMPT_WEIGHT)
        for turn in turns:
            put([USER], 0.0)
            put(self.tokenizer.encode(turn.question), PROMPT_WEIGHT)
            put([ASSISTANT], 0.0)
            put([*self.tokenizer.encode(turn.answer), EOS], 1.0)
        return Sequence(ids, weights, turns[0].task if len(turns) == 1 else "few_shot")
