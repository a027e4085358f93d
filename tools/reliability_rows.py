"""The rows of the test matrix: what goes wrong, and how often a night should try it; and where a row is less, why."""

ROWS: dict[str, tuple[str, str]] = {
    "P01": ("the battery is pulled while a visit is saved", "100 cuts, 5,000 saved visits"),
    "P02": ("the browser is killed", "500 kills"),
    "P03": ("the phone's storage is full", "50 of each kind"),
    "P04": ("a photo is larger than what is left", "50"),
    "P05": ("a cleaner empties the browser", "every gap named"),
    "P06": ("bits of the phone's database rot", "200 profiles"),
    "P07": ("the app is updated in the middle of a visit", "100 updates"),
    "P08": ("one draft is open in two tabs", "50"),
    "P09": ("the phone's database is upgraded, and cut", "every release × 20"),
    "P10": ("an older app meets a newer database", "every release"),
    "P11": ("the phone's clock is wrong", "40 cases"),
    "P12": ("the PIN is wrong or forgotten", "20"),
    "P13": ("a copied profile is searched", "20 planted names, numbers, photos"),
    "P14": ("sealed bytes are swapped or changed", "200"),
    "P15": ("private window, WeChat, no persistence", "6 of 6"),
    "P16": ("sealed export, imported twice", "50 × 2"),
    "P17": ("a weak phone with 300 visits and 2,400 photos", "save < 1 s, open < 3 s"),
    "P18": ("eight hours online and offline", "500 flips"),
    "R01": ("a bad line", "10,000 syncs"),
    "R02": ("one record from many clients at once", "2,000 × 5"),
    "R03": ("the service is killed (-9)", "2,000 kills"),
    "R04": ("the server's current is cut", "200 cuts on each database"),
    "R05": ("only answers are lost", "2,000"),
    "R06": ("photo uploads break anywhere", "5,000 photos"),
    "R07": ("other content under a known id", "500"),
    "R08": ("replies that lie", "500"),
    "R09": ("a poisoned record in a batch", "1,000 batches"),
    "R10": ("a child before its parent", "1,000 orders"),
    "R11": ("two offline corrections of one record", "500"),
    "R12": ("what older apps sent", "every recording"),
    "R13": ("pulling beside slow writers", "50,000 records"),
    "R14": ("500 phones reconnect at once", "drained in 10 min"),
    "R15": ("a client that ignores its wait", "others' p95 < 2×"),
    "R16": ("bombs in gzip", "100"),
    "R17": ("200 lines at a byte a second", "others' p95 < 2 s"),
    "R18": ("the service hangs and goes on", "100"),
    "R19": ("lies about what may be deleted", "500"),
    "R20": ("any order of events, both sides", "20,000 runs × 50 steps"),
    "D01": ("the server's disk is full", "100"),
    "D02": ("fsync fails", "each of the first 300 calls"),
    "D03": ("an old backup is put back", "20"),
    "D04": ("backup under load", "50"),
    "D05": ("the backup is damaged", "100"),
    "D06": ("photo files are lost or spoilt", "20"),
    "D07": ("leftover files", "200"),
    "D08": ("a migration is killed", "20 from the first release"),
    "D09": ("a SQLite that may lose commits", "refused"),
    "D10": ("a long export beside 20 writers", "10,000 writes"),
    "D11": ("PostgreSQL restarts under load", "100"),
    "D12": ("the object store fails", "1,000"),
    "D13": ("100,000 visits, 800,000 photos", "pages < 2 s"),
    "D14": ("hours of load with kills", "12 h at 20 records/s"),
    "S05": ("a revoked phone", "100"),
    "S06": ("guessing at passwords", "10,000"),
    "S18": ("the audit chain is tampered with", "400"),
    "SIM": ("seeded histories of the service's own code, model phones", "3,000 seeds"),
    "SIM-phone": ("seeded histories of the phone's own code", "2,000 seeds"),
}

STATED: dict[str, int] = {
    "P01": 5_000, "P02": 500, "P03": 50, "P04": 50, "P06": 200, "P07": 100, "P08": 50, "P09": 60, "P11": 40, "P12": 20,
    "P13": 20, "P14": 200, "P15": 6, "P16": 50, "P17": 10, "P18": 500, "R01": 10_000, "R02": 10_000, "R03": 2_000,
    "R04": 200, "R05": 2_000, "R06": 5_000, "R07": 500, "R08": 500, "R09": 1_000, "R10": 1_000, "R11": 500,
    "R13": 50_000, "R14": 500, "R16": 100, "R17": 200, "R18": 100, "R19": 500, "R20": 20_000, "D01": 100, "D02": 300,
    "D03": 20, "D04": 50, "D05": 100, "D06": 20, "D07": 200, "D08": 20, "D10": 10_000, "D11": 100, "D12": 1_000,
    "D13": 100_000, "S05": 100, "S06": 10_000, "S18": 400, "SIM": 3_000, "SIM-phone": 2_000,
}  # fmt: skip
"""The number that a row is asked for, counted as its drill counts; rows without one ask for every case there is."""

OF_EACH: dict[str, tuple[str, ...]] = {
    "P03": ("P03", "P03-torn"), "R02": ("R02-service", "R02-pg_service"), "R04": ("R04-sqlite", "R04-pg"),
    "R13": ("R13-sqlite", "R13-pg"),
}  # fmt: skip
"""The lines of a row of which each is asked for the stated number."""

NOT_WHOLE: dict[str, str] = {
    "P01": "Headless Chromium on ext4 in an image file; no phone's flash was cut. A chip that lies when it says it has "
    "written is not seen. Writes reach the image in the order in which the kernel gave them (decision 0070).",
    "P03": "Below 16 MiB of room the store writes nothing more (decision 0071): what was saved is safe, and a full "
    "phone can note neither a visit nor a receipt until something else is deleted. Another program that eats those "
    "16 MiB within half a minute after the proof could still tear Chromium's log. A browser without a writable private "
    "file system (Safari before 26) is asked for no proof; its database is SQLite, which rolls a torn write back (not "
    "tried here). Nor was a second tab that writes while the first one proves.",
    "P07": "Now and then (four of 61 changes on a busy machine) Chromium holds the old worker for the five minutes it "
    "grants; the page says so after 15 s, and what closes every page of the app ends it. What keeps the worker busy "
    "was not found.",
    "P09": "There is one release so far; the next one's store is imitated.",
    "P15": "Since Chromium names 10 GiB of room to every window a private one cannot be told from another; the words "
    "for it are earned by an older browser's answers, forged. A refused persistence is told everywhere.",
    "P17": "A sixth of this processor stands for a weak phone; the matrix's cgroup of 2 GB is not set.",
    "R03": "Kills while reading, checking and inserting are random moments; at write, fsync, rename and answer the "
    "kernel kills. Ready again: without the two seconds in which Python reads the program (decision 0082).",
    "R14": "Clients, service and database share the two cores; a run at a load of 12 says little of sign-in.",
    "R17": "An own crowd of slow lines instead of slowhttptest. The service itself cuts only silent uploads (60 s); "
    "idle headers are for the proxy in front.",
    "R20": "The mutation score is that of a small planter of our own (`python -m tools.mutants`); of the service's "
    "modules it draws a sample.",
    "D08": "Killed, not cut: the migration's transaction is the same; cuts of SQLite are R04.",
    "D13": "Rows of pictures without files. The export's memory is measured by the tests of the export.",
    "D14": "Twelve hours do not fit a night beside the rest: `RUHU_SOAK_HOURS=12` for a weekend.",
}
"""In what a row is smaller than it should be, and why."""

INVARIANTS: dict[str, str] = {
    "I1": "what the screen called saved survives a power cut",
    "I2": "what was receipted is on the service, byte for byte",
    "I3": "one row for an id",
    "I4": "a receipt is for the very bytes that are kept",
    "I5": "nothing leaves a phone before two proofs thirty days apart",
    "I6": "the service names every number that never came",
    "I7": "a photo that is called received is here and whole",
    "I8": "no record blocks another",
    "I9": "who pulls until nothing comes has what the service has",
    "I10": "a restart at any instruction needs nobody's help",
    "I11": "after a restore phones refill what is younger than thirty days",
    "I12": "nobody reads outside his counties, at any interleaving",
}
