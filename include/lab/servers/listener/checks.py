"""What does Oracle refuse, or do, with ROWNUM and GROUP BY where SQLite has its own way?"""

from __future__ import annotations

import re

from sqlglot import exp

from lab.servers.listener import rewrite
from lab.servers.listener.errors import not_in_the_lab, ora


def name_of(projection: exp.Expr) -> str | None:
    """Return the name Oracle gives to a column of the result; None for a star."""
    if projection.is_star:
        return None
    if isinstance(projection, (exp.Alias, exp.Column)):
        named = projection.args["alias" if isinstance(projection, exp.Alias) else "this"]
        return str(named.name if named.quoted else named.name.upper())
    return re.sub(r"\s+", "", projection.sql(dialect="oracle")).upper()


def take_rownum(select: exp.Select) -> None:
    """Turn `ROWNUM <= n` at the top of a WHERE into a LIMIT."""
    where = select.args.get("where")
    if where is None or not _mentions_rownum(where):
        return
    kept = []
    conditions = where.this.flatten() if isinstance(where.this, exp.And) else [where.this]
    for condition in conditions:
        limit = _rownum_limit(condition)
        if limit is None:
            kept.append(condition)
        elif select.args.get("order") or select.args.get("group"):
            raise not_in_the_lab("ROWNUM beside ORDER BY; order in a subquery")
        else:
            select.set("limit", exp.Limit(expression=limit))
    select.set("where", exp.Where(this=exp.and_(*kept)) if kept else None)
    if select.args.get("limit") and _aggregates_of(select):
        raise not_in_the_lab("ROWNUM beside an aggregate; count in an outer query")


def _mentions_rownum(node: exp.Expr) -> bool:
    return any(column.name.upper() == "ROWNUM" for column in node.find_all(exp.Column))


def _rownum_limit(condition: exp.Expr) -> exp.Expr | None:
    """Given a condition, return how many rows it lets through when it is one on ROWNUM."""
    if not _mentions_rownum(condition):
        return None
    left, right = condition.args.get("this"), condition.args.get("expression")
    if isinstance(left, exp.Column) and isinstance(right, (exp.Literal, exp.Placeholder)):
        if isinstance(condition, exp.LTE):
            return right.copy()
        if isinstance(condition, exp.LT):
            return exp.Sub(this=right.copy(), expression=exp.Literal.number(1))
        if isinstance(condition, exp.EQ) and right.name == "1":
            return right.copy()
    raise not_in_the_lab("this use of ROWNUM")


def check_grouping(select: exp.Select) -> None:
    """Refuse a column outside an aggregate that is not grouped by; SQLite would pick any row."""
    group = select.args.get("group")
    grouped = {part.sql().upper() for part in group.expressions} if group else set()
    if group is None and not _aggregates_of(select):
        return
    for projection in select.expressions:
        if not _is_grouped(projection, grouped, select):
            raise (
                ora(979, "not a GROUP BY expression")
                if group
                else ora(937, "not a single-group group function")
            )


def _aggregates_of(select: exp.Select) -> list[exp.Expr]:
    """Return the aggregates in the select list itself, not those in subqueries or windows."""
    windows = {id(node.this) for node in select.find_all(exp.Window)}
    return [
        node
        for projection in select.expressions
        for node in projection.find_all(exp.AggFunc)
        if id(node) not in windows and node.find_ancestor(exp.Select) is select
    ]


def _is_grouped(node: exp.Expr, grouped: set[str], select: exp.Select) -> bool:
    if isinstance(node, (exp.AggFunc, exp.Query)) or node.sql().upper() in grouped:
        return True
    if isinstance(node, exp.Column):
        # USER, SYSDATE and their like are constants of the statement.
        return rewrite.pseudo_column(node) is not None
    return all(_is_grouped(child, grouped, select) for child in node.iter_expressions())
