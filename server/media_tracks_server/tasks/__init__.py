"""The extension `io.modelcontextprotocol/tasks`: jobs as task handles, for clients that say so."""

from media_tracks_server.tasks.extension import Tasks, task_ids_need_the_extension

__all__ = ["Tasks", "task_ids_need_the_extension"]
