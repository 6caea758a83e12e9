"""Muon: momentum whose update is made nearly orthogonal by Newton-Schulz iterations, for the matrices of the blocks.

@see Keller Jordan, "Muon: An optimizer for hidden layers in neural networks", 2024
"""

import torch
from torch import Tensor, nn

MOMENTUM = 0.95
DECAY = 0.02


def orthogonalize(gradient: Tensor) -> Tensor:
    """Five Newton-Schulz steps in bfloat16 over a stack of matrices."""
    x = (gradient / (gradient.norm(dim=(-2, -1), keepdim=True) + 1e-7)).bfloat16()
    tall = x.shape[-2] > x.shape[-1]
    if tall:
        x = x.transpose(-1, -2)
    for _ in range(5):
        square = x @ x.transpose(-1, -2)
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * (square @ square)) @ x
    return (x.transpose(-1, -2) if tall else x).float()


class Muon:
    """Updates stacks of equal parameters together; a parameter of `parts` fused matrices is treated part by part."""

    def __init__(self, stacks: list[tuple[list[nn.Parameter], int]]) -> None:
        self.stacks = stacks
        self.momenta = [[torch.zeros_like(parameter) for parameter in parameters] for parameters, _ in stacks]

    @torch.no_grad()
    def step(self, rate: float) -> None:
        for (parameters, parts), momenta in zip(self.stacks, self.momenta):
            self.step_stack(parameters, momenta, parts, rate)

    def step_stack(self, parameters: list[nn.Parameter], momenta: list[Tensor], parts: int, rate: float) -> None:
        directions = []
        for parameter, momentum in zip(parameters, momenta):
            momentum.mul_(MOMENTUM).add_(parameter.grad)
            directions.append(parameter.grad + MOMENTUM * momentum)
        stacked = torch.stack(directions)
        count, rows, columns = stacked.shape
        update = orthogonalize(stacked.view(count * parts, rows // parts, columns)).view(stacked.shape)
        scale = max(1.0, rows / parts / columns) ** 0.5
        for parameter, direction in zip(parameters, update):
            parameter.mul_(1 - rate * DECAY).add_(direction, alpha=-rate * scale)
