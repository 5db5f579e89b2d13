"""Random files: what the csv and json formats read, what they write, and partitioned folders."""
import json

SCALARS = [
    "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL(5, 2)",
    "DECIMAL(20, 0)", "DECIMAL(38, 18)", "CHAR(3)", "VARCHAR(4)", "STRING", "STRING", "BYTES",
    "BINARY(2)", "DATE", "TIME", "TIME(3)", "TIMESTAMP(0)", "TIMESTAMP(3)", "TIMESTAMP(6)",
    "TIMESTAMP(9)", "TIMESTAMP_LTZ(0)", "TIMESTAMP_LTZ(3)", "TIMESTAMP_LTZ(6)"]

# By the type's first word: texts that a format reads as this type, and texts that are doubtful.
INTEGERS = (
    ["0", "1", "-1", "42", "127", "-128", "7"],
    ["+5", " 7 ", "007", "-0", "", " ", "x", "1.5", "1.0", "1e2", "128", "32768", "2147483648",
     "9223372036854775808", "-9223372036854775809", "--1", "-", "+", "1_000", "0x10", "1L", "1 2",
     "1.", ".5", "true", "99999999999999999999999999", "-2147483649", "1e400", "0.99999999999999999999"])
FLOATS = (
    ["1.5", "-2.25", "0", "1e3", "NaN", "Infinity", "-Infinity", "0.1", "-0.0", "123456.789"],
    ["1e400", "-1e400", "1e-400", "0x1p3", "1d", "2f", "1D", ".5", "5.", "+1.5", " 2 ", "nan", "inf", "",
     " ", "1,5", "1e", "e1", "-", "x", "+Infinity", "+NaN", "1e+2", "1E-2", "3.4028236e38", "1_0",
     "0x10", "true", "--1"])
DECIMALS = (
    ["1", "1.5", "-0.05", "0", "12.34", "100", "-7.00", "999.99"],
    ["1.005", "-1.005", "1.004999", "1e3", "1E-3", "1e+2", ".5", "5.", "+1", "999.995", "1000", "1e40",
     "1e-40", "99999999999999999999", "100000000000000000000", "", " ", " 1", "1 ", "x", "1,5", "NaN",
     "--1", "-", "1e", "0x10", "1d", "0.0000000000000000005", "12345678901234567890.123456789012345678",
     "0e0", "-0", "1e400", "true", "123456789012345678901234567890123456789"])
TEXTS = (
    ["a", "abc", "Hello World", "12", "äöü", "日本", "😀", "x y", "it's", "true", "null", "NULL",
     "a-long-text-of-more-than-24-characters"],
    ["", " ", " pad ", "a,b", "a;b", "say \"hi\"", "\"", "\"\"", "\\", "a\\b", "#c", "tab\there", "a|b",
     "two\nlines", "\n", "'", "''", "n/a", "\x01", "\u007f", "{\"k\":1}", "[1]", "a/b", "\\n", "\\N",
     "\u2028", "é", "a\"b", "\"q\" r", "trailing\\"])
BYTES = (
    ["YWJj", "AAH/", "MTI=", "w6Q=", "/w==", "IA=="],
    ["", "YQ", "YQ=", "!!", "YW Jj", " YWJj", "YWJj ", "YWJj=", "YQ=a", "Y", "====", "YWJj\nYWJj", "_-8=",
     "YQ==YQ=="])
DATES = (
    ["2024-02-29", "1970-01-01", "1999-12-31", "2000-01-01", "9999-12-31", "1969-12-31"],
    ["2024-2-9", "0001-01-01", "1582-10-10", "2023-02-29", "2024-13-01", "2024-00-10", "2024-01-32", "",
     " 2024-01-01", "2024-01-01 ", "20240101", "12024-01-01", "+12024-01-01", "-0001-01-01", "0000-01-01",
     "24-01-01", "2024-01-01T00:00:00", "2024-01-01 00:00:00", "x", "2024/01/01", "2024-01", "19724",
     "2024-001", "2024-01-1", "2024-1-01", "02024-01-01", "2024-02-30", "2024-01--1"])
TIMES = (
    ["12:34:56", "00:00:00", "23:59:59", "01:02:03"],
    ["12:34", "12:34:56.7", "12:34:56.789", "12:34:56.789123", "23:59:59.999999999", "24:00:00", "1:02:03",
     "12:60:00", "12:00:60", "", " 12:00:00", "12:00:00 ", "12", "x", "12:34:56Z", "12:34:56+01:00",
     "12:34:56.", "12:34:56.1234567890", "T12:34:56", "12:34:5", "12-34-56", "45296"])
STAMPS = (
    ["2024-02-29 12:34:56", "1970-01-01 00:00:00", "2023-12-31 23:59:59.9", "2000-01-01 00:00:00.001",
     "1985-06-15 06:07:08.123456", "2024-03-31 02:30:00.123456789"],
    ["2024-02-29 12:34", "2024-02-29", "2024-02-29T12:34:56", "2024-02-29T12:34", "", " ", "x",
     " 2024-02-29 12:34:56", "2024-02-29 12:34:56 ", "2024-02-29 12:34:56.", "2024-02-29  12:34:56",
     "2024-02-30 00:00:00", "2024-02-29 24:00:00", "2024-02-29 12:34:60", "2024-2-29 12:34:56",
     "2024-02-29 1:34:56", "2024-02-29 12:34:56.1234567890", "2024-02-29 12:34:56+01:00", "1709210096",
     "2024-02-29 12:34:56 UTC", "2024-02-29 12:34:56.123,", "2024-02-29 12:34:56z", "20240229123456",
     "2024-02-29 12:34:56,5"])
BOOLEANS = (
    ["true", "false", "TRUE", "False"],
    [" true ", "tRuE", "yes", "1", "0", "", "t", "truex", "null", "on", " "])

POOLS = {
    "BOOLEAN": BOOLEANS, "TINYINT": INTEGERS, "SMALLINT": INTEGERS, "INT": INTEGERS,
    "BIGINT": INTEGERS, "FLOAT": FLOATS, "DOUBLE": FLOATS, "DECIMAL": DECIMALS, "CHAR": TEXTS,
    "VARCHAR": TEXTS, "STRING": TEXTS, "BYTES": BYTES, "BINARY": BYTES, "DATE": DATES,
    "TIME": TIMES, "TIMESTAMP": STAMPS, "TIMESTAMP_LTZ": STAMPS}
NUMBERS = ("TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL", "BOOLEAN")
# Flink writes others, but cannot read them.
PARTITION_TYPES = [
    "BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "FLOAT", "DOUBLE", "CHAR(3)", "VARCHAR(4)",
    "STRING", "STRING", "TIMESTAMP(0)", "TIMESTAMP(3)", "TIMESTAMP(6)"]
READ_PARTITION_TYPES = [t for t in PARTITION_TYPES if t != "BOOLEAN"]  # Flink fails to filter those
# What Flink escapes in the name of a partition's folder.
ESCAPED = "/\n\x00\x01\x7f:\\#\"'[]{}^?*=%"
# JSON of no type in particular.
JSON_ODD = [
    "{}", "[]", "{\"k\":1}", "[1,null]", "true", "false", "0", "-1", "1.5", "1e2", "\"\"", "\" \"",
    "\"x\"", "1E400", "\"\\u00e4\\n\"", "100000000000000000000", "-0", "-0.0", "0.1e1", "\"null\"",
    "[[1]]", "{\"a\":{\"b\":[]}}", "\"\\ud83d\\ude00\"", "\"\\ud800\"", "{\"k\":1,\"k\":2}", "1.0",
    "[\"x\"]", "[{\"a\":1}]", "12.50", "1e-7", "123456789012345678.123456789", "\"1\"", "\"1.5\""]
JSON_INVALID = [
    "NaN", "Infinity", "'x'", "01", "+1", ".5", "1.", "tru", "\"\\x\"", "\"a\tb\"", "nul", "-", "1e",
    "\"\\u12\"", "[1,]", "{\"k\":}", "", "\"open", "[1", "undefined", "TRUE", "None"]


def word(sql_type):
    return sql_type.split("(")[0].split("<")[0].split(" ")[0]


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


class RandomFiles:
    """Everything follows from the random.Random that it is given."""

    def __init__(self, random):
        self.random, self.parts = random, []

    def pick(self, choices):
        return self.random.choice(choices)

    def happens(self, probability):
        return self.random.random() < probability

    def text(self, sql_type, odd):
        """A cell of a scalar type; with probability `odd` a doubtful one."""
        good, doubtful = POOLS[word(sql_type)]
        if self.happens(odd):
            return self.pick(doubtful)
        text = self.pick(good)
        if word(sql_type) in ("TIMESTAMP", "TIMESTAMP_LTZ"):  # Flink hides what is too precise
            seconds, _, fraction = text.partition(".")
            fraction = fraction[:int(sql_type.split("(")[1][0])]
            return seconds + ("." + fraction if fraction else "")
        return text

    def with_clause(self, path, form, options):
        items = {"connector": "filesystem", "path": "${DIR}/" + path, "format": form, **options}
        return "WITH (" + ", ".join(f"{quoted(k)}={quoted(v)}" for k, v in items.items()) + ")"

    def create(self, name, types, path, form, options):
        columns = ", ".join(f"c{n} {t}" for n, t in enumerate(types))
        return f"CREATE TABLE {name} ({columns}) {self.with_clause(path, form, options)};"

    def file(self, name, text):
        """The lines between `file` and `end` are each ended by a line break."""
        self.parts.append(f"file {name}\n{text.removesuffix(chr(10))}" if text else f"file {name}")

    def case(self, name, sql):
        self.parts.append(f"case {name}\n" + "\n".join(sql))

    def projection(self, types):
        columns = [f"c{n}" for n in range(len(types))]
        if self.happens(0.75):
            return "*"
        return ", ".join(self.random.sample(columns, self.random.randint(1, len(columns))))

    # csv.

    def csv_type(self):
        if self.happens(0.8):
            return self.pick(SCALARS)
        return self.pick([
            f"ARRAY<{self.pick(SCALARS)}>", f"ROW<a {self.pick(SCALARS)}, b {self.pick(SCALARS)}>"])

    def csv_options(self, reads):
        o = {}
        if self.happens(0.35):
            o["csv.field-delimiter"] = self.pick([";", "|", "\\t", " ", "x", "#", "'", "\t", "-", "\\"])
        if self.happens(0.2):
            o["csv.disable-quote-character"] = "true"
        elif self.happens(0.25):
            o["csv.quote-character"] = self.pick(["'", "|", "q", "~"])
        if self.happens(0.25):
            o["csv.escape-character"] = self.pick(["\\", "\\", "!", "\""])
        if self.happens(0.3):
            o["csv.null-literal"] = self.pick(["n/a", "NULL", "", "null", "0", "\\N", "a b"])
        if self.happens(0.2):
            o["csv.array-element-delimiter"] = self.pick(["|", ":", ",", " ", "\""])
        if self.happens(0.2):
            o["csv.allow-comments"] = self.pick(["true", "true", "false"])
        if self.happens(0.1):
            o["csv.write-bigdecimal-in-scientific-notation"] = self.pick(["true", "false"])
        if reads and self.happens(0.6):
            o["csv.ignore-parse-errors"] = "true"
        return o

    def csv_cell(self, sql_type, odd, o):
        delimiter = o.get("csv.array-element-delimiter", ";")
        null = o.get("csv.null-literal")
        if null is not None and self.happens(0.15):
            text = null
        elif sql_type.startswith("ARRAY"):
            count = self.random.randint(0, 3)
            text = delimiter.join(self.text(sql_type[6:-1], odd) for _ in range(count))
        elif sql_type.startswith("ROW"):
            fields = [t.strip()[2:] for t in sql_type[4:-1].replace(", b ", "\x00b ").split("\x00")]
            texts = [self.text(t, odd) for t in fields]
            if self.happens(odd):
                texts = self.pick([texts[:1], texts + ["x"], []])
            text = delimiter.join(texts)
        else:
            text = self.text(sql_type, odd)
        if word(sql_type) == "TIMESTAMP_LTZ":
            text += (self.pick(["Z"] * 8 + ["", "z"]) if odd else "Z") if text else ""
        return text

    def csv_field(self, text, odd, o):
        """The cell as the file shows it, with quotes and escapes where they are needed."""
        quote = o.get("csv.quote-character", "\"")
        delimiter = {"\\t": "\t"}.get(o.get("csv.field-delimiter"), o.get("csv.field-delimiter", ","))
        escape = o.get("csv.escape-character")
        if "csv.disable-quote-character" in o:
            if escape is None:
                return text if self.happens(odd / 4) else "".join(
                    c for c in text if c not in "\n\r" + delimiter)
            return "".join(escape + c if c in ("\n", "\r", delimiter, escape) else c for c in text)
        needs = any(c in text for c in (quote, delimiter, "\n", "\r", escape or quote))
        if needs or self.happens(0.15):
            if escape is not None and self.happens(0.5):
                body = "".join(escape + c if c in (escape, quote) else c for c in text)
            else:
                body = text.replace(quote, quote * 2)
                if escape is not None and escape != quote:
                    body = body.replace(escape, escape * 2)
            field = quote + body + quote
            if self.happens(odd / 4):
                field = self.pick([f" {field}", f"{field} ", f"{field}x", field[:-1], field + quote,
                                   f"x{field}"])
            return field
        return text

    def csv_read(self, n):
        types = [self.csv_type() for _ in range(self.random.randint(1, 5))]
        o = self.csv_options(True)
        odd = self.pick([0, 0.3, 0.6]) if "csv.ignore-parse-errors" in o else self.pick([0, 0, 0.08])
        delimiter = {"\\t": "\t"}.get(o.get("csv.field-delimiter"), o.get("csv.field-delimiter", ","))
        lines = []
        for _ in range(self.random.randint(1, 7)):
            row = [self.csv_field(self.csv_cell(t, odd, o), odd, o) for t in types]
            if self.happens(odd / 5):
                row = self.pick([row[:-1], row + [""], row + ["x"], row + ["", ""], row[:1]])
            lines.append(delimiter.join(row))
            if self.happens(odd / 6):
                lines.append(self.pick(["", " ", "# a comment", "#", delimiter, " # x"]))
        end = "\r\n" if self.happens(0.2) else "\n"
        name = f"csv_read_{n}"
        self.file(name + ".csv", end.join(lines) + ("\r" if end == "\r\n" else ""))
        self.case(name, [self.create("t", types, name + ".csv", "csv", o),
                         f"SELECT {self.projection(types)} FROM t;"])

    # json.

    def json_type(self, depth=2):
        if depth == 0 or self.happens(0.75):
            return self.pick(SCALARS)
        return self.pick([
            lambda: f"ARRAY<{self.json_type(depth - 1)}>",
            lambda: f"MAP<{self.pick(['STRING', 'STRING', 'VARCHAR(9)'])}, {self.json_type(depth - 1)}>",
            lambda: f"ROW<a {self.json_type(depth - 1)}, b {self.json_type(depth - 1)}>",
            lambda: "MULTISET<STRING>"])()

    @staticmethod
    def split_row(sql_type):
        """The types of ROW<a .., b ..>."""
        level, inner = 0, sql_type[4:-1]
        for i, c in enumerate(inner):
            level += {"<": 1, "(": 1, ">": -1, ")": -1}.get(c, 0)
            if c == "," and level == 0:
                return [inner[:i][2:], inner[i + 2:][2:]]
        raise ValueError(sql_type)

    def json_options(self, reads):
        o = {}
        if reads and self.happens(0.55):
            o["json.ignore-parse-errors"] = "true"
        elif reads and self.happens(0.25):
            o["json.fail-on-missing-field"] = "true"
        if self.happens(0.3):
            o["json.timestamp-format.standard"] = self.pick(["ISO-8601", "SQL"])
        if not reads:
            if self.happens(0.4):
                o["json.map-null-key.mode"] = self.pick(["FAIL", "DROP", "LITERAL"])
            if self.happens(0.2):
                o["json.map-null-key.literal"] = self.pick(["nil", "", "k"])
            if self.happens(0.3):
                o["json.encode.decimal-as-plain-number"] = self.pick(["true", "false"])
            if self.happens(0.3):
                o["json.encode.ignore-null-fields"] = self.pick(["true", "false"])
        return o

    def json_value(self, sql_type, odd, o):
        if self.happens(0.1):
            return "null"
        if self.happens(odd / 2):
            return self.pick(JSON_ODD)
        if self.happens(odd / 30):
            return self.pick(JSON_INVALID)
        kind = word(sql_type)
        count = self.random.randint(0, 3)
        if kind == "ARRAY":
            inner = sql_type[6:-1]
            return "[" + ", ".join(self.json_value(inner, odd, o) for _ in range(count)) + "]"
        if kind in ("MAP", "MULTISET"):
            inner = sql_type[4:-1].split(", ", 1)[1] if kind == "MAP" else "INT"
            keys = [self.pick(["k", "j", "", "é", "a long name of a key", "k"]) for _ in range(count)]
            return "{" + ",".join(f"{json.dumps(k, ensure_ascii=False)}:{self.json_value(inner, odd, o)}"
                                  for k in keys) + "}"
        if kind == "ROW":
            return self.json_object(dict(zip("ab", self.split_row(sql_type))), odd, o)
        text = self.text(sql_type, odd)
        if kind == "TIMESTAMP_LTZ":
            text += self.pick(["Z"] * 8 + ["", "z"]) if odd else "Z"
        if kind.startswith("TIMESTAMP") and o.get("json.timestamp-format.standard") == "ISO-8601":
            text = text.replace(" ", "T", 1)
        if kind in NUMBERS and not self.happens(0.2):
            try:
                json.loads(text, parse_constant=lambda c: int("x"))
                return text
            except ValueError:
                pass
        return json.dumps(text, ensure_ascii=self.happens(0.3))

    def json_object(self, fields, odd, o):
        items = [(name, self.json_value(t, odd, o)) for name, t in fields.items()]
        if self.happens(0.2):
            self.random.shuffle(items)
        if self.happens(odd / 3):
            items = items[:-1] or items
        if self.happens(0.1):
            items.insert(self.random.randint(0, len(items)), (self.pick(["more", "C0", ""]),
                                                              self.pick(JSON_ODD)))
        if self.happens(odd / 4):
            name = self.pick(list(fields))
            items.append((name, self.json_value(fields[name], odd, o)))
        colon, comma = self.pick([(":", ","), (":", ","), (" : ", " , "), (": ", ", ")])
        return "{" + comma.join(f'"{k}"{colon}{v}' for k, v in items) + "}"

    def json_read(self, n):
        types = [self.json_type() for _ in range(self.random.randint(1, 4))]
        o = self.json_options(True)
        odd = self.pick([0, 0.3, 0.6]) if "json.ignore-parse-errors" in o else self.pick([0, 0, 0.08])
        lines = []
        for _ in range(self.random.randint(1, 7)):
            line = self.json_object({f"c{n}": t for n, t in enumerate(types)}, odd, o)
            if self.happens(odd / 5):
                line = self.pick([line[:-1], line + " ", " " + line, line + "x", line + "}", line + line,
                                  line + ",", "[" + line + "]", "[" + line + ", " + line + "]", "null",
                                  "", " ", "1", "\"x\"", "[]", "[null]", "{}", line + " # c", "[1]",
                                  line.replace(":", "=", 1), line[:len(line) // 2], "// c"])
            lines.append(line)
        end = "\r\n" if self.happens(0.15) else "\n"
        name = f"json_read_{n}"
        self.file(name + ".json", end.join(lines) + ("\r" if end == "\r\n" else ""))
        self.case(name, [self.create("t", types, name + ".json", "json", o),
                         f"SELECT {self.projection(types)} FROM t;"])

    # What a sink writes, seen line by line.

    def write(self, n, form):
        simple = [t for t in SCALARS if t != "BINARY(2)"]
        if form == "csv":
            types = [self.csv_type() if self.happens(0.4) else self.pick(simple)
                     for _ in range(self.random.randint(1, 5))]
        else:
            types = [self.json_type() for _ in range(self.random.randint(1, 4))]
        lines = [self.json_object({f"c{n}": t for n, t in enumerate(types)}, 0, {})
                 for _ in range(self.random.randint(1, 4))]
        texts = [n for n, t in enumerate(types) if word(t) in ("STRING", "VARCHAR", "CHAR")]
        if texts:
            lines += [json.dumps({f"c{n}": self.pick(self.pick(TEXTS)) for n in texts})
                      for _ in range(4)]
        name = f"{form}_write_{n}"
        self.file(name + ".json", "\n".join(lines))
        o = self.csv_options(False) if form == "csv" else self.json_options(False)
        zone = [f"SET 'table.local-time-zone' = '{self.pick(['UTC', 'Europe/Berlin'])}';"]
        self.case(name, zone + [
            self.create("t", types, name + ".json", "json", {}),
            self.create("w", types, "out", form, o),
            f"CREATE TABLE r (line STRING) {self.with_clause('out', 'raw', {})};",
            "INSERT INTO w SELECT * FROM t;", "SELECT * FROM r;"])

    # Partitions.

    def partitioned_write(self, n):
        types = [self.pick(PARTITION_TYPES) for _ in range(self.random.randint(2, 4))]
        count = self.random.randint(1, min(2, len(types) - 1))
        keys = [f"c{k}" for k in self.random.sample(range(len(types)), count)]
        lines = []
        for _ in range(self.random.randint(1, 4)):
            row = {f"c{k}": self.text(t, 0.4 if word(t) in ("STRING", "VARCHAR") else 0)
                   for k, t in enumerate(types)}
            # Flink cannot read the folder of NULL or an empty text back.
            lines.append(json.dumps({k: v or "x" for k, v in row.items()
                                     if k in keys or self.happens(0.9)}))
        name = f"partitions_write_{n}"
        self.file(name + ".json", "\n".join(lines))
        form = self.pick(["csv", "json"])
        o = {} if self.happens(0.7) else {"partition.default-name": self.pick(["none", "a b"])}
        columns = ", ".join(f"c{n} {t}" for n, t in enumerate(types))
        self.case(name + ' folded="several files"', [
            self.create("t", types, name + ".json", "json", {}),
            f"CREATE TABLE w ({columns}, p STRING METADATA FROM 'file.path' VIRTUAL) PARTITIONED BY "
            f"({', '.join(keys)}) {self.with_clause('out', form, o)};",
            "INSERT INTO w SELECT * FROM t;",
            f"SELECT {', '.join(f'c{n}' for n in range(len(types)))}, "
            "REGEXP_EXTRACT(p, 'out/(.*)/part', 1) FROM w;"])

    def partitioned_read(self, n):
        kind = self.pick(READ_PARTITION_TYPES)
        name = f"partitions_read_{n}"
        values = {self.text(kind, 0.1) or "x" for _ in range(2)}
        for i, value in enumerate(sorted(values)):
            value = "".join(f"%{ord(c):02X}" if c in ESCAPED else c for c in value)
            if " " not in value:
                self.file(f"{name}/k={value}/a.csv", f"{i}\n{i + 10}")
        if self.happens(0.3):
            self.file(f"{name}/k=__DEFAULT_PARTITION__/a.csv", "7")
            where = " WHERE k IS NOT NULL"  # Flink cannot read the folder of NULL
        else:
            where = self.pick(["", "", " WHERE c < 10", " WHERE k IS NOT NULL AND c > 0"])
        columns = self.pick([f"c INT, k {kind}", f"k {kind}, c INT"])
        self.case(name + ' folded="several files"', [
            f"CREATE TABLE t ({columns}) PARTITIONED BY (k) {self.with_clause(name, 'csv', {})};",
            f"SELECT * FROM t{where};"])


def parts(random, count):
    """`file` and `case` blocks, without their `end`."""
    files = RandomFiles(random)
    for n in range(count):
        kind = n % 10
        if kind < 3:
            files.csv_read(n)
        elif kind < 6:
            files.json_read(n)
        elif kind == 6:
            files.write(n, "csv")
        elif kind == 7:
            files.write(n, "json")
        elif kind == 8:
            files.partitioned_write(n)
        else:
            files.partitioned_read(n)
    return files.parts
