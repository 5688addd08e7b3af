# PyAV's stubs leave the keyword arguments of add_stream open:
# pyright: reportUnknownMemberType=false
"""The demo's own media: a short video with real speech, and some music."""

from fractions import Fraction
from importlib.resources import as_file, files
from pathlib import Path

_MEDIA = files("media_tracks_server.demo") / "media"
_WIDTH, _HEIGHT, _RATE = 320, 180, 25
_SOUND_RATE = 48_000
_CHUNK = 1024
_NOTES = (261.6, 329.6, 392.0, 329.6)


def transcript() -> str:
    """What is said in the clip, a sentence a line, without punctuation."""
    return (_MEDIA / "speech_en.txt").read_text(encoding="utf-8").strip()


def make_video(target: Path) -> Path:
    """An mp4 with a moving pattern (H.264) and the clip's speech (AAC)."""
    import av
    import numpy as np

    clip_file = as_file(_MEDIA / "speech_en.flac")
    with clip_file as speech, av.open(str(speech)) as clip, av.open(str(target), "w") as output:
        picture = output.add_stream("libx264", rate=_RATE)
        picture.width, picture.height, picture.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
        sound = output.add_stream("aac", rate=_SOUND_RATE, layout="mono")
        sound.metadata.update(language="eng", handler_name="English")
        columns = np.arange(_WIDTH, dtype=np.uint16)[None, :, None]
        rows = np.arange(_HEIGHT, dtype=np.uint16)[:, None, None]
        for number in range(int((clip.duration or 0) / 1e6 * _RATE)):
            shades = (columns + rows + np.array([number, 2 * number, 3 * number])) % 256
            frame = av.VideoFrame.from_ndarray(shades.astype(np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, _RATE)
            output.mux(picture.encode(frame))
        output.mux(picture.encode(None))
        for heard in clip.decode(audio=0):
            output.mux(sound.encode(heard))
        output.mux(sound.encode(None))
    return target


def make_music(target: Path, seconds: float) -> Path:
    """A soft arpeggio as AAC, as long as the video."""
    import av
    import numpy as np

    moments = np.arange(int(seconds * _SOUND_RATE)) / _SOUND_RATE
    beat = (moments * 2).astype(int) % len(_NOTES)
    wave = (
        0.2 * np.sin(2 * np.pi * np.array(_NOTES)[beat] * moments) * np.exp(-3 * (moments * 2 % 1))
    )
    samples = wave.astype(np.float32)[None, :]
    with av.open(str(target), "w") as output:
        sound = output.add_stream("aac", rate=_SOUND_RATE, layout="mono")
        for start in range(0, samples.shape[1], _CHUNK):
            chunk = np.ascontiguousarray(samples[:, start : start + _CHUNK])
            frame = av.AudioFrame.from_ndarray(chunk, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = _SOUND_RATE, start
            frame.time_base = Fraction(1, _SOUND_RATE)
            output.mux(sound.encode(frame))
        output.mux(sound.encode(None))
    return target
