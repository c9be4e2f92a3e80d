"""
Is this line the end line, and what does it say?

Success is believed only in wordings that were seen in a log or sourced, and only where the whole
line fits: ``ha terminado correctamente`` stands in Spanish lines of success, of warnings and of
failure. Trouble is believed in any language that gives itself away.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from oracle_backup.domain.log.model import Ending
from oracle_backup.domain.log.wording import CONSOLE_COLUMNS, JOB, columns, east_asian, latin

_OK, _ERRORS, _FAILED = Ending.SUCCESS, Ending.ERRORS, Ending.FAILED


@dataclass(frozen=True, slots=True)
class EndLine:
    """
    What an end line says.

    ``lacks_elapsed``: there is a date, yet no duration, so that part may be cut off.
    """

    ending: Ending
    language: str | None
    job: str | None = None
    error_count: int | None = None
    elapsed: str | None = None
    lacks_elapsed: bool = False


_JOB_WORDINGS: Final = (
    ("en", _OK, latin("Job {job} successfully completed at {when}")),
    ("en", _ERRORS, latin("Job {job} completed with {n} error(s) at {when}")),
    ("en", _FAILED, latin("Job {job} stopped due to fatal error at {when}")),
    ("en", _FAILED, latin("Job {job} stopped by user request at {when}")),
    ("es", _OK, latin("El trabajo {job} ha terminado correctamente en {when}")),
    ("es", _ERRORS, latin("El trabajo {job} ha terminado con {n} error(es) en {when}")),
    ("fr", _OK, latin("L'exécution du travail {job} a abouti à {when}")),
    ("fr", _ERRORS, latin("Travail {job} terminé avec {n} erreur(s) à {when}")),
    ("de", _OK, latin("Job {job} erfolgreich um {when} abgeschlossen")),
    # from a public program that restores on RDS, not from a log
    ("pt", _OK, latin("O job {job} foi concluído com sucesso em {when}")),
    ("pt", _OK, latin("O job {job} foi concluído com sucesso às {when}")),
    ("ja", _OK, east_asian("ジョブ{job}が{when}で正常に完了しました")),
    ("ja", _FAILED, east_asian("ジョブ{job}は致命的なエラーのため{when}で停止しました")),
    ("ko", _OK, east_asian("{job}작업이{when}에서 성공적으로 완료됨")),
    ("ko", _ERRORS, east_asian("{job}작업이{n}오류와 함께{when}에서 완료됨")),
    ("zh-CN", _OK, east_asian("作业{job}已于{when}成功完成")),
    ("zh-CN", _ERRORS, east_asian("作业{job}已经完成,但是有{n}个错误(于{when}完成)")),
)
_CLASSIC_WORDINGS: Final = (
    ("en", _OK, latin("Export terminated successfully without warnings.")),
    ("en", _OK, latin("Import terminated successfully without warnings.")),
    ("en", _ERRORS, latin("Export terminated successfully with warnings.")),
    ("en", _ERRORS, latin("Import terminated successfully with warnings.")),
    ("es", _ERRORS, latin("La exportación ha terminado correctamente pero con advertencias.")),
    ("es", _ERRORS, latin("La importación ha terminado correctamente pero con advertencias.")),
    ("es", _OK, latin("La exportación ha terminado correctamente y sin advertencias.")),
    ("es", _OK, latin("La importación ha terminado correctamente y sin advertencias.")),
    # from the Japanese manual: 12.1 Utilities, tables 22-4 and 23-4
    ("ja", _OK, east_asian("エクスポートは警告なしで正常終了しました。")),
    ("ja", _OK, east_asian("インポートは警告なしで正常終了しました。")),
    ("ja", _ERRORS, east_asian("エクスポートは正常に終了しましたが、警告が発生しました。")),
    ("ja", _ERRORS, east_asian("インポートは正常に終了しましたが、警告が発生しました。")),
    ("ja", _FAILED, east_asian("エラーが発生したためエクスポートを終了します。")),
    ("ja", _FAILED, east_asian("エラーが発生したためインポートを終了します。")),
    ("ko", _OK, east_asian("엑스포트가 경고 없이 정상적으로 종료되었습니다.")),
    ("ko", _OK, east_asian("임포트가 경고 없이 정상적으로 종료되었습니다.")),
    ("zh-CN", _OK, east_asian("成功终止导出,没有出现警告。")),
    ("zh-CN", _OK, east_asian("成功终止导入,没有出现警告。")),
    ("zh-CN", _ERRORS, east_asian("成功终止导出,但出现警告。")),
    ("zh-CN", _ERRORS, east_asian("成功终止导入,但出现警告。")),
    ("zh-CN", _ERRORS, east_asian("导出成功终止,但出现警告。")),
    ("zh-CN", _ERRORS, east_asian("导入成功终止,但出现警告。")),
)


def _compiled(
    wordings: tuple[tuple[str, Ending, str], ...],
) -> tuple[tuple[str, Ending, re.Pattern[str]], ...]:
    return tuple((lang, ending, re.compile(text + r"\s*\.?\s*")) for lang, ending, text in wordings)


_JOB_LINES: Final = _compiled(_JOB_WORDINGS)
_CLASSIC_LINES: Final = _compiled(_CLASSIC_WORDINGS)

LONGEST_CLASSIC: Final = 120
_FULL_STOPS: Final = (".", "。", "．")
# exp and imp ending with warnings in a wording that is not in the list
_SOME_WARNINGS: Final = re.compile(
    r"(?:.{0,20}[\s'])?(?:export|import|esport|exporta|importa|Ausfuhr)\S*\s.{0,60}"
    r"(?:avec (?:des )?avertissement|mit Warnung|com advert|con (?:avvert|advert)).{0,20}",
    re.IGNORECASE,
)
# Any line that names a job in quotes and a time near its end
_SOME_JOB_LINE: Final = re.compile(rf'[^"]{{0,40}}{JOB}(?P<words>.*)')
_SOME_TIME: Final = re.compile(
    r"\d{1,2}:\d\d:\d\d(?:\s+\d{4})?(?:\s+elapsed\s+(?P<days>\d{1,6})\s+(?P<clock>\d\d:\d\d:\d\d))?"
)
# A year cut short, or a duration without its figures: the line goes on, or is cut off.
_CUT_OFF: Final = re.compile(r"elapsed|\s(?:\d{1,3}|e|el|ela|elap|elaps|elapse)\s*$")
_SOME_ERRORS: Final = re.compile(
    r"(?P<n>\d{1,12})\s*\W{0,2}(?:error|erreur|fehler|erro\b|errore|errori|エラー|個のエラー|件のエラー"
    r"|(?:개의\s*)?오류|个错误|個錯誤|ошиб|hata)",
    re.IGNORECASE,
)
_SOME_STOP: Final = re.compile(
    r"fatal|stopp?ed|parad[oa]|deten|interromp|interrump|interrott|arr.{1,4}t|gestoppt|abgebrochen"
    r"|angehalten|schwerwiegend|parou|parado|cancel|停止|중지|정지|致命|치명|остан",
    re.IGNORECASE,
)


def read_job_end(line: str) -> EndLine | None:
    """Given a line without its prefix, return what it says if it is Data Pump's end line."""
    for language, ending, pattern in _JOB_LINES:
        if found := pattern.fullmatch(line):
            return _end_line(found, ending, language) if _is_whole(found, line) else None
    return _read_unknown_job_end(line)


def read_classic_end(line: str) -> EndLine | None:
    """Given a line without its prefix, return what it says if it is the end line of exp or imp."""
    if len(line) > LONGEST_CLASSIC or not line.endswith(_FULL_STOPS):
        return None
    for language, ending, pattern in _CLASSIC_LINES:
        if pattern.fullmatch(line):
            return EndLine(ending, language)
    return EndLine(Ending.ERRORS, None) if _SOME_WARNINGS.fullmatch(line) else None


def _end_line(found: re.Match[str], ending: Ending, language: str | None) -> EndLine:
    parts = found.groupdict()
    return EndLine(
        ending=ending,
        language=language,
        job=f'"{parts["owner"]}"."{parts["name"]}"',
        error_count=int(parts["n"]) if parts.get("n") else None,
        elapsed=f"{parts['days']} {parts['clock']}" if parts["clock"] else None,
        lacks_elapsed=parts["day"] is not None and parts["clock"] is None,
    )


def _is_whole(found: re.Match[str], line: str) -> bool:
    """
    Tell whether nothing of the time is cut off.

    The time stands alone or is followed by year and elapsed; where a console wraps its lines, a
    line cut in between looks whole but for its width.
    """
    if found["day"] is None:
        return True
    return found["year"] is not None and (
        found["clock"] is not None or columns(line) < CONSOLE_COLUMNS
    )


def _read_unknown_job_end(line: str) -> EndLine | None:
    """Read trouble, and only trouble, in a wording that is not in the lists."""
    if (job := _SOME_JOB_LINE.fullmatch(line)) is None or len(line) > 400:
        return None
    words = job["words"]
    if (time := _SOME_TIME.search(words)) is None or words.lstrip().startswith(":"):
        return None
    said = words[: time.start()] + " " + words[time.end() :]
    errors = _SOME_ERRORS.search(said)
    if errors is None and not _SOME_STOP.search(said):
        return None
    if _CUT_OFF.search(said):
        return None
    return EndLine(
        ending=Ending.ERRORS if errors else Ending.FAILED,
        language=None,
        job=f'"{job["owner"]}"."{job["name"]}"',
        error_count=int(errors["n"]) if errors else None,
        elapsed=f"{time['days']} {time['clock']}" if time["clock"] else None,
    )
