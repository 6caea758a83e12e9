"""Writes a trained model as safetensors: matrices rounded to F16 once, norms F32, GGUF tensor names, everything a
reader needs (shape, tokenizer) in the metadata, so that the SHA-256 of this one file names the model."""

import hashlib
import json
import struct
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor

from model import Model
from tokenizer import SPECIALS, Tokenizer


def named_tensors(model: Model) -> dict[str, Tensor]:
    """Tensors by GGUF name, fused matrices split."""
    tensors = {"token_embd": model.embedding, "output_norm": model.output_norm}
    for index, block in enumerate(model.blocks):
        query, key, value = block.qkv.chunk(3, 0)
        gate, up = block.gate_up.chunk(2, 0)
        parts = {
            "attn_norm": block.attn_norm, "attn_q": query, "attn_k": key, "attn_v": value,
            "attn_output": block.attn_output, "ffn_norm": block.ffn_norm, "ffn_gate": gate, "ffn_up": up,
            "ffn_down": block.ffn_down,
        }
        tensors |= {f"blk.{index}.{name}": tensor for name, tensor in parts.items()}
    return {f"{name}.weight": tensor.detach() for name, tensor in tensors.items()}


@torch.no_grad()
def round_to_file_precision(model: Model) -> None:
    """Replace every matrix by what the file will hold, so that torch computes with the shipped values."""
    for parameter in model.parameters():
        if parameter.dim() == 2:
            parameter.copy_(parameter.half().float())


def write_safetensors(model: Model, tokenizer: Tokenizer, path: Path) -> str:
    """Write the file and return its SHA-256 in hex."""
    stored = {
        name: (tensor.half() if tensor.dim() == 2 else tensor.float()).contiguous()
        for name, tensor in named_tensors(model).items()
    }
    header: dict[str, object] = {
        "__metadata__": {
            "format": "pt",
            "config": json.dumps(asdict(model.config)),
            "tokenizer": json.dumps({"special": SPECIALS, "pieces": tokenizer.pieces}, ensure_ascii=False),
        }
    }
    blobs, offset = [], 0
    for name, tensor in stored.items():
        blob = tensor.numpy().tobytes()
        kind = "F16" if tensor.dtype == torch.float16 else "F32"
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    text += b" " * (-len(text) % 8)
    content = struct.pack("<Q", len(text)) + text + b"".join(blobs)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()
