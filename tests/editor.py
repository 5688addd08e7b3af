"""Somebody at DatoCMS who makes a track of the same name while nobody knows of ours."""

import httpx

from media_tracks_server.sandbox import DatoCmsInfo, SandboxInfo
from waiting import eventually


async def made_by_an_editor(sandbox: SandboxInfo, dato: DatoCmsInfo) -> None:
    """A track of the same name, made while nobody knows what became of ours."""
    await eventually(lambda: generations(sandbox) == 1)
    attributes = {"language_code": "en", "name": "English"}
    async with httpx.AsyncClient(
        headers={"Authorization": f"Bearer {dato.token}", "X-Api-Version": "3"}
    ) as editor:
        made = await editor.post(
            f"{dato.base_url}/uploads/{dato.upload_id}/tracks/generate-subtitles",
            json={"data": {"type": "subtitles_generation", "attributes": attributes}},
            headers={"Accept": "application/json", "Content-Type": "application/json"},
        )
    assert made.status_code == 202


def generations(sandbox: SandboxInfo) -> int:
    """How many generations the sandbox accepted, ours and the editor's."""
    return sum(entry.effect == "job-created" for entry in sandbox.log())
