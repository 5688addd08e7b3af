// The TypeScript client on `media-tracks serve`: progress, its clock, and errors. Arguments: a
// video, two languages it has no subtitles in, then a URL, or a command with its arguments. The
// vendor's jobs must last longer than this client's time-out.

import assert from "node:assert/strict";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const PATIENCE_MS = 5000; // The server tells of an unchanged job every 4 s.

const [video, language, other, ...server] = process.argv.slice(2);
const transport = server[0].startsWith("http")
  ? new StreamableHTTPClientTransport(new URL(server[0]))
  : new StdioClientTransport({ command: server[0], args: server.slice(1), env: process.env });
const client = new Client({ name: "conformance", version: "1" });
await client.connect(transport);
await client.listTools(); // From here on every answer is checked against its output schema.

async function generate(language, options) {
  const values = [];
  const began = performance.now();
  const params = { name: "generate_subtitles", arguments: { video, language, wait_seconds: 30 } };
  const outcome = await client
    .callTool(params, undefined, {
      timeout: PATIENCE_MS,
      onprogress: (told) => values.push(told.progress),
      ...options,
    })
    .catch((error) => error);
  return { outcome, values, lasted: performance.now() - began };
}

const [kept, cut] = await Promise.all([
  generate(language, { resetTimeoutOnProgress: true }),
  generate(other, { resetTimeoutOnProgress: false }),
]);

assert.ok(kept.lasted > PATIENCE_MS, `the job ended in ${kept.lasted} ms: nothing was proven`);
assert.ok(kept.values.length > 0, "no progress arrived");
assert.ok(
  kept.values.every((value, place) => place === 0 || value > kept.values[place - 1]),
  `progress went back: ${kept.values}`,
);
assert.equal(kept.outcome.structuredContent?.state, "succeeded");
console.log(`progress arrives (${kept.values.length} times) and keeps a long call alive`);

assert.equal(cut.outcome.code, -32001, "without resetting, this client's time-out must fire");
const jobs = await client.callTool({ name: "list_jobs", arguments: { video } });
const left = jobs.structuredContent.jobs.find((job) => job.language === other);
const later = await client.callTool({
  name: "get_job_result",
  arguments: { job_id: left.job_id, wait_seconds: 30 },
});
assert.equal(later.structuredContent.state, "succeeded");
console.log("a client that gave up finds its job, finished");

const wrong = await client.callTool({ name: "list_subtitles", arguments: { video: "nowhere/x" } });
assert.equal(wrong.isError, true);
assert.match(wrong.content[0].text, /nowhere\/x/);
console.log("an error reaches the model as text");

await client.close();
