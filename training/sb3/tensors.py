"""Text as tensors, so that a model file holds them without pickle."""

import numpy as np
import torch


def bytes_of(text: str) -> torch.Tensor:
    """`(L,)` uint8, UTF-8."""
    return torch.tensor(np.frombuffer(text.encode(), np.uint8).copy())


def text_of(tensor: torch.Tensor) -> str:
    """The text of `bytes_of`."""
    return tensor.cpu().numpy().astype(np.uint8).tobytes().decode()
