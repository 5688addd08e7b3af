"""Tasks as they are on the wire of streamable HTTP, by a client that knows only the wire."""

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

import httpx
import pytest
from pydantic import JsonValue, TypeAdapter

import processes
from slow_vendor import Vendor
from task_client import TASKS

VERSION = "2026-07-28"
META = "io.modelcontextprotocol/"
Json = dict[str, JsonValue]
_ANY: TypeAdapter[Json] = TypeAdapter(dict[str, JsonValue])


@dataclass(frozen=True)
class Answer:
    """The status, and the message as it came."""

    status: int
    message: Json

    def part(self, name: str) -> Json:
        found = self.message[name]
        assert isinstance(found, dict), self.message
        return found


class Raw:
    """Posts one request a call."""

    def __init__(self, http: httpx.AsyncClient, url: str) -> None:
        self._http = http
        self._url = url

    async def post(
        self,
        method: str,
        params: Json,
        *,
        declares: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """`headers` are in the place of those that are right, or besides them."""
        capabilities: Json = {"extensions": {TASKS: {}}} if declares else {}
        meta: Json = {
            f"{META}protocolVersion": VERSION,
            f"{META}clientInfo": {"name": "raw", "version": "1"},
            f"{META}clientCapabilities": capabilities,
        }
        name = params.get("taskId") or params.get("name")
        right = {
            "Accept": "application/json, text/event-stream",
            "MCP-Protocol-Version": VERSION,
            "Mcp-Method": method,
            "Mcp-Name": str(name),
        }
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
        answer = await self._http.post(self._url, json=body, headers={**right, **(headers or {})})
        assert answer.headers["content-type"].startswith("application/json"), answer.text
        return Answer(answer.status_code, _ANY.validate_json(answer.text))

    async def task(self, method: str, task_id: str) -> Json:
        """The result of a request about a task."""
        return (await self.post(method, {"taskId": task_id})).part("result")


@pytest.fixture
async def raw(environment: dict[str, str]) -> AsyncGenerator[Raw]:
    async with (
        processes.http(environment) as url,
        httpx.AsyncClient(trust_env=False, timeout=60) as http,
    ):
        yield Raw(http, url)


def call(video: str) -> Json:
    arguments: Json = {"video": video, "language": "en", "wait_seconds": 10}
    return {"name": "generate_subtitles", "arguments": arguments}


async def ended(raw: Raw, task_id: str) -> Json:
    while (task := await raw.task("tasks/get", task_id))["status"] == "working":
        pass
    return task


async def test_a_tasks_result_is_what_the_plain_call_answers_to_the_byte(
    raw: Raw, video: str, vendor: Vendor
) -> None:
    handle = (await raw.post("tools/call", call(video))).part("result")
    task_id = str(handle["taskId"])
    await vendor.end_job()
    plain = (await raw.post("tools/call", call(video), declares=False)).part("result")
    task = await ended(raw, task_id)
    assert plain.pop("_meta")
    assert json.dumps(task["result"]) == json.dumps(plain)
    structured = plain["structuredContent"]
    assert isinstance(structured, dict)
    assert (structured["job_id"], structured["state"]) == (task_id, "succeeded")


async def test_the_fields_are_those_of_the_schema_and_no_other(
    raw: Raw, video: str, vendor: Vendor
) -> None:
    handle = (await raw.post("tools/call", call(video))).part("result")
    task_id = str(handle["taskId"])
    first = await raw.task("tasks/get", task_id)
    await vendor.end_job()
    last = await ended(raw, task_id)
    base = {"resultType", "taskId", "status", "statusMessage", "createdAt", "lastUpdatedAt"}
    running = base | {"ttlMs", "pollIntervalMs", "_meta"}
    assert handle.keys() == first.keys() == running
    assert last.keys() == base | {"ttlMs", "_meta", "result"}
    assert (handle["resultType"], first["resultType"]) == ("task", "complete")
    assert handle["ttlMs"] is None
    assert isinstance(last["ttlMs"], int)
    assert isinstance(handle["pollIntervalMs"], int)
    assert str(handle["createdAt"]).endswith("Z")
    acknowledged = await raw.task("tasks/cancel", task_id)
    assert acknowledged.keys() == {"resultType", "_meta"}


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
async def test_each_request_about_a_task_is_refused_where_it_must_be(raw: Raw, method: str) -> None:
    params: Json = {"taskId": "job_none"}
    if method == "tasks/update":
        params["inputResponses"] = {}
    unknown = await raw.post(method, params)
    assert (unknown.status, unknown.part("error")["code"]) == (400, -32602)
    assert "no job" in str(unknown.part("error")["message"])
    undeclared = await raw.post(method, params, declares=False)
    assert (undeclared.status, undeclared.part("error")["code"]) == (400, -32021)
    required: Json = {"requiredCapabilities": {"extensions": {TASKS: {}}}}
    assert undeclared.part("error")["data"] == required
    for headers in ({"Mcp-Name": "another"}, {"Mcp-Name": ""}):
        mismatch = await raw.post(method, params, headers=headers)
        assert (mismatch.status, mismatch.part("error")["code"]) == (400, -32020)
    encoded = await raw.post(method, params, headers={"Mcp-Name": "=?base64?am9iX25vbmU=?="})
    assert encoded.part("error")["code"] == -32602
    malformed = await raw.post(method, {}, headers={"Mcp-Name": "job_none"})
    assert (malformed.status, malformed.part("error")["code"]) == (400, -32602)


@pytest.mark.parametrize("method", ["tasks/list", "tasks/result"])
async def test_what_the_extension_does_not_have_is_not_found(raw: Raw, method: str) -> None:
    answer = await raw.post(method, {"taskId": "job_none"})
    assert (answer.status, answer.part("error")["code"]) == (404, -32601)
