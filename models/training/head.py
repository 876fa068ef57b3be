"""The network that is trained: from inner values of the wake word's network to phones, with CTC."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from assistant.engines.features import INNER
from assistant.phrases.pronunciation import PHONES

LABELS = len(PHONES) + 1
"""The blank and the phones."""
PER_ROW = 2
"""Frames of 20 ms for each row of 40 ms: phones are shorter than rows."""


class Head(nn.Module):  # type: ignore[misc,unused-ignore]
    """Bidirectional recurrent layers over a sentence. `mean` and `scale` are of the inner values, (INNER,) each."""

    mean: Tensor
    scale: Tensor

    def __init__(self, mean: NDArray[np.float32], scale: NDArray[np.float32], width: int, hidden: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.from_numpy(mean))
        self.register_buffer("scale", torch.from_numpy(scale))
        self.enter = nn.Linear(INNER, width)
        self.first = nn.GRU(width, hidden, batch_first=True, bidirectional=True)
        self.second = nn.GRU(2 * hidden, hidden, batch_first=True, bidirectional=True)
        self.leave = nn.Linear(2 * hidden, PER_ROW * LABELS)
        self.drop = nn.Dropout(0.15)

    def forward(self, rows: Tensor) -> Tensor:
        """(batch, rows, INNER) → logarithms of probabilities, (batch, PER_ROW * rows, LABELS)."""
        entered = self.drop(torch.relu(self.enter((rows - self.mean) * self.scale)))
        between = self.drop(self.first(entered)[0])
        left: Tensor = self.leave(self.drop(self.second(between)[0]))
        return left.reshape(len(rows), -1, LABELS).log_softmax(-1)

    def hear(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same for one recording: (rows, INNER) → (PER_ROW * rows, LABELS)."""
        with torch.no_grad():
            heard: NDArray[np.float32] = self(torch.from_numpy(rows)[None].to(self.mean.device))[0].cpu().numpy()
        return heard
