"""What every door of this house shares, and the only shared code that knows FastAPI.

`house` holds what was put together at start, `auth` says who is calling, `guard` is the middleware (headers, CSRF,
request log), `refusals` turns a Problem into an answer, `bodies` reads what was sent within limits.
"""
