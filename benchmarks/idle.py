"""Idle: what a server costs while 10,000 jobs wait for their vendor."""

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio
import psutil
from pydantic import SecretStr
from sqlalchemy import Connection, insert

from media_tracks_server.jobs.asks import Asker
from media_tracks_server.jobs.database import Mode
from media_tracks_server.jobs.rows import values_of
from media_tracks_server.jobs.tables import work
from media_tracks_server.jobs.work import Phase
from media_tracks_server.settings import Settings
from media_tracks_server.wiring import Wired, wire
from media_tracks_tools.requests import GenerateSubtitles
from media_tracks_tools.services import Located, Wanted
from report import Verdict, at_most, say
from under_test import console_script, variables

ROWS = 10_000
SETTLE_SECONDS, SECONDS = 6.0, 20.0
TARGET_PERCENT, TARGET_MEGABYTES = 1.0, 150.0
NOWHERE = "http://127.0.0.1:9"
"""Nothing is due while it is measured, so nobody is asked."""


def run() -> Sequence[Verdict]:
    """CPU and memory of `media-tracks serve --transport http` with all rows waiting."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(
            database_url=f"sqlite:///{folder / 'jobs.db'}",
            datocms_api_token=SecretStr("token"),
            datocms_base_url=NOWHERE,
        )
        anyio.run(_fill, wire(settings))
        environment = {
            **os.environ,  # noqa: TID251 - for a real process
            **variables(folder, datocms_base_url=NOWHERE),
            "DATOCMS_API_TOKEN": "token",
        }
        command = [str(console_script()), "serve", "--transport", "http", "--port", "0"]
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
            try:
                percent, megabytes = _measured(psutil.Process(server.pid))
            finally:
                server.terminate()
    say(f"{ROWS} open rows, {SECONDS:.0f} s, nothing due")
    return [
        at_most("CPU, percent of one core", percent, TARGET_PERCENT, " %", 2),
        at_most("resident memory", megabytes, TARGET_MEGABYTES, " MB", 0),
    ]


async def _fill(wired: Wired) -> None:
    provider = wired.vendors[0]
    asker = Asker("local", time.time())
    request = GenerateSubtitles(video_id="v", language="en", name="English")
    wanted = Wanted(Located(provider, "v"), request, provider.plan_generate_subtitles(request))

    def rows(connection: Connection) -> None:
        later = {"phase": Phase.FOLLOW, "step": 1, "next_at": time.time() + 500}
        for number in range(ROWS):
            video = request.model_copy(update={"video_id": f"v{number}"})
            row = asker.row_of(wanted).model_copy(update={"request": video, **later})
            connection.execute(insert(work).values(values_of(row)))

    await wired.database.run(rows, Mode.WRITE)
    await wired.aclose()


def _measured(server: psutil.Process) -> tuple[float, float]:
    time.sleep(SETTLE_SECONDS)
    before = server.cpu_times()
    time.sleep(SECONDS)
    after = server.cpu_times()
    used = after.user + after.system - before.user - before.system
    return 100 * used / SECONDS, server.memory_info().rss / 1e6
