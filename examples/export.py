#!/usr/bin/env python3
# Part of the Norm project, under the Apache License v2.0 with LLVM Exceptions.
# See LICENSE for license information.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Exports the transformer blocks of this folder with torch-mlir.

usage: pip install torch==2.13.0 torch-mlir==20261001
       examples/export.py [FOLDER]     this folder by default

A block of GPT-2 small and one of a small Llama, as they are published:
attention, MLP, and around each a norm and a residual add. Weights are
arguments of the function, so that the files are small.
"""

import pathlib
import sys

import torch
from torch.nn import functional as F
from torch_mlir import fx


class Gpt2Block(torch.nn.Module):
    """12 heads of 64; layer norms before attention and MLP."""

    heads, width, eps = 12, 768, 1e-5

    def forward(self, x, g1, b1, w_qkv, b_qkv, w_o, b_o, g2, b2, w_up, b_up,
                w_down, b_down):
        batch, length, width = x.shape
        h = F.layer_norm(x, (width,), g1, b1, self.eps)
        q, k, v = F.linear(h, w_qkv, b_qkv).split(width, dim=-1)

        def split(t):
            return t.view(batch, length, self.heads, -1).transpose(1, 2)

        scores = split(q) @ split(k).transpose(-2, -1)
        scores = scores * (width // self.heads) ** -0.5
        mask = torch.ones(length, length, dtype=torch.bool).tril()
        scores = scores.masked_fill(~mask, float("-inf"))
        h = torch.softmax(scores, dim=-1) @ split(v)
        h = h.transpose(1, 2).reshape(batch, length, width)
        x = x + F.linear(h, w_o, b_o)
        h = F.layer_norm(x, (width,), g2, b2, self.eps)
        h = F.gelu(F.linear(h, w_up, b_up), approximate="tanh")
        return x + F.linear(h, w_down, b_down)

    def arguments(self, length):
        d = self.width
        shapes = [(1, length, d), (d,), (d,), (3 * d, d), (3 * d,), (d, d), (d,),
                  (d,), (d,), (4 * d, d), (4 * d,), (d, 4 * d), (d,)]
        return [torch.zeros(shape) for shape in shapes]


class LlamaBlock(torch.nn.Module):
    """8 heads of 64, rotary positions, a gated MLP; RMS norms, computed in f32
    and rounded before the scale, as transformers writes them."""

    heads, width, hidden, eps = 8, 512, 1376, 1e-5

    def norm(self, x, g):
        data = x.dtype
        x = x.to(torch.float32)
        variance = x.pow(2).mean(-1, keepdim=True)
        return g * (x * torch.rsqrt(variance + self.eps)).to(data)

    def forward(self, x, cos, sin, g1, w_q, w_k, w_v, w_o, g2, w_gate, w_up,
                w_down):
        batch, length, width = x.shape
        h = self.norm(x, g1)

        def split(t):
            return t.view(batch, length, self.heads, -1).transpose(1, 2)

        def rotate(t):
            first, second = t.chunk(2, dim=-1)
            return t * cos + torch.cat((-second, first), dim=-1) * sin

        q, k = rotate(split(F.linear(h, w_q))), rotate(split(F.linear(h, w_k)))
        scores = q @ k.transpose(-2, -1) * (width // self.heads) ** -0.5
        mask = torch.ones(length, length, dtype=torch.bool).tril()
        scores = scores.masked_fill(~mask, float("-inf"))
        h = torch.softmax(scores, dim=-1) @ split(F.linear(h, w_v))
        x = x + F.linear(h.transpose(1, 2).reshape(batch, length, width), w_o)
        h = self.norm(x, g2)
        h = F.silu(F.linear(h, w_gate)) * F.linear(h, w_up)
        return x + F.linear(h, w_down)

    def arguments(self, length):
        d, head = self.width, self.width // self.heads
        shapes = [(1, length, d), (length, head), (length, head), (d,), (d, d),
                  (d, d), (d, d), (d, d), (d,), (self.hidden, d),
                  (self.hidden, d), (d, self.hidden)]
        return [torch.zeros(shape) for shape in shapes]


def main(folder):
    for name, block in {"gpt2-block": Gpt2Block(), "llama-block": LlamaBlock()}.items():
        module = fx.export_and_import(
            block, *block.arguments(length=16), output_type="linalg-on-tensors",
            func_name=name.replace("-", "_"))
        text = f"// Made by examples/export.py.\n{module}"
        (folder / f"{name}.mlir").write_text(text.rstrip() + "\n")


if __name__ == "__main__":
    main(pathlib.Path(*sys.argv[1:] or [pathlib.Path(__file__).parent]))
