"""Trains one model for a fixed number of steps from fixed seeds.

Example: python3 train.py tiny-1.3m --steps 4000 --work /var/tmp/tiny --out ..

Both models read the same data stream, so equal steps are equal samples. A checkpoint holds everything a restart needs;
the stream is replayed up to it, so an interrupted training ends with the same weights as an uninterrupted one.
"""

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path
from typing import TextIO

import torch
from torch import Tensor
from torch.nn import functional

from export import round_to_file_precision, write_safetensors
from model import CONFIGS, Model
from muon import Muon
from stream import Sequence, Stream
from tokenizer import Tokenizer

DATA_SEED = 20_261_123
WEIGHT_SEED = 1
MUON_RATE = 0.01
ADAM_RATE = 0.002
WARM_UP_STEPS = 100
CONSTANT_SHARE = 0.4
LOG_EVERY = 100
CHECKPOINT_EVERY = 250


def rate_factor(step: int, steps: int) -> float:
    """Learning-rate factor: linear warm-up, constant, then linear to zero."""
    decay = (1 - step / steps) / (1 - CONSTANT_SHARE)
    return min(1.0, (step + 1) / WARM_UP_STEPS, decay)


def pad(batch: list[Sequence]) -> tuple[Tensor, Tensor]:
    longest = max(len(sequence.ids) for sequence in batch)
    ids = torch.tensor([s.ids + [0] * (longest - len(s.ids)) for s in batch])
    weights = torch.tensor([s.weights + [0.0] * (longest - len(s.weights)) for s in batch])
    return ids, weights


class Trainer:
    """Model, optimizers and the running loss of each task."""

    def __init__(self, name: str, steps: int) -> None:
        torch.manual_seed(WEIGHT_SEED)
        self.steps = steps
        self.step = 0
        self.model = Model(CONFIGS[name])
        blocks = list(self.model.blocks)
        self.muon = Muon([
            ([block.qkv for block in blocks], 3),
            ([block.attn_output for block in blocks], 1),
            ([block.gate_up for block in blocks], 2),
            ([block.ffn_down for block in blocks], 1),
        ])
        vectors = [self.model.embedding] + [p for p in self.model.parameters() if p.dim() == 1]
        self.adam = torch.optim.AdamW(vectors, lr=ADAM_RATE, betas=(0.9, 0.98), weight_decay=0.0)
        self.losses: dict[str, list[float]] = defaultdict(list)

    def train_on(self, batch: list[Sequence]) -> None:
        """One optimizer step on one batch."""
        ids, weights = pad(batch)
        with torch.autocast("cpu", torch.bfloat16):
            logits = self.model(ids[:, :-1])
        each = functional.cross_entropy(logits.float().flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
        each, weights = each.view(len(batch), -1), weights[:, 1:]
        ((each * weights).sum() / weights.sum()).backward()
        factor = rate_factor(self.step, self.steps)
        for group in self.adam.param_groups:
            group["lr"] = ADAM_RATE * factor
        self.muon.step(MUON_RATE * factor)
        self.adam.step()
        self.model.zero_grad(set_to_none=True)
        self.step += 1
        self.note_losses(batch, each.detach(), weights)

    def note_losses(self, batch: list[Sequence], each: Tensor, weights: Tensor) -> None:
        answer = (weights > 0.5).float()
        for sequence, loss in zip(batch, ((each * answer).sum(1) / answer.sum(1)).tolist()):
            self.losses[sequence.task].append(loss)

    def take_losses(self) -> dict[str, float]:
        """Mean answer-token loss (nats) per task since the last call."""
        means = {task: round(sum(values) / len(values), 3) for task, values in sorted(self.losses.items())}
        self.losses.clear()
        return means

    def save(self, path: Path) -> None:
        state = {
            "step": self.step, "model": self.model.state_dict(), "muon": self.muon.momenta,
            "adam": self.adam.state_dict(),
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.rename(path)

    def restore(self, path: Path) -> None:
        state = torch.load(path)
        self.step = state["step"]
        self.model.load_state_dict(state["model"])
        self.muon.momenta = state["muon"]
        self.adam.load_state_dict(state["adam"])


def run(trainer: Trainer, stream: Stream, checkpoint: Path, log: TextIO) -> None:
    """Train to the last step, logging and saving on the way."""
    if checkpoint.exists():
        trainer.restore(checkpoint)
    started, begun_at, samples, tokens = time.time(), trainer.step, 0, 0
    for number, batch in enumerate(stream.batches(), start=1):
        samples += len(batch)
        tokens += sum(len(sequence.ids) for sequence in batch)
        if number <= begun_at:
            continue
        trainer.train_on(batch)
        if trainer.step % LOG_EVERY == 0 or trainer.step == trainer.steps:
            seconds = time.time() - started
            line = {
                "step": trainer.step, "samples": samples, "tokens": tokens, "seconds": round(seconds),
                "rate": round(rate_factor(trainer.step - 1, trainer.steps), 3), "loss": trainer.take_losses(),
            }
            log.write(json.dumps(line) + "\n")
            log.flush()
        if trainer.step % CHECKPOINT_EVERY == 0:
            trainer.save(checkpoint)
        if trainer.step == trainer.steps:
            return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=sorted(CONFIGS))
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights and the log")
    options = parser.parse_args()
    torch.set_num_threads(1)
    tokenizer = Tokenizer.load()
    trainer, stream = Trainer(options.name, options.steps), Stream(tokenizer, DATA_SEED)
    with open(options.out / f"{options.name}.log.jsonl", "a", encoding="utf-8") as log:
        settings = {
            "model": options.name, "steps": options.steps, "data_seed": DATA_SEED, "weight_seed": WEIGHT_SEED,
            "parameters": sum(p.numel() for p in trainer.model.parameters()), "torch": torch.__version__,
        }
        log.write(json.dumps(settings) + "\n")
        run(trainer, stream, options.work / f"{options.name}.pt", log)
        round_to_file_precision(trainer.model)
        digest = write_safetensors(trainer.model, tokenizer, options.out / f"{options.name}.safetensors")
        summary = {"sha256": digest, "held_out_shown": stream.held_out_shown, "problems": dict(stream.problems)}
        log.write(json.dumps(summary) + "\n")


if __name__ == "__main__":
    main()
