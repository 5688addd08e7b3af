"""The command `media-tracks`. Plain `serve` is dispatched before anything heavy is imported."""

import gc
import sys


def main() -> None:
    """Run the command; an expected failure is two lines on stderr and exit code 2."""
    from media_tracks_tools.errors import MediaTracksError

    try:
        if sys.argv[1:] == ["serve"]:
            gc.disable()  # what is made while starting stays, and looking for waste takes 50 ms
            from media_tracks_server.serving import stdio

            stdio()
        else:
            from media_tracks_server.commands import app

            app()
    except MediaTracksError as error:
        sys.stderr.write(f"media-tracks: {error.message}\n")
        if error.next_step:
            sys.stderr.write(f"Next: {error.next_step}\n")
        sys.exit(2)
