"""One request that changes tracks and one that reads them, the same for both vendors."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from media_tracks_server.sandbox import LogEntry, SandboxInfo


@dataclass(frozen=True)
class Subject:
    """A vendor, and how it is asked to generate subtitles of the featured video."""

    vendor: str
    sandbox: SandboxInfo
    client: httpx.Client
    generation: str
    listing: str
    body: Mapping[str, object] | None
    effect: str
    """What a generation that was accepted did."""
    accepted: int
    """The status of its answer."""

    @property
    def video(self) -> str:
        """The featured video's id."""
        return self.generation.split("/")[2]

    def generate(self, timeout: float = 30) -> httpx.Response:
        """Ask for subtitles; a second time is accepted by DatoCMS and not by Cloudflare."""
        return self.client.post(self.generation, json=self.body, timeout=timeout)

    def read(self) -> httpx.Response:
        """List the tracks."""
        return self.client.get(self.listing)

    def count(self) -> int:
        """How many subtitle tracks are listed."""
        answer = self.read().json()
        if self.vendor == "cloudflare":
            return len(answer["result"])
        return sum(one["attributes"]["type"] == "subtitles" for one in answer["data"])

    def log(self) -> list[tuple[str, int, str | None]]:
        """Method, status and effect of every entry."""
        return [(one.method, one.status, one.effect) for one in self.sandbox.log()]

    def last(self) -> LogEntry:
        """The newest entry."""
        return self.sandbox.log()[-1]


@contextmanager
def opened(sandbox: SandboxInfo) -> Generator[Subject]:
    """A client with the token of the only vendor that was started."""
    if sandbox.datocms:
        video = f"/uploads/{sandbox.datocms.upload_id}"
        attributes = {"language_code": "it-IT", "name": "Italiano"}
        with _client(sandbox.datocms.base_url, sandbox.datocms.token) as client:
            yield Subject(
                vendor="datocms",
                sandbox=sandbox,
                client=client,
                generation=f"{video}/tracks/generate-subtitles",
                listing=f"{video}/tracks",
                body={"data": {"type": "subtitles_generation", "attributes": attributes}},
                effect="job-created",
                accepted=202,
            )
        return
    assert sandbox.cloudflare
    account = f"{sandbox.cloudflare.base_url}/accounts/{sandbox.cloudflare.account_id}"
    captions = f"/stream/{sandbox.cloudflare.video_uid}/captions"
    with _client(account, sandbox.cloudflare.token) as client:
        yield Subject(
            vendor="cloudflare",
            sandbox=sandbox,
            client=client,
            generation=f"{captions}/it/generate",
            listing=captions,
            body=None,
            effect="caption-created",
            accepted=200,
        )


def _client(base_url: str, token: str) -> httpx.Client:
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "X-Api-Version": "3",
    }
    return httpx.Client(base_url=base_url, headers=headers, trust_env=False)
