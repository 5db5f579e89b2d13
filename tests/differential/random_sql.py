"""Random SQL from the grammar: expressions over the table t, queries over t and e."""
import json
import re

import grammar as g

KEYS = ["k", "k0", "bo", "n0", "dt", "n % 3", "k || k0", "CHAR_LENGTH(k)", "x > 2", "UPPER(k0)", "COALESCE(k, k0)",
        "CASE WHEN n > 4 THEN 'big' ELSE k END", "MONTH(dt)", "CAST(n0 AS STRING)"]
EVENT_VALUES = ["n", "q", "x", "d", "n0", "n + 1", "q * 2", "x * n", "COALESCE(n, n0)", "CAST(n AS TINYINT)",
                "CAST(n0 AS DECIMAL(4, 1))", "CAST(d AS FLOAT)", "n0 % 4", "x / 3", "CASE WHEN bo THEN n END"]
EVENT_TEXTS = ["k", "k0", "CAST(n AS STRING)", "k || '-' || k0", "UPPER(k0)", "CAST(dt AS STRING)"]
EVENT_CONDITIONS = ["n > 3", "bo", "k = 'A'", "k IS NOT NULL", "x BETWEEN 1 AND 8", "k0 IN ('x', 'z')", "NOT bo",
                    "dt > DATE '2024-01-01'", "n0 <> 1 OR bo IS NULL", "k LIKE '%' AND n < q", "d > n"]
WINDOWS = ["TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '10' SECOND)",
           "HOP(TABLE e, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND)",
           "CUMULATE(TABLE e, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)",
           "TUMBLE(DATA => TABLE e, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '1' MINUTE)"]


def json_file(columns):
    return "\n".join(json.dumps({name: values[i] for name, values in columns.items()}, ensure_ascii=False)
                     for i in range(len(next(iter(columns.values())))))


class RandomSql:
    """Everything follows from the random.Random that it is given."""

    def __init__(self, random):
        self.random = random

    def pick(self, choices):
        return self.random.choice(choices)

    # Expressions over t.

    def expression(self, family, depth, bare=True):
        """Has a column in it, so that no planner can fold it; may be a column only if `bare`."""
        if family in g.COLUMNS and (depth <= 0 or bare and self.random.random() < 0.25):
            return self.pick(g.COLUMNS[family])
        templates = g.TEMPLATES.get(family, [])
        if family in g.COLUMNS and (not templates or self.random.random() < 0.15):
            extremes = g.EXTREMES if family in g.SCALAR else []
            templates = [t for t in g.GENERIC + extremes if "{F!}" not in t or g.CONSTANTS.get(family)]
        return self.fill(self.pick(templates), family, depth)

    def fill(self, template, family, depth):
        seen = []

        def argument(match):
            name, constant = match[1].rstrip("!"), match[1].endswith("!")
            if name == "F":
                name = family
            elif name == "G":
                name = self.pick(g.COMMON.get(family, [family]))
            elif name == "any":
                name = self.pick(g.SCALAR)
            elif name == "number":
                name = self.pick(g.NUMBER)
            if name not in g.COLUMNS:
                return self.pick(g.CONSTANTS[name])
            if g.CONSTANTS.get(name) and (constant or seen and self.random.random() < 0.25):
                return self.pick(g.CONSTANTS[name])
            seen.append(name)
            return self.expression(name, depth - 1)
        return re.sub(r"\{(\w+!?)\}", argument, template)

    def item(self, depth):
        families = [f for f in g.COLUMNS if f not in ("num", "small")]
        return self.expression(self.pick(families + g.SCALAR), depth, bare=False)

    # Queries.

    def some(self, choices, least, most):
        return self.random.sample(choices, self.random.randint(least, most))

    def rows_query(self):
        """SELECT over t: projections, conditions, UNION ALL, nested queries, LIMIT over a full order."""
        families = [self.pick(g.SCALAR) for _ in range(self.random.randint(1, 3))]

        def select(names):
            items = [self.expression(f, 1) + (f" AS p{n}" if names else "") for n, f in enumerate(families)]
            where = f" WHERE {self.expression('bool', 2)}" if self.random.random() < 0.6 else ""
            return f"SELECT {self.pick(['', '', 'DISTINCT '])}{', '.join(items)} FROM t{where}"
        kind = self.random.randrange(7)
        if kind == 0:
            return select(False)
        if kind == 1:
            second = select(True)
            for f in [f for f in families if f in g.COMMON]:
                families[families.index(f)] = self.pick([f] + g.COMMON[f])
            return f"{second} {self.pick(['UNION ALL', 'UNION ALL', 'UNION'])} {select(False)}"
        if kind == 2:
            return (f"SELECT p0, COUNT(*) AS n FROM ({select(True)}) AS q GROUP BY p0"
                    + self.pick(["", " HAVING COUNT(*) > 1", " HAVING p0 IS NOT NULL"]))
        if kind == 5:
            rows = [", ".join(self.pick(g.CONSTANTS[f]) for f in families) for _ in range(self.random.randint(1, 4))]
            return self.pick(["VALUES {}", "SELECT * FROM (VALUES {}) AS q", "SELECT DISTINCT * FROM (VALUES {}) AS q"]).format(", ".join(f"({r})" for r in rows))
        if kind == 6:
            return f"CREATE VIEW v1 AS {select(True)};\nCREATE VIEW v2 AS SELECT p0 AS a, p0 AS b FROM v1 WHERE p0 IS NOT NULL;\nSELECT a, COUNT(b), MAX(b) FROM v2 GROUP BY a"
        if kind == 3:
            return f"WITH q AS ({select(True)}) SELECT q.*, {self.pick(['p0 IS NULL', 'CAST(p0 AS STRING)', 'COALESCE(p0, p0)'])} AS z FROM q"
        return f"SELECT * FROM ({select(True)}) WHERE {self.pick(['p0 IS NOT NULL', 'NOT (p0 IS NULL)', 'p0 IS DISTINCT FROM NULL'])}"

    def aggregate(self, batch, window):
        value, text = self.pick(EVENT_VALUES), self.pick(EVENT_TEXTS)
        ordered = [] if batch or window else [f"FIRST_VALUE({value})", f"LAST_VALUE({text})", f"LISTAGG({text})", f"LISTAGG({text}, ';')", f"ARRAY_AGG({self.pick([value, text])})"]
        different = "" if window else "DISTINCT "
        call = self.pick(ordered + [
            "COUNT(*)", f"COUNT({self.pick([value, text])})", f"COUNT(DISTINCT {self.pick([value, text])})", f"SUM({value})", f"SUM({different}{value})", f"AVG({value})",
            f"AVG({different}{value})", f"MIN({self.pick([value, text, 'bo', 'dt', 'CAST(ts AS STRING)'])})", f"MAX({self.pick([value, text, 'bo', 'dt', 'CAST(ts AS STRING)'])})",             f"STDDEV_POP({value})", f"VAR_POP({value})", "STDDEV_SAMP(d)", "VAR_SAMP(n)",
            "COUNT(*)" if batch else f"COLLECT({text})", f"PERCENTILE({value}, 0.5)", f"MAX({value}) - MIN({value})",
            f"SUM({value}) / COUNT(*)", f"CAST(SUM({value}) AS STRING)", f"COALESCE(SUM({value}), 0)"])
        filters = self.random.random() < 0.25 and call.endswith(")") and " " not in call.split("(")[0] and call.count(")") == 1
        return call + (f" FILTER (WHERE {self.pick(EVENT_CONDITIONS)})" if filters else "")

    def aggregate_query(self, batch):
        """GROUP BY over e: plain, grouping sets, windows; (query, approximate columns)."""
        kind = self.pick(["plain", "plain", "global", "sets", "window"])
        keys = self.some(KEYS, 1, 2)
        calls = [self.aggregate(batch, kind == "window") for _ in range(self.random.randint(1, 4))]
        source, where, having = "e", "", ""
        if self.random.random() < 0.4:
            where = f" WHERE {self.pick(EVENT_CONDITIONS)}"
        if self.random.random() < 0.3:
            having = f" HAVING {self.pick(['COUNT(*) > 2', 'SUM(n) > 5', 'MAX(k0) <> MIN(k0)', 'COUNT(DISTINCT n0) > 1', 'AVG(q) IS NOT NULL'])}"
        if kind == "global":
            keys, group = [], ""
        elif kind == "sets":
            both = ", ".join(keys)
            keys_as = ", ".join(f"({k})" for k in keys)
            group = self.pick([f"CUBE ({both})", f"ROLLUP ({both})", f"GROUPING SETS (({both}), ())", f"GROUPING SETS ({keys_as})"])
            calls += [f"GROUPING({keys[0]})", f"GROUPING_ID({both})"][:self.random.randint(0, 2)]
        elif kind == "window":
            window = self.pick(WINDOWS)
            source = f"TABLE({window})"
            keys = keys[:self.random.randint(0, 1)]
            group = ", ".join(["window_start", "window_end"] + keys)
            keys = self.pick([["window_start"], ["window_end"], ["window_start", "window_end"]]) + keys
        else:
            group = ", ".join(keys)
        items = keys + calls
        approximate = [n for n, item in enumerate(items) if re.search(r"\b(d|FLOAT)\b|STDDEV|VAR_|PERCENTILE", item)]
        text = f"SELECT {', '.join(items)} FROM {source}{where}" + (f" GROUP BY {group}" if group else "") + having
        return text, approximate


def test_file(random, expressions, queries, depth):
    """The text of a .test file (tests/README.md) without answers."""
    sql = RandomSql(random)
    zone = random.choice(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
    parts = ["file t.json\n" + json_file(g.VALUES) + "\nend", "file e.json\n" + json_file(g.EVENTS) + "\nend",
             f"setup\nSET 'table.local-time-zone' = '{zone}';\n{g.SETUP}\nend"]
    lines = list(dict.fromkeys(sql.item(random.randint(1, depth)) for _ in range(expressions)))
    math = list(dict.fromkeys(sql.expression("math", 2) for _ in range(expressions // 20)))
    parts += ["exprs from t\n" + "\n".join(lines) + "\nend", "exprs approx from t\n" + "\n".join(math) + "\nend"]
    for n in range(queries):
        batch = random.random() < 0.4
        query, approximate = (sql.rows_query(), []) if random.random() < 0.5 else sql.aggregate_query(batch)
        flags = (" batch" if batch else "") + (" approx=" + ",".join(map(str, approximate)) if approximate else "")
        parts.append(f"case q{n}{flags}\n{query};\nend")
    return "\n\n".join(parts) + "\n"
