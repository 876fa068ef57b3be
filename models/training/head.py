"""The network that is trained: from the rows of a sound to phones, with CTC."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from assistant.engines.features import INNER
from assistant.engines.senones import PER_ROW
from assistant.phrases.pronunciation import PHONES

LABELS = len(PHONES) + 1
"""The blank and the phones."""
SHARE = 0.6
"""What the logarithms of either branch count. At 1 each, what both know would count twice, blanks above all."""


class Branch(nn.Module):  # type: ignore[misc,unused-ignore]
    """Bidirectional recurrent layers over a sentence. `mean` and `scale` are of the values it is given, one each."""

    mean: Tensor
    scale: Tensor

    def __init__(self, mean: NDArray[np.float32], scale: NDArray[np.float32], width: int, hidden: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("scale", torch.from_numpy(scale))
        self.enter = nn.Linear(len(mean), width)
        self.first = nn.GRU(width, hidden, batch_first=True, bidirectional=True)
        self.second = nn.GRU(2 * hidden, hidden, batch_first=True, bidirectional=True)
        self.leave = nn.Linear(2 * hidden, PER_ROW * LABELS)
        self.drop = nn.Dropout(0.15)

    def forward(self, rows: Tensor) -> Tensor:
        """(batch, rows, values) → logarithms of probabilities, (batch, PER_ROW * rows, LABELS)."""
        entered = self.drop(torch.relu(self.enter((rows - self.mean) * self.scale)))
        between = self.drop(self.first(entered)[0])
        left: Tensor = self.leave(self.drop(self.second(between)[0]))
        return left.reshape(len(rows), -1, LABELS).log_softmax(-1)


class Head(nn.Module):  # type: ignore[misc,unused-ignore]
    """A branch for the inner values, and one for the senones that is trained to agree with it on when a phone is heard.

    Given both in one branch, it would rely on the inner values of the few voices that it is trained on.
    """

    def __init__(self, inner: Branch, senones: Branch) -> None:
        super().__init__()
        self.inner, self.senones = inner, senones

    @classmethod
    def new(cls, mean: NDArray[np.float32], scale: NDArray[np.float32], width: int, hidden: int) -> "Head":
        """`mean` and `scale` are of rows, (WIDTH,) each; `hidden` is the width of the first branch's layers."""
        inner = Branch(mean[:INNER].copy(), scale[:INNER].copy(), width, hidden)
        return cls(inner, Branch(mean[INNER:].copy(), scale[INNER:].copy(), width * 5 // 6, hidden * 4 // 5))

    def apart(self, rows: Tensor) -> tuple[Tensor, Tensor]:
        """What either branch makes of (batch, rows, WIDTH)."""
        return self.inner(rows[..., :INNER]), self.senones(rows[..., INNER:])

    def forward(self, rows: Tensor) -> Tensor:
        """(batch, rows, WIDTH) → logarithms of probabilities, (batch, PER_ROW * rows, LABELS)."""
        inner, senones = self.apart(rows)
        return (SHARE * (inner + senones)).log_softmax(-1)

    def hear(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same for one recording: (rows, WIDTH) → (PER_ROW * rows, LABELS)."""
        with torch.no_grad():
            heard: NDArray[np.float32] = self(torch.from_numpy(rows)[None].to(self.inner.mean.device))[0].cpu().numpy()
        return heard
