"""Writes test vectors: what torch computes, in 32-bit floats, with the values of a shipped weight file.

Example: python3 vectors.py ../tiny-1.3m.safetensors ../../test/vectors/embedded/tiny-1.3m.json
"""

import hashlib
import json
import struct
import sys
from pathlib import Path

import torch

from model import Config, Model
from tokenizer import ASSISTANT, BOS, SYSTEM, USER, Tokenizer

PROMPTS: tuple[tuple[str | None, str], ...] = (
    (None, "What is 23 + 45?"),
    (None, "What is 34 * 56? Think step by step."),
    (None, "Reverse: KQZB"),
    (None, "Which number is the largest?\nA) 12\nB) 87\nC) 45\nD) 30"),
    ("Answer briefly.", "Extract name, age and city as JSON: Anna is 34 years old and lives in Oslo."),
    (None, "Text that no generator makes: <s> na\u00efve \u2581 \U0001f600 \t end"),
)
ANSWER_LIMIT = 64


def read_safetensors(path: Path) -> tuple[dict[str, str], dict[str, torch.Tensor]]:
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8:8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        kind = torch.float16 if entry["dtype"] == "F16" else torch.float32
        blob = bytearray(content[8 + length + begin:8 + length + end])
        tensors[name] = torch.frombuffer(blob, dtype=kind).view(entry["shape"]).float()
    return metadata, tensors


@torch.no_grad()
def load(path: Path) -> tuple[Model, Tokenizer]:
    metadata, tensors = read_safetensors(path)
    model = Model(Config(**json.loads(metadata["config"])))
    model.embedding.copy_(tensors["token_embd.weight"])
    model.output_norm.copy_(tensors["output_norm.weight"])
    for index, block in enumerate(model.blocks):
        part = {name.split(".")[2]: tensor for name, tensor in tensors.items() if name.startswith(f"blk.{index}.")}
        block.attn_norm.copy_(part["attn_norm"])
        block.ffn_norm.copy_(part["ffn_norm"])
        block.qkv.copy_(torch.cat([part["attn_q"], part["attn_k"], part["attn_v"]]))
        block.attn_output.copy_(part["attn_output"])
        block.gate_up.copy_(torch.cat([part["ffn_gate"], part["ffn_up"]]))
        block.ffn_down.copy_(part["ffn_down"])
    return model, Tokenizer(json.loads(metadata["tokenizer"])["pieces"])


@torch.no_grad()
def greedy(model: Model, prompt: list[int]) -> list[int]:
    """Greedy continuation, without the end token."""
    ids = list(prompt)
    while len(ids) < len(prompt) + ANSWER_LIMIT:
        token = int(model(torch.tensor([ids]))[0, -1].argmax())
        if token <= SYSTEM:
            break
        ids.append(token)
    return ids[len(prompt):]


@torch.no_grad()
def vector(model: Model, tokenizer: Tokenizer, system: str | None, user: str) -> dict[str, object]:
    start = [BOS] if system is None else [BOS, SYSTEM, *tokenizer.encode(system)]
    prompt = [*start, USER, *tokenizer.encode(user), ASSISTANT]
    logits = model(torch.tensor([prompt]))[0]
    logprobs = logits.log_softmax(-1)
    answer = greedy(model, prompt)
    return {
        "system": system,
        "user": user,
        "prompt_ids": prompt,
        "prompt_logprobs": [round(logprobs[i, token].item(), 6) for i, token in enumerate(prompt[1:])],
        "last_logits": [round(value, 5) for value in logits[-1].tolist()],
        "greedy_ids": answer,
        "greedy_text": tokenizer.decode(answer),
    }


def main() -> None:
    weights, target = Path(sys.argv[1]), Path(sys.argv[2])
    torch.set_num_threads(1)
    model, tokenizer = load(weights)
    content = {
        "digest": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "made_by": f"torch {torch.__version__}, 32-bit floats, models/train/vectors.py",
        "vectors": [vector(model, tokenizer, system, user) for system, user in PROMPTS],
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
