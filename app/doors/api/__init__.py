"""The JSON door under /api/v1 for scripts and pages: sign-in, devices, rounds, forms, satisfaction (contract)."""
