"""The network: a small llama-style decoder (RMSNorm, rotary positions, SwiGLU, tied embedding, no biases)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Config:
    """Shape of a model; the field names are those of the weight file's metadata."""

    dim: int
    layers: int
    heads: int
    ffn: int
    vocab: int = 640
    ctx: int = 256
    theta: float = 10000.0
    eps: float = 1e-5


CONFIGS = {
    "tiny-0.4m": Config(dim=96, layers=3, heads=3, ffn=256),
    "tiny-1.3m": Config(dim=128, layers=6, heads=4, ffn=352),
}


def rms_norm(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotary positions on interleaved pairs (the GGUF "llama" layout)."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)


class Block(nn.Module):
    """Attention and feed-forward, each behind a norm; q, k, v and gate, up are stored as one matrix each."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        dim, ffn = config.dim, config.ffn
        residual = 1 / math.sqrt(2 * config.layers)
        self.config = config
        self.attn_norm = nn.Parameter(torch.ones(dim))
        self.ffn_norm = nn.Parameter(torch.ones(dim))
        self.qkv = nn.Parameter(torch.randn(3 * dim, dim) * dim**-0.5)
        self.attn_output = nn.Parameter(torch.randn(dim, dim) * dim**-0.5 * residual)
        self.gate_up = nn.Parameter(torch.randn(2 * ffn, dim) * dim**-0.5)
        self.ffn_down = nn.Parameter(torch.randn(dim, ffn) * ffn**-0.5 * residual)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        x = x + self.attend(rms_norm(x, self.attn_norm, self.config.eps), cos, sin, mask)
        gate, up = functional.linear(rms_norm(x, self.ffn_norm, self.config.eps), self.gate_up).chunk(2, -1)
        return x + functional.linear(functional.silu(gate) * up, self.ffn_down)

    def attend(self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor) -> Tensor:
        batch, length, dim = x.shape
        heads = self.config.heads
        split = functional.linear(x, self.qkv).view(batch, length, 3, heads, dim // heads).permute(2, 0, 3, 1, 4)
        query, key, value = rotate(split[0], cos, sin), rotate(split[1], cos, sin), split[2]
        weights = (query @ key.transpose(-1, -2) * (dim // heads) ** -0.5 + mask).softmax(-1)
        return functional.linear((weights @ value).transpose(1, 2).reshape(batch, length, dim), self.attn_output)


class Model(nn.Module):
    """Token ids in, logits out."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Parameter(torch.randn(config.vocab, config.dim) * 0.05)
        self.blocks = nn.ModuleList([Block(config) for _ in range(config.layers)])
        self.output_norm = nn.Parameter(torch.ones(config.dim))
        head_dim = config.dim // config.heads
        frequency = config.theta ** -(torch.arange(0, head_dim, 2).float() / head_dim)
        angle = torch.arange(config.ctx).float()[:, None] * frequency
        self.cos, self.sin = angle.cos(), angle.sin()
        self.mask = torch.full((config.ctx, config.ctx), -1e9).triu(1)

    def forward(self, ids: Tensor) -> Tensor:
        length = ids.shape[1]
        x = self.embedding[ids]
        for block in self.blocks:
            x = block(x, self.cos[:length], self.sin[:length], self.mask[:length, :length])
        return functional.linear(rms_norm(x, self.output_norm, self.config.eps), self.embedding)
