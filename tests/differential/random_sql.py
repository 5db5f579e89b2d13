"""Random SQL from the grammar: expressions over the table t, queries over t and e."""
import json
import re

import grammar as g
import random_files


def json_file(columns):
    rows = zip(*columns.values())
    return "\n".join(json.dumps(dict(zip(columns, row)), ensure_ascii=False) for row in rows)


class RandomSql:
    """Everything follows from the random.Random that it is given."""

    def __init__(self, random):
        self.random = random

    def pick(self, choices):
        return self.random.choice(choices)

    def happens(self, probability):
        return self.random.random() < probability

    # Expressions over t.

    def expression(self, family, depth, bare=True):
        """Has a column in it, so that no planner can fold it; may be a column only if `bare`."""
        if family in g.COLUMNS and (depth <= 0 or bare and self.happens(0.25)):
            return self.pick(g.COLUMNS[family])
        templates = g.TEMPLATES.get(family, [])
        if family in g.COLUMNS and (not templates or self.happens(0.15)):
            templates = [t for t in g.GENERIC + (g.EXTREMES if family in g.SCALAR else [])
                         if "{F!}" not in t or g.CONSTANTS.get(family)]
        return self.fill(self.pick(templates), family, depth)

    def fill(self, template, family, depth):
        """A later argument may be a constant, one in four."""
        has_column = False

        def argument(match):
            nonlocal has_column
            name, constant = match[1].rstrip("!"), match[1].endswith("!")
            names = {"F": [family], "G": g.COMMON.get(family, [family]), "any": g.SCALAR,
                     "number": g.NUMBER}
            name = self.pick(names.get(name, [name]))
            constant = constant or has_column and self.happens(0.25)
            if name not in g.COLUMNS or constant and g.CONSTANTS.get(name):
                return self.pick(g.CONSTANTS[name])
            has_column = True
            return self.expression(name, depth - 1)
        return re.sub(r"\{(\w+!?)\}", argument, template)

    def item(self, depth):
        families = [f for f in g.COLUMNS if f not in ("num", "small")]
        return self.expression(self.pick(families + g.SCALAR), depth, bare=False)

    # Queries.

    def select(self, families):
        """SELECT p0, p1, .. of these families FROM t."""
        items = [f"{self.expression(f, 1)} AS p{n}" for n, f in enumerate(families)]
        where = f" WHERE {self.expression('bool', 2)}" if self.happens(0.6) else ""
        return f"SELECT {self.pick(['', '', 'DISTINCT '])}{', '.join(items)} FROM t{where}"

    def union(self, families):
        others = [self.pick(g.COMMON.get(f, [f])) for f in families]
        return self.select(families) + self.pick([" UNION ALL ", " UNION "]) + self.select(others)

    def values(self, families):
        rows = [", ".join(self.pick(g.CONSTANTS[f]) for f in families)
                for _ in range(self.random.randint(1, 4))]
        values = "VALUES " + ", ".join(f"({row})" for row in rows)
        return self.pick([values, f"SELECT * FROM ({values}) AS q",
                          f"SELECT DISTINCT * FROM ({values}) AS q"])

    def rows_query(self, batch):
        families = [self.pick(g.SCALAR) for _ in range(self.random.randint(1, 3))]
        inner = self.select(families)
        forms = [
            inner, self.union(families), self.values(families),
            f"SELECT p0, COUNT(*) AS n FROM ({inner}) AS q GROUP BY p0"
            + self.pick(["", " HAVING COUNT(*) > 1", " HAVING p0 IS NOT NULL"]),
            f"WITH q AS ({inner}) SELECT q.*, "
            + self.pick(["p0 IS NULL", "CAST(p0 AS STRING)", "COALESCE(p0, p0)"]) + " AS z FROM q",
            f"SELECT * FROM ({inner}) WHERE "
            + self.pick(["p0 IS NOT NULL", "NOT (p0 IS NULL)", "p0 IS DISTINCT FROM NULL"]),
            f"CREATE VIEW v1 AS {inner};\n"
            "CREATE VIEW v2 AS SELECT p0 AS a, p0 AS b FROM v1 WHERE p0 IS NOT NULL;\n"
            "SELECT a, COUNT(b), MAX(b) FROM v2 GROUP BY a"]
        if batch:
            order = ", ".join(f"p{n}" + self.pick(["", " DESC", " NULLS LAST", " DESC NULLS FIRST"])
                              for n in range(len(families)))
            forms.append(f"{inner} ORDER BY {order} LIMIT {self.random.randint(1, 8)}")
        return self.pick(forms)

    def aggregate(self, batch, window):
        value, text = self.pick(g.EVENT_VALUES), self.pick(g.EVENT_TEXTS)
        either, any_type = self.pick([value, text]), self.pick([value, text, "bo", "dt"])
        calls = [f"COUNT({either})", f"COUNT(DISTINCT {either})", f"SUM({value})", f"AVG({value})",
                 f"MIN({any_type})", f"MAX({any_type})", f"STDDEV_POP({value})",
                 f"VAR_POP({value})", "STDDEV_SAMP(d)", "VAR_SAMP(n)", f"PERCENTILE({value}, 0.5)"]
        if not window:  # Flink cannot merge the others over slices
            calls += [f"SUM(DISTINCT {value})", f"AVG(DISTINCT {value})"]
        if not batch:
            calls.append(f"COLLECT({text})")
        if not batch and not window:  # what depends on the order of the rows
            calls += [f"FIRST_VALUE({value})", f"LAST_VALUE({text})", f"LISTAGG({text})",
                      f"LISTAGG({text}, ';')", f"ARRAY_AGG({either})"]
        if self.happens(0.25):
            return f"{self.pick(calls)} FILTER (WHERE {self.pick(g.EVENT_CONDITIONS)})"
        return self.pick(calls + [
            "COUNT(*)", f"MAX({value}) - MIN({value})", f"SUM({value}) / COUNT(*)",
            f"CAST(SUM({value}) AS STRING)", f"COALESCE(SUM({value}), 0)"])

    def aggregate_query(self, batch):
        kind = self.pick(["plain", "plain", "global", "sets", "window"])
        keys = self.random.sample(g.EVENT_KEYS, self.random.randint(1, 2))
        items = [self.aggregate(batch, kind == "window") for _ in range(self.random.randint(1, 4))]
        source, listed = "e", ", ".join(keys)
        if kind == "plain":
            group, items = listed, keys + items
        elif kind == "global":
            group = ""
        elif kind == "sets":
            group = self.pick([f"CUBE ({listed})", f"ROLLUP ({listed})",
                               f"GROUPING SETS (({listed}), ())",
                               f"GROUPING SETS ({', '.join(f'({k})' for k in keys)})"])
            items = keys + items + self.pick([[], [f"GROUPING({keys[0]})"],
                                              [f"GROUPING_ID({listed})"]])
        else:
            source = f"TABLE({self.pick(g.WINDOWS)})"
            keys = keys[:self.random.randint(0, 1)]
            group = ", ".join(["window_start", "window_end"] + keys)
            items = self.pick([["window_start"], ["window_start", "window_end"]]) + keys + items
        text = f"SELECT {', '.join(items)} FROM {source}"
        if self.happens(0.4):
            text += f" WHERE {self.pick(g.EVENT_CONDITIONS)}"
        text += f" GROUP BY {group}" if group else ""
        if self.happens(0.3):
            text += f" HAVING {self.pick(g.EVENT_HAVING)}"
        return text, [n for n, item in enumerate(items) if re.search(g.APPROXIMATE, item)]


def test_file(random, expressions, queries, files, depth):
    """The text of a .test file (tests/README.md) without answers."""
    sql = RandomSql(random)
    lines = dict.fromkeys(sql.item(random.randint(1, depth)) for _ in range(expressions))
    math = dict.fromkeys(sql.expression("math", 2) for _ in range(expressions // 20))
    parts = [f"file t.json\n{json_file(g.VALUES)}", f"file e.json\n{json_file(g.EVENTS)}",
             f"setup\nSET 'table.local-time-zone' = '{random.choice(g.ZONES)}';\n{g.SETUP}",
             "\n".join(["exprs from t", *lines]), "\n".join(["exprs approx from t", *math])]
    for n in range(queries):
        batch = sql.happens(0.4)
        query, approximate = ((sql.rows_query(batch), []) if sql.happens(0.5)
                              else sql.aggregate_query(batch))
        flags = " batch" if batch else ""
        flags += " approx=" + ",".join(map(str, approximate)) if approximate else ""
        parts.append(f"case q{n}{flags}\n{query};")
    parts += ["setup"] + random_files.parts(random, files)
    return "".join(f"{part}\nend\n\n" for part in parts)
