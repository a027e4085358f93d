"""Reading published questionnaires. They hold no answers and are the same for every county."""

from sqlalchemy.orm import defer
from sqlalchemy.orm.interfaces import ORMOption
from sqlmodel import Session, col, select

from app.survey.questionnaires.models import FormFile, FormVersion
from app.survey.questionnaires.problems import UnknownForm


def get_form(session: Session, form_id: str, version: str) -> FormVersion | None:
    """One version, None when it was never published. Workbook and XForm are read only if asked for."""
    statement = select(FormVersion).where(FormVersion.form_id == form_id, FormVersion.version == version)
    return session.exec(statement.options(*_light())).first()


def require_form(session: Session, form_id: str, version: str) -> FormVersion:
    """One version. Raises UnknownForm."""
    found = get_form(session, form_id, version)
    if found is None:
        raise UnknownForm()
    return found


def latest_forms(session: Session) -> list[FormVersion]:
    """The version in force of every questionnaire (the one published last), by form id."""
    newest: dict[str, FormVersion] = {}
    for row in list_versions(session):
        newest[row.form_id] = row
    return [newest[form_id] for form_id in sorted(newest)]


def list_versions(session: Session) -> list[FormVersion]:
    """All versions, the earliest first."""
    statement = select(FormVersion).order_by(
        col(FormVersion.published_at), col(FormVersion.form_id), col(FormVersion.version)
    )
    return list(session.exec(statement.options(*_light())))


def files_of(session: Session, form_id: str, version: str) -> list[FormFile]:
    """The CSV files of a version, by name."""
    statement = select(FormFile).where(FormFile.form_id == form_id, FormFile.version == version)
    return list(session.exec(statement.order_by(col(FormFile.name))))


def require_file(session: Session, form_id: str, version: str, name: str) -> FormFile:
    """One CSV file of a version. Raises UnknownForm."""
    found = session.get(FormFile, (form_id, version, name))
    if found is None:
        raise UnknownForm()
    return found


def _light() -> list[ORMOption]:
    return [defer(FormVersion.xlsx), defer(FormVersion.xml)]  # type: ignore[arg-type]
