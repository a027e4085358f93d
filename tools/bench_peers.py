"""What the best peers did, measured by the project on 2026-11-24, as data with its conditions.

ODK Central backend, master of 21 August 2026 (v2026.2.0 and 52 commits), Node 24.21.0, one process as shipped, blobs
in PostgreSQL 15.20 with all defaults (fsync and synchronous_commit on). A form of 31 questions, XML of 1 KB; photos of
302 KB each. Virtual machine with 2 cores (AMD EPYC), 24 GiB, Debian 12; loopback, no TLS; client (aiohttp, 0.5 to
2.6 ms CPU a submission), server and database share the cores; neighbours at most 2.2 % of the machine; one run a cell.
"""

CENTRAL_CONDITIONS = (
    "ODK Central backend v2026.2.0 + 52 commits (21 Aug 2026), Node 24.21.0, one process, PostgreSQL 15.20 defaults; "
    "31 questions, XML of 1 KB, photos of 302 KB; 2 cores (AMD EPYC), 24 GiB, Debian 12, loopback, quiet machine "
    "(neighbours at most 2.2 %), one run a cell, 24 Nov 2026."
)

# load, concurrency, submissions/s, p50 ms, p95 ms, p99 ms, CPU ms a submission: node, PostgreSQL
CENTRAL_INGEST = [
    ("no photo", 1, 82.1, 8.5, 25.5, 33.3, 6.3, 9.4),
    ("no photo", 8, 157.0, 48.9, 80.8, 92.1, 3.8, 6.5),
    ("no photo", 32, 154.0, 203.0, 248.0, 289.0, 3.8, 6.4),
    ("2 photos", 1, 21.4, 36.9, 77.8, 98.3, 22.8, 41.5),
    ("2 photos", 8, 45.8, 150.0, 238.0, 683.0, 10.3, 23.0),
    ("2 photos", 32, 54.7, 579.0, 663.0, 701.0, 10.4, 22.3),
]

CLIENT_CONDITIONS = (
    "Chromium 156 headless, 412×823, CPU 6× slower, 400 kbit/s both ways, 400 ms round trip, HTTP/1.1, brotli 11, "
    "empty profile; the same 31-question form; last of three runs, 24 Nov 2026. None of these works offline as built."
)

# client, requests, bytes over the line, ms until a key reached the first question
CLIENTS = [
    ("ODK Web Forms 0.22.0", 6, 1_052_584, 26_226),
    ("enketo-core 9.0.6, page", 5, 316_384, 9_478),
    ("SurveyJS 2.5.38", 5, 324_325, 10_417),
]
