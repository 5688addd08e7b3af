"""What the job database remembers of finished WATCH steps, for the schedule of the next ones."""

from collections.abc import Callable

from sqlalchemy import Connection, delete, insert, select

from media_tracks_server.jobs.database import Database, Mode
from media_tracks_server.jobs.learning import NEWEST, Followed, Outlook
from media_tracks_server.jobs.tables import followed
from media_tracks_server.jobs.work import Phase, Work
from media_tracks_tools.plans import StepKind

FRESH_FOR = 10.0
"""Seconds for which an outlook is used before the database is asked again."""
LATE = 5.0
"""A look that came so many seconds after its time (this machine slept) teaches nothing."""

Topic = tuple[str, str, str]


def lesson_of(before: Work, after: Work, now: float) -> Followed | None:
    """What this move teaches: how long a step took of which the beginning was seen."""
    watched = before.phase is Phase.FOLLOW and before.current.kind is StepKind.WATCH
    finished = after.step > before.step or (after.phase is Phase.DONE and after.error is None)
    begun_here = not (before.adopted or before.already_existed)
    in_time = now - before.next_at <= LATE
    if not (watched and finished and begun_here and in_time):
        return None
    looked_at = before.looked_at
    return Followed(
        media_length=before.duration_seconds,
        not_yet=looked_at - before.step_since if looked_at is not None else 0.0,
        done=now - before.step_since,
        first=before.polls == 0,
    )


def keep(connection: Connection, before: Work, lesson: Followed, now: float) -> None:
    """Remember a lesson, and of its topic only the newest."""
    account, kind, stage = topic_of(before)
    connection.execute(
        insert(followed).values(
            account_fp=account,
            kind=kind,
            stage=stage,
            at=now,
            media_length=lesson.media_length,
            not_yet=lesson.not_yet,
            done=lesson.done,
            first=int(lesson.first),
        )
    )
    of_it = (followed.c.account_fp == account, followed.c.kind == kind, followed.c.stage == stage)
    old = select(followed.c.seq).where(*of_it).order_by(followed.c.seq.desc()).offset(NEWEST)
    connection.execute(delete(followed).where(followed.c.seq.in_(old.limit(NEWEST))))


def topic_of(work: Work) -> Topic:
    """What the duration of the step at hand is learned for."""
    return work.account_fp, work.request.kind.value, work.current.name


class Lessons:
    """Outlooks from the database, each kept for a few seconds."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[Topic, tuple[float, Outlook]] = {}

    async def outlook(self, work: Work) -> Outlook:
        """What is known of steps like the one at hand."""
        topic = topic_of(work)
        at, known = self._known.get(topic, (0.0, None))
        if known is not None and 0 <= self._clock() - at < FRESH_FOR:
            return known
        fresh = await self._database.run(lambda c: _read(c, topic), Mode.READ)
        self._known[topic] = (self._clock(), fresh)
        return fresh


def _read(connection: Connection, topic: Topic) -> Outlook:
    account, kind, stage = topic
    rows = connection.execute(
        select(followed.c.media_length, followed.c.not_yet, followed.c.done, followed.c.first)
        .where(followed.c.account_fp == account, followed.c.kind == kind, followed.c.stage == stage)
        .order_by(followed.c.seq.desc())
        .limit(NEWEST)
    ).all()
    newest_first = [
        Followed(row.media_length, row.not_yet, row.done, bool(row.first)) for row in rows
    ]
    return Outlook(newest_first[::-1])
