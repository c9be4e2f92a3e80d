"""How does each function of Oracle's SQL read in SQLite?

What is not listed is refused: SQLite has functions of the same names with other meanings, and a
translation that guesses would answer wrongly in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from lab.servers.listener.catalogue import DATE, NUMBER, TIMESTAMP, TIMESTAMPTZ, VARCHAR2
from lab.servers.listener.errors import invalid_identifier, not_in_the_lab

if TYPE_CHECKING:
    from collections.abc import Callable

# These mean the same in SQLite, or sqlglot turns them into what does.
SAME: tuple[type[exp.Expr], ...] = (
    exp.Abs,
    exp.And,
    exp.Avg,
    exp.Case,
    exp.Ceil,
    exp.Coalesce,
    exp.Count,
    exp.DecodeCase,
    exp.Exists,
    exp.Floor,
    exp.Greatest,
    exp.If,
    exp.Least,
    exp.Length,
    exp.Lower,
    exp.Max,
    exp.Min,
    exp.Mod,
    exp.Nullif,
    exp.Nvl2,
    exp.Or,
    exp.Replace,
    exp.Round,
    exp.RowNumber,
    exp.Substring,
    exp.Sum,
    exp.Trim,
    exp.Upper,
)

# Oracle's functions that sqlglot has no class for: what they become, and the kind they return.
ANONYMOUS: dict[str, tuple[str, str]] = {
    "SYS_CONTEXT": ("ora_sys_context", VARCHAR2),
    "TIMESTAMP_TO_SCN": ("ora_timestamp_to_scn", NUMBER),
    "SCN_TO_TIMESTAMP": ("ora_scn_to_timestamp", TIMESTAMP),
    "SYS_EXTRACT_UTC": ("ora_utc", TIMESTAMP),
    "LENGTHB": ("ora_lengthb", NUMBER),
    "BFILENAME": ("ora_bfilename", VARCHAR2),
    "RAWTOHEX": ("hex", VARCHAR2),
}
# Functions of packages; they, too, take plain values.
PACKAGED: dict[str, tuple[str, str]] = {
    "DBMS_LOB.FILEEXISTS": ("ora_file_exists", NUMBER),
}
KIND_OF_CALL = dict((*ANONYMOUS.values(), *PACKAGED.values())) | {
    "ora_sysdate": DATE,
    "ora_systimestamp": TIMESTAMPTZ,
    "ora_user": VARCHAR2,
    "ora_scn_now": NUMBER,
    "ora_to_char": VARCHAR2,
    "ora_to_date": DATE,
    "ora_trunc_date": DATE,
    "ora_as_date": DATE,
    "ora_as_timestamp": TIMESTAMP,
    "ora_days_between": NUMBER,
    "ora_concat": VARCHAR2,
    "ora_lpad": VARCHAR2,
    "ora_rpad": VARCHAR2,
    "ora_to_number": NUMBER,
    "group_concat": VARCHAR2,
}
_DAYS_PER = {"DAY": 1.0, "HOUR": 1 / 24, "MINUTE": 1 / 1440, "SECOND": 1 / 86400}


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """Return a call of a function of SQLite's or of ours."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def rewrite_function(node: exp.Expr) -> exp.Expr:
    """Given a function call of Oracle's, return what stands for it. Raise ORA-00904, ORA-03001."""
    rewriting = _REWRITINGS.get(type(node))
    if rewriting is not None:
        return rewriting(node)
    if isinstance(node, exp.Anonymous):
        return _rewrite_anonymous(node)
    if isinstance(node, exp.Func) and not isinstance(node, SAME):
        raise invalid_identifier(node.sql_name().upper())
    return node


def pseudo_column(node: exp.Column) -> exp.Expr | None:
    """Given a column, return what stands for it when it is really a function without brackets."""
    if node.this.quoted:
        return None
    name = node.name.upper()
    if node.table.upper() == "DBMS_FLASHBACK" and name == "GET_SYSTEM_CHANGE_NUMBER":
        return call("ora_scn_now")
    if node.table:
        return None
    return {"USER": call("ora_user"), "SYSDATE": call("ora_sysdate")}.get(name)


def days_of_interval(node: exp.Expr) -> exp.Expr | None:
    """Given an interval literal, return its length in days; None for anything else."""
    if not isinstance(node, exp.Interval):
        return None
    unit = node.text("unit").upper()
    if unit not in _DAYS_PER:
        raise not_in_the_lab(f"INTERVAL in {unit or 'this form'}")
    return exp.Literal.number(repr(float(node.this.name) * _DAYS_PER[unit]))


def _rewrite_anonymous(node: exp.Anonymous) -> exp.Expr:
    name = str(node.this)
    if name.startswith("ora_") or name in ("group_concat",):
        return node
    known = ANONYMOUS.get(name.upper())
    if known is None:
        raise invalid_identifier(name.upper())
    return call(known[0], *node.expressions)


def packaged_call(node: exp.Dot) -> exp.Expr | None:
    """Given a name with dots, return what stands for it when it calls a package's function."""
    function = node.expression
    if not isinstance(function, exp.Anonymous):
        return None
    known = PACKAGED.get(f"{node.this.sql()}.{function.this}".upper())
    return call(known[0], *function.expressions) if known else None


def _now(node: exp.Expr) -> exp.Expr:
    return call("ora_sysdate" if node.args.get("sysdate") else "ora_systimestamp")


def _to_char(node: exp.Expr) -> exp.Expr:
    style = node.args.get("format")
    return call("ora_to_char", node.this, *([style] if style else []))


def _to_date(node: exp.Expr) -> exp.Expr:
    return call("ora_to_date", node.this, node.args["format"])


def _to_timestamp(node: exp.Expr) -> exp.Expr:
    return call("ora_as_timestamp", _to_date(node))


def _date_literal(node: exp.Expr) -> exp.Expr:
    return call("ora_to_date", node.this, exp.Literal.string("YYYY-MM-DD"))


def _cast(node: exp.Expr) -> exp.Expr:
    target = node.args["to"].this
    if target == exp.DType.DATE:
        return call("ora_as_date", node.this)
    if target in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ):
        return call("ora_as_timestamp", node.this)
    return node


def _at_time_zone(node: exp.Expr) -> exp.Expr:
    zone = node.args["zone"].name.upper()
    if zone not in ("UTC", "+00:00", "GMT"):
        raise not_in_the_lab(f"time zone {zone}")
    return call("ora_utc", node.this)


def _date_trunc(node: exp.Expr) -> exp.Expr:
    return call("ora_trunc_date", node.this, node.args["unit"])


def _instr(node: exp.Expr) -> exp.Expr:
    if node.args.get("position") or node.args.get("occurrence"):
        raise not_in_the_lab("INSTR with a position")
    return call("instr", node.this, node.args["substr"])


def _pad(node: exp.Expr) -> exp.Expr:
    name = "ora_lpad" if node.args.get("is_left") else "ora_rpad"
    fill = node.args.get("fill_pattern") or exp.Literal.string(" ")
    return call(name, node.this, node.expression, fill)


def _listagg(node: exp.Expr) -> exp.Expr:
    separator = node.args.get("separator") or exp.Literal.string("")
    inner = node.this.this if isinstance(node.this, exp.Order) else node.this
    return call("group_concat", inner, separator)


def _concat(node: exp.Expr) -> exp.Expr:
    return call("ora_concat", node.this, node.expression)


_REWRITINGS: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.AtTimeZone: _at_time_zone,
    exp.Cast: _cast,
    exp.CurrentDate: lambda _: call("ora_sysdate"),
    exp.CurrentTimestamp: _now,
    exp.DPipe: _concat,
    exp.DateTrunc: _date_trunc,
    exp.DateStrToDate: _date_literal,
    exp.GroupConcat: _listagg,
    exp.Localtimestamp: lambda _: call("ora_as_timestamp", call("ora_systimestamp")),
    exp.Pad: _pad,
    exp.StrPosition: _instr,
    exp.StrToDate: _to_date,
    exp.StrToTime: _to_timestamp,
    exp.TimeToStr: _to_char,
    exp.Systimestamp: lambda _: call("ora_systimestamp"),
    exp.ToChar: _to_char,
    exp.ToNumber: lambda node: call("ora_to_number", node.this),
    exp.RegexpLike: lambda node: call("ora_regexp_like", node.this, node.expression),
}
