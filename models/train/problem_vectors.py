"""Writes test vectors: questions with their first key and verdict, for the JavaScript side of the held-out rule.

Example: python3 problem_vectors.py ../../test/vectors/embedded/problems.json
"""

import json
import sys
from pathlib import Path
from random import Random

from heldout import is_held_out
from problems import pick_generator

COUNT = 400


def main() -> None:
    rng = Random(2)
    problems = [problem for problem in (pick_generator(rng)(rng) for _ in range(COUNT)) if problem.keys]
    lines = [
        json.dumps({"task": p.task, "question": p.question, "key": p.keys[0], "held_out": is_held_out(p.keys[0])})
        for p in problems
    ]
    Path(sys.argv[1]).write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
