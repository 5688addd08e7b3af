# faster-whisper leaves some of its types open:
# pyright: reportUnknownMemberType=false
"""The measure for recognition: faster-whisper alone, with the options that the server uses.

`python bare_recognition.py MODEL CLIP THREADS` prints what it heard.
"""

import sys

from faster_whisper import WhisperModel


def main(model: str, clip: str, threads: str) -> None:
    """Listen to one file from its beginning to its end."""
    loaded = WhisperModel(
        model, device="cpu", compute_type="int8", cpu_threads=int(threads), local_files_only=True
    )
    segments, _ = loaded.transcribe(
        clip,
        language="en",
        beam_size=5,
        vad_filter=True,
        condition_on_previous_text=False,
        word_timestamps=True,
    )
    print(" ".join(segment.text for segment in segments))


if __name__ == "__main__":
    main(*sys.argv[1:])
