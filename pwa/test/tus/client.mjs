/**
 * One upload by the protocol's own client (tus-js-client), told as JSON on standard input, its story as JSON on standard
 * output: { done, url, offsets, error }. `stop` ends it after so many acknowledged bytes; `url` goes on with one begun.
 */
import { readFileSync } from "node:fs";
import { Upload } from "tus-js-client";

const job = JSON.parse(readFileSync(0, "utf8"));
const offsets = [];

const story = await new Promise((resolve) => {
  const upload = new Upload(readFileSync(job.file), {
    endpoint: job.endpoint,
    uploadUrl: job.url ?? null,
    headers: { Authorization: `Bearer ${job.token}`, Connection: "close" },
    metadata: { sha256: job.sha256, filetype: "image/jpeg" },
    chunkSize: job.chunk ?? Infinity,
    retryDelays: Array(job.retries ?? 0).fill(20),
    storeFingerprintForResuming: false,
    onAfterResponse: (_request, response) => {
      const offset = response.getHeader("Upload-Offset");
      if (offset !== undefined && response.getStatus() < 300) offsets.push(Number(offset));
    },
    onChunkComplete: (_size, accepted) => {
      if (job.stop !== undefined && accepted >= job.stop) {
        void upload.abort().then(() => resolve({ done: false, url: upload.url, offsets }));
      }
    },
    onSuccess: () => resolve({ done: true, url: upload.url, offsets }),
    onError: (error) =>
      resolve({ done: false, url: upload.url, offsets, error: error.originalResponse?.getStatus() ?? String(error) }),
  });
  upload.start();
});
process.stdout.write(JSON.stringify(story));
