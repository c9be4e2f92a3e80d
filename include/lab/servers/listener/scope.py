"""Which tables does a query see, under which names, and what do its columns mean?

A tree of Oracle's SQL is translated in place: tables are looked up, functions are either known or
refused, and what SQLite would take in silence though Oracle does not is refused too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from lab.servers.listener import rewrite
from lab.servers.listener.catalogue import DATE, NUMBER, TEMPORAL, TIMESTAMP, VARCHAR2
from lab.servers.listener.checks import check_grouping, name_of, take_rownum
from lab.servers.listener.errors import (
    invalid_identifier,
    no_such_table,
    not_in_the_lab,
    not_properly_ended,
    ora,
)

if TYPE_CHECKING:
    from lab.servers.listener.catalogue import Catalogue

Kinds = dict[str, str | None]


class Scope:
    """The tables one query sees, by the names it gives them, on top of those around it."""

    def __init__(self, catalogue: Catalogue, outer: Scope | None = None) -> None:
        self._catalogue = catalogue
        self._outer = outer
        self._sources: dict[str, Kinds] = {}
        self._named: dict[str, Kinds] = {}
        # What the select list calls its columns: ORDER BY may use these names, nothing else may.
        self._aliases: Kinds = {}

    def translate_query(self, query: exp.Query) -> list[tuple[str, str | None]]:
        """Translate a query in place; return the names and kinds of its columns."""
        for cte in query.ctes:
            self._named[cte.alias_or_name.upper()] = dict(
                Scope(self._catalogue, self).translate_query(cte.this)
            )
        if isinstance(query, exp.SetOperation):
            left = Scope(self._catalogue, self).translate_query(query.this)
            Scope(self._catalogue, self).translate_query(query.expression)
            return left
        if isinstance(query, exp.Subquery):
            return Scope(self._catalogue, self).translate_query(query.this)
        if not isinstance(query, exp.Select):
            raise not_in_the_lab(f"query of the form {type(query).__name__}")
        return self._translate_select(query)

    def translate_dml(self, tree: exp.Expr) -> None:
        """Translate INSERT, UPDATE or DELETE in place."""
        target = tree.this.this if isinstance(tree.this, exp.Schema) else tree.this
        if not isinstance(target, exp.Table):
            raise not_in_the_lab(f"statement of the form {type(tree).__name__}")
        table = self._add_table(target)
        if "." not in table:
            raise ora(1031, "insufficient privileges")
        if isinstance(tree, exp.Insert):
            # SQLite's INSERT wants no alias.
            target.set("alias", None)
        self._translate_parts(tree, skip=target)

    def _translate_select(self, select: exp.Select) -> list[tuple[str, str | None]]:
        self._refuse_foreign(select)
        for source in self._from(select):
            self._add_source(source)
        names = [name_of(projection) for projection in select.expressions]
        check_grouping(select)
        take_rownum(select)
        self._translate_parts(select, skip=None)
        columns: list[tuple[str, str | None]] = []
        for projection, name in zip(list(select.expressions), names, strict=True):
            if name is None:
                columns.extend(self._star(projection))
            else:
                columns.append((name, self._kind(projection)))
                bare = projection.this if isinstance(projection, exp.Alias) else projection
                projection.replace(exp.alias_(bare.copy(), name, quoted=True))
        return columns

    @staticmethod
    def _refuse_foreign(select: exp.Select) -> None:
        if select.args.get("from_") is None:
            raise ora(923, "FROM keyword not found where expected")
        if isinstance(select.args.get("limit"), exp.Limit):
            raise not_properly_ended()
        if select.args.get("connect"):
            raise not_in_the_lab("CONNECT BY")
        select.set("locks", None)

    @staticmethod
    def _from(select: exp.Select) -> list[exp.Expr]:
        joins = select.args.get("joins") or []
        return [select.args["from_"].this, *(join.this for join in joins)]

    def _add_source(self, source: exp.Expr) -> None:
        if isinstance(source, exp.Table):
            self._add_table(source)
        elif isinstance(source, exp.Subquery):
            kinds = dict(Scope(self._catalogue, self._outer_named()).translate_query(source.this))
            self._sources[source.alias_or_name.upper()] = kinds
        else:
            raise not_in_the_lab(f"source of the form {type(source).__name__}")

    def _outer_named(self) -> Scope:
        # A subquery in FROM does not see its neighbours, but it sees the WITH names around it.
        scope = Scope(self._catalogue, self._outer)
        scope._named = self._named
        return scope

    def _add_table(self, node: exp.Table) -> str:
        if node.args.get("version"):
            raise not_in_the_lab("AS OF query")
        if node.args.get("partition"):
            raise not_in_the_lab("PARTITION in a query")
        if node.args.get("db") is None and (kinds := self._with_name(node.name)) is not None:
            self._sources[node.alias_or_name.upper()] = kinds
            return ""
        owner = node.args.get("db")
        owner_name = None if owner is None else owner.name if owner.quoted else owner.name.upper()
        table = self._catalogue.resolve(node.name, owner=owner_name, quoted=node.this.quoted)
        alias = node.alias_or_name
        node.set("this", exp.to_identifier(table, quoted=True))
        node.set("db", None)
        node.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
        self._sources[alias.upper()] = self._catalogue.kinds(table)
        return table

    def _with_name(self, name: str) -> Kinds | None:
        scope: Scope | None = self
        while scope is not None:
            if name.upper() in scope._named:
                return scope._named[name.upper()]
            scope = scope._outer
        return None

    def _translate_parts(self, tree: exp.Expr, *, skip: exp.Expr | None) -> None:
        sources = set(map(id, self._from(tree))) if isinstance(tree, exp.Select) else set()
        aliases: Kinds = {}
        if isinstance(tree, exp.Select):
            aliases = {part.alias.upper(): None for part in tree.expressions if part.alias}
        for key, value in list(tree.args.items()):
            if key == "with_":
                continue
            for part in value if isinstance(value, list) else [value]:
                if isinstance(part, exp.Expr) and part is not skip:
                    self._aliases = aliases if key == "order" else {}
                    self._translate_part(part, sources)

    def _translate_part(self, part: exp.Expr, sources: set[int]) -> None:
        if id(part) in sources:
            return
        if isinstance(part, exp.Query):
            Scope(self._catalogue, self).translate_query(part)
            return
        for child in list(part.iter_expressions()):
            self._translate_part(child, sources)
        part_now = self._translate_node(part)
        if part_now is not part:
            part.replace(part_now)

    def _translate_node(self, node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column):
            return self._translate_column(node)
        if isinstance(node, exp.Literal):
            return exp.Null() if node.is_string and node.name == "" else node
        if isinstance(node, exp.Dot):
            name = node.sql(dialect="oracle").upper()
            if name.removesuffix("()") == "DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER":
                return rewrite.call("ora_scn_now")
            packaged = rewrite.packaged_call(node)
            if packaged is None:
                raise invalid_identifier(name)
            return packaged
        if isinstance(node, exp.Anonymous) and isinstance(node.parent, exp.Dot):
            return node
        if isinstance(node, (exp.Add, exp.Sub)):
            return self._translate_sum(node)
        return rewrite.rewrite_function(node)

    def _translate_column(self, node: exp.Column) -> exp.Expr:
        if isinstance(node.this, exp.Star):
            return node
        stands_for = rewrite.pseudo_column(node)
        if stands_for is not None and not self._knows(node):
            return stands_for
        if node.name.upper() == "ROWNUM" and not node.table:
            return exp.Window(this=exp.RowNumber())
        if not self._knows(node) and node.name.upper() != "ROWID":
            name = node.name if node.this.quoted else node.name.upper()
            raise invalid_identifier(f'{node.table.upper()}"."{name}' if node.table else name)
        node.set("db", None)
        return node

    def _translate_sum(self, node: exp.Add | exp.Sub) -> exp.Expr:
        """Translate what is reckoned with dates: a date and days, or a date less a date."""
        left, right = self._kind(node.left), self._kind(node.right)
        minus = isinstance(node, exp.Sub)
        days = rewrite.days_of_interval(node.right)
        if left in TEMPORAL and right in TEMPORAL and minus:
            if left != DATE or right != DATE:
                raise not_in_the_lab("difference of timestamps; CAST both to DATE")
            return rewrite.call("ora_days_between", node.left, node.right)
        if left in TEMPORAL:
            change = days if days is not None else node.right
            if minus:
                change = exp.Neg(this=exp.paren(change.copy()))
            return rewrite.call("ora_add_days", node.left, change)
        if days is not None or right in TEMPORAL:
            raise not_in_the_lab("this reckoning with an interval or a date")
        return node

    def _knows(self, node: exp.Column) -> bool:
        return self._find(node) is not None

    def _find(self, node: exp.Column) -> tuple[str | None] | None:
        """Return the kind of a column, wrapped, or None when no source has it."""
        if not node.table and node.name.upper() in self._aliases:
            return (self._aliases[node.name.upper()],)
        scope: Scope | None = self
        while scope is not None:
            sources = scope._sources
            wanted = [sources.get(node.table.upper(), {})] if node.table else sources.values()
            for kinds in wanted:
                if node.name.upper() in kinds:
                    return (kinds[node.name.upper()],)
            scope = scope._outer
        return None

    def _star(self, projection: exp.Expr) -> list[tuple[str, str | None]]:
        wanted = projection.table.upper() if isinstance(projection, exp.Column) else None
        if wanted is not None and wanted not in self._sources:
            raise no_such_table()
        chosen = [self._sources[wanted]] if wanted is not None else self._sources.values()
        return [pair for kinds in chosen for pair in kinds.items()]

    def _kind(self, node: exp.Expr) -> str | None:
        """Return the kind of a value where the statement tells it."""
        if isinstance(node, (exp.Alias, exp.Paren, exp.Max, exp.Min, exp.Coalesce, exp.Neg)):
            return self._kind(node.this)
        if isinstance(node, exp.Column):
            found = self._find(node)
            return found[0] if found else None
        if isinstance(node, exp.Anonymous):
            if node.this == "ora_add_days":
                return self._kind(node.expressions[0])
            return rewrite.KIND_OF_CALL.get(str(node.this))
        if isinstance(node, exp.Literal):
            return VARCHAR2 if node.is_string else NUMBER
        if isinstance(node, exp.Case):
            return self._kind(node.args["ifs"][0].args["true"])
        if isinstance(node, (exp.Count, exp.Sum, exp.Avg, exp.Round, exp.Length, exp.Binary)):
            return NUMBER
        if isinstance(node, exp.CurrentTimestamp):
            return TIMESTAMP
        return None
