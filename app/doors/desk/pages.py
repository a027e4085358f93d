"""All pages of the desk, hung into the app; and the page that a refusal becomes."""

from fastapi import FastAPI

from app.doors.desk import (
    accounts,
    app_keys,
    behind,
    board,
    brief,
    closing,
    county,
    coverage,
    devices,
    downloads,
    draw,
    flags,
    frozen,
    held,
    income,
    indicators,
    live,
    load,
    map,
    over_rounds,
    overview,
    papers,
    problems,
    published,
    questionnaires,
    reach,
    records,
    register,
    register_import,
    reviews,
    rounds,
    samples,
    security,
    sign_in,
    teams,
    versions,
    visits,
    void_note,
)
from app.doors.desk.frame import page_of_problem


def install(app: FastAPI) -> None:
    """Add every page; refusals are told in words to whoever asked for a page."""
    ceremony = (rounds, teams, draw, void_note, closing, samples)
    desk = (sign_in, *ceremony, board, live, county, records, held, register_import, register, accounts)
    figures = (overview, indicators, over_rounds, behind, brief, frozen, income, coverage, load, map, downloads)
    pages = (*desk, *figures, devices, versions, security, problems, published, visits, reach, reviews, flags, papers)
    for room in (*pages, questionnaires, app_keys):
        app.include_router(room.router)
    app.state.page_of_problem = page_of_problem
