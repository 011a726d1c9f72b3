"""Frames to files: GIF always, MP4 where there is an ffmpeg."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ...agents.files import replacing

NO_FFMPEG = "no MP4 was written, ffmpeg is missing: pip install -c constraints.txt imageio-ffmpeg"


def spread(num_steps: int, most: int) -> np.ndarray:
    """Numbers of the steps that become frames, evenly spread where there are more than `most`."""
    return np.unique(np.linspace(0, num_steps - 1, min(most, num_steps)).astype(int))


def save_gif(frames: Sequence[np.ndarray], path: Path, seconds_per_frame: float) -> None:
    """Writes an endless GIF, all or nothing; the last frame stands twice as long.

    Args:
        frames: each `(H, W, 3)` uint8.
        path: to write to.
        seconds_per_frame: how long a frame stands.
    """
    # One palette for all frames: what does not change stays equal, and only changes are stored.
    sample = Image.fromarray(np.concatenate([frame[::2, ::2] for frame in frames]))
    palette = sample.quantize(colors=255, method=Image.Quantize.MEDIANCUT)
    images = [
        Image.fromarray(f).quantize(palette=palette, dither=Image.Dither.NONE) for f in frames
    ]
    durations = [round(1000 * seconds_per_frame)] * len(images)
    durations[-1] *= 2
    with replacing(path) as temporary:
        images[0].save(
            temporary, "GIF", save_all=True, append_images=images[1:], duration=durations, loop=0
        )


def save_mp4(frames: Sequence[np.ndarray], path: Path, seconds_per_frame: float) -> None:
    """Writes an MP4 (H.264), all or nothing.

    Raises:
        FileNotFoundError: there is no ffmpeg.
        OSError: ffmpeg failed; the message is its own.
    """
    program = find_ffmpeg()
    if program is None:
        raise FileNotFoundError(NO_FFMPEG)
    height, width, _ = frames[0].shape
    with replacing(path) as temporary:
        given = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"]
        rate = ["-framerate", f"{1 / seconds_per_frame:.6f}", "-i", "-", "-r", "25"]
        # Players want an even size and this pixel format.
        made = [
            "-vf",
            "pad=ceil(iw/2)*2:ceil(ih/2)*2",
            "-pix_fmt",
            "yuv420p",
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
        ]
        quiet = [program, "-y", "-loglevel", "error"]
        result = subprocess.run(
            [*quiet, *given, *rate, *made, "-f", "mp4", str(temporary)],
            input=b"".join(frame.tobytes() for frame in frames),
            capture_output=True,
        )
        if result.returncode != 0:
            raise OSError(f"ffmpeg failed: {result.stderr.decode().strip()}")


def find_ffmpeg() -> str | None:
    """The ffmpeg on the path, or the one that comes with imageio-ffmpeg; None without either."""
    found = shutil.which("ffmpeg")
    if found is None:
        try:
            import imageio_ffmpeg

            found = imageio_ffmpeg.get_ffmpeg_exe()
        except (ImportError, RuntimeError):
            return None
    return found
