// The official client for tasks on `media-tracks serve`: the same call plainly and as a task.
// Arguments: a video, a language it has no subtitles in, and the server's URL.

import assert from "node:assert/strict";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createTaskSessionFromClient, resultFromTaskOutcome } from "@modelcontextprotocol/ext-tasks/client";

const VERSION = "2026-07-28";
const [video, language, url] = process.argv.slice(2);
const clientInfo = { name: "conformance", version: "1" };
const clientCapabilities = { extensions: { "io.modelcontextprotocol/tasks": {} } };

const client = new Client(clientInfo, { versionNegotiation: { mode: { pin: VERSION } } });
await client.connect(new StreamableHTTPClientTransport(new URL(url)));

// The client refuses an answer that is a task, so ext-tasks asks its host to post such requests.
const methods = [];
async function rawDispatch(request) {
  methods.push(request.method);
  const answer = await fetch(url, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json, text/event-stream",
      "MCP-Protocol-Version": VERSION,
      "Mcp-Method": request.method,
      "Mcp-Name": request.params.taskId ?? request.params.name,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: methods.length, ...request }),
  });
  return answer.json();
}

const session = createTaskSessionFromClient(client, {
  endpointId: "media-tracks",
  rawDispatch,
  v2RequestFraming: { protocolVersion: VERSION, clientInfo, clientCapabilities },
});
async function byTask(name, argumentsOf) {
  const execution = await session.callTool(name, argumentsOf);
  const { outcome } = await execution.settle();
  const { content, structuredContent, isError } = resultFromTaskOutcome(outcome);
  return { content, structuredContent, isError };
}

async function plainly(name, argumentsOf) {
  const result = await client.callTool({ name, arguments: argumentsOf });
  const { content, structuredContent, isError } = result;
  return { content, structuredContent, isError };
}

const asked = { video, language, wait_seconds: 30 };
const [plain, task] = await Promise.all([
  plainly("generate_subtitles", asked),
  byTask("generate_subtitles", asked),
]);
assert.equal(plain.structuredContent.state, "succeeded");
assert.ok(methods.includes("tasks/get"), `no task was made: ${methods}`);
assert.deepEqual(task, plain);
console.log("a call gives the same result plainly and as a task");

const wrong = { video: "nowhere/x", language };
const refused = await byTask("generate_subtitles", wrong);
assert.equal(refused.isError, true);
assert.deepEqual(refused, await plainly("generate_subtitles", wrong));
console.log("an error is the same to a client with tasks");

await session.close();
await client.close();
