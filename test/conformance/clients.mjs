// Copyright The QuantumRerank Authors.
// SPDX-License-Identifier: Apache-2.0

// Client libraries for JavaScript that we did not write, against a running
// server: the twin of clients.py. Run through clients.sh, or by hand in a folder
// with the packages of package.json:
//
//     node clients.mjs http://127.0.0.1:8000

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const base = process.argv[2].replace(/\/$/, "");
// The packages lie in the working directory, not beside this file.
const require = createRequire(pathToFileURL(process.cwd() + "/"));

const query = "How do plants make their food?";
const documents = [
  "The stock exchange closed higher on Friday.",
  "Photosynthesis lets green leaves turn sunlight, water and carbon dioxide into sugar.",
  "Les feuilles vertes captent la lumière ☀️ pour produire des sucres.",
  "Roots take up water and minerals from the soil.",
  "A recipe for bread needs flour, water, salt and yeast.",
];

async function native() {
  const answer = await fetch(base + "/v1/rerank", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Rerank-Degradation": "Never" },
    body: JSON.stringify({ query, documents, method: "hybrid" }),
  });
  return (await answer.json()).results.map((r) => r.index);
}

const want = await native();
assert.equal(want.length, documents.length);

const tests = {
  async "cohere-ai v2"() {
    const { CohereClientV2, CohereError } = require("cohere-ai");
    const client = new CohereClientV2({ token: "tok", environment: base });
    const got = await client.rerank({ model: "m", query, documents, topN: 99 });
    assert.deepEqual(got.results.map((r) => r.index), want);
    await assert.rejects(client.rerank({ model: "m", query: " ", documents }), (e) => e instanceof CohereError && e.statusCode === 422);
  },
  async "cohere-ai v1"() {
    const { CohereClient } = require("cohere-ai");
    const client = new CohereClient({ token: "tok", environment: base });
    const got = await client.rerank({ model: "m", query, documents: documents.map((text) => ({ text })), topN: 2, returnDocuments: true });
    assert.deepEqual(got.results.map((r) => r.index), want.slice(0, 2));
    assert.equal(got.results[0].document.text, documents[want[0]]);
  },
  async "voyageai"() {
    const { VoyageAIClient } = require("voyageai");
    for (const path of ["/v1", "/compat/voyage/v1"]) {
      const client = new VoyageAIClient({ apiKey: "tok", environment: base + path });
      const got = await client.rerank({ model: "m", query, documents, topK: 3 });
      assert.deepEqual(got.data.map((r) => r.index), want.slice(0, 3));
    }
  },
  async "@mixedbread/sdk"() {
    const { Mixedbread } = require("@mixedbread/sdk");
    for (const path of ["", "/compat/mixedbread"]) {
      const client = new Mixedbread({ apiKey: "tok", baseURL: base + path, maxRetries: 0 });
      const got = await client.rerank({ model: "m", query, input: documents, top_k: 3, return_input: true });
      assert.deepEqual(got.data.map((r) => r.index), want.slice(0, 3));
      assert.equal(got.data[0].input, documents[want[0]]);
    }
  },
  async "ai with @ai-sdk/cohere"() {
    const { rerank } = require("ai");
    const { createCohere } = require("@ai-sdk/cohere");
    const model = createCohere({ baseURL: base + "/v2", apiKey: "tok" }).reranking("m");
    const got = await rerank({ model, query, documents, topN: 3 });
    assert.deepEqual(got.ranking.map((r) => r.originalIndex), want.slice(0, 3));
  },
};

let failed = 0;
for (const [name, run] of Object.entries(tests)) {
  try {
    await run();
    console.log("ok    " + name);
  } catch (error) {
    failed++;
    console.log("FAIL  " + name);
    console.error(error);
  }
}
process.exit(failed === 0 ? 0 : 1);
