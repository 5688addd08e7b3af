"""The tables. What was asked (`job`) is apart from what happens at the vendor (`work`).

Changes of schema are additive only: processes of different versions share one file
(jobs.md §4). `meta.min_writer` tells an older process to stop writing.
"""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

SCHEMA_VERSION = 1
WRITER_VERSION = 1
"""What this process can write; it must be at least the database's `min_writer`."""

metadata = MetaData()

meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", Integer, nullable=False),
)

work = Table(
    "work",
    metadata,
    Column("id", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("account_fp", String, nullable=False),
    Column("open_key", String, unique=True),
    Column("settings_fp", String, nullable=False),
    Column("state", String, nullable=False),
    Column("phase", String, nullable=False),
    Column("body", Text, nullable=False),
    Column("engine_v", Integer, nullable=False),
    Column("gen", Integer, nullable=False),
    Column("owner", String),
    Column("lease_until", Float, nullable=False),
    Column("next_at", Float, nullable=False),
    Column("want_stop", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("finished_at", Float),
    Index("work_due", "finished_at", "account_fp", "owner", "next_at", "lease_until"),
    Index("work_owner", "owner"),
)

job = Table(
    "job",
    metadata,
    Column("id", String, primary_key=True),
    Column("principal", String, nullable=False),
    Column("work_id", String, ForeignKey("work.id"), nullable=False),
    Column("account_fp", String, nullable=False),
    Column("video_id", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("parent_id", String),
    Column("created_at", Float, nullable=False),
    Column("cancelled_at", Float),
    Index("job_work", "work_id"),
    Index("job_newest", "principal", "created_at"),
    Index("job_batch", "parent_id"),
)

job_event = Table(
    "job_event",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("work_id", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("state", String, nullable=False),
    Column("progress", Text),
    Index("job_event_work", "work_id", "seq"),
    sqlite_autoincrement=True,
)

followed = Table(
    "followed",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("account_fp", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("stage", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("media_length", Float),
    Column("not_yet", Float, nullable=False),
    Column("done", Float, nullable=False),
    Column("first", Integer, nullable=False),
    Index("followed_topic", "account_fp", "kind", "stage", "seq"),
    sqlite_autoincrement=True,
)
"""How long WATCH steps took: ages in seconds, at the last look that found them unfinished and at
the one that found them done. Where `parent_id` of `job` is set, it is the work of a batch."""

rate = Table(
    "rate",
    metadata,
    Column("bucket", String, primary_key=True),
    Column("tat", Float, nullable=False),
)
