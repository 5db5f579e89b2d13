"""What the differential test may write: columns, constants, and a template for every function.

In a template `{family}` stands for an expression of that family, `{family!}` for a constant of it,
and the other names of CONSTANTS for one of their texts. Templates name no function whose answer in
Flink is a known fault (tests/README.md), which would drown what is new.
"""
COLUMNS = {
    "int": ["ti", "si", "i", "b", "i0", "b0", "a[1]", "m['k']", "r.p"],
    "small": ["ti", "si", "i", "i0"],
    "dec": ["x", "y", "z", "w", "x0"],
    "approx": ["f", "d", "d0", "r.n.z"],
    "str": ["s", "s", "v", "c", "num", "s0", "c0", "sa[1]", "r.q"],
    "num": ["num"],
    "bool": ["bo", "bo0"],
    "bytes": ["`by`", "bi"],
    "date": ["dt", "dt0"],
    "time": ["tm"],
    "ts": ["t0", "ts", "t6", "t9", "ts0"],
    "ltz": ["l", "l6"],
    "arrint": ["a"],
    "arrstr": ["sa"],
    "map": ["m"],
    "row": ["r"],
}

SETUP = """CREATE TABLE t (ti TINYINT, si SMALLINT, i INT, b BIGINT, f FLOAT, d DOUBLE,
  x DECIMAL(10, 2), y DECIMAL(38, 18), z DECIMAL(3, 3), w DECIMAL(20, 0),
  c CHAR(3), v VARCHAR(8), s STRING, num STRING, bo BOOLEAN, `by` BYTES, bi BINARY(2),
  dt DATE, tm TIME, t0 TIMESTAMP(0), ts TIMESTAMP(3), t6 TIMESTAMP(6), t9 TIMESTAMP(9),
  l TIMESTAMP_LTZ(3), l6 TIMESTAMP_LTZ(6),
  a ARRAY<INT>, sa ARRAY<STRING>, m MAP<STRING, INT>, r ROW<p INT, q STRING, n ROW<z DOUBLE>>,
  i0 INT NOT NULL, b0 BIGINT NOT NULL, d0 DOUBLE NOT NULL, x0 DECIMAL(10, 2) NOT NULL,
  c0 CHAR(3) NOT NULL, s0 STRING NOT NULL, bo0 BOOLEAN NOT NULL, dt0 DATE NOT NULL,
  ts0 TIMESTAMP(3) NOT NULL)
WITH ('connector'='filesystem', 'path'='${DIR}/t.json', 'format'='json');
CREATE TABLE e (id INT, k STRING, n INT, q BIGINT, x DECIMAL(6, 2), d DOUBLE, bo BOOLEAN, dt DATE,
  k0 STRING NOT NULL, n0 INT NOT NULL, ts TIMESTAMP(3),
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
WITH ('connector'='filesystem', 'path'='${DIR}/e.json', 'format'='json');"""

# One column a line: its name and its values, row by row.
VALUES = {
    "ti": [1, 127, -128, 0, None, 5, -3, 42],
    "si": [2, 32767, -32768, 0, None, 7, -1, 100],
    "i": [3, 2147483647, -2147483648, 0, None, 12, -7, 1000],
    "b": [4, 9223372036854775807, -9223372036854775808, 0, None, 86400, -1, 1709210096],
    "f": [1.5, "NaN", "-Infinity", -0.0, None, 0.1, 3.4028235e+38, -2.5],
    "d": [2.5, "NaN", "Infinity", -0.0, None, 0.1, 1e+300, -1234.5678],
    "x": ["1.25", "99999999.99", "-99999999.99", "0.00", None, "12.50", "-0.05", "7.00"],
    "y": [
        "1.5", "99999999999999999999.999999999999999999", "-99999999999999999999.5", "0", None,
        "0.000000000000000001", "-3.25", "123456789.123456789"],
    "z": ["0.125", "0.999", "-0.999", "0", None, "0.500", "-0.001", "0.25"],
    "w": [
        "3", "99999999999999999999", "-99999999999999999999", "0", None, "12", "-5",
        "9007199254740993"],
    "c": ["abc", "zzz", "   ", "A b", None, "123", "-1 ", "äöü"],
    "v": ["abcdef", "zzzzzzzz", "", " x ", None, "12", "%_\\", "é€"],
    "s": ["Hello World", "a,b,,c", "", "  pad  ", None, "k=v,x=y", "a%b_c\\d", "Ünï cödé €"],
    "num": ["12", " 7 ", "-3.75", "1e3", None, "true", "2024-02-29", "99999999999"],
    "bo": [True, False, True, False, None, True, None, False],
    "by": ["YWJj", "AAH/", "", "MTI=", None, "w6Q=", "/w==", "IA=="],
    "bi": ["YWI=", "AAA=", "//8=", "MTI=", None, "w6Q=", "IAA=", "eno="],
    "dt": [
        "2024-02-29", "2250-12-31", "1969-12-31", "1970-01-01", None, "2023-12-31", "2000-01-01",
        "1999-03-28"],
    "tm": [
        "12:34:56", "23:59:59", "00:00:00", "01:02:03", None, "06:00:00", "18:30:15", "02:30:00"],
    "t0": [
        "2024-02-29 12:34:56", "2099-12-31 23:59:59", "1985-06-15 00:00:00", "2024-03-31 02:30:00",
        None, "2023-12-31 23:59:59", "2000-01-01 00:00:00", "2024-10-27 02:30:00"],
    "ts": [
        "2024-02-29 12:34:56.789", "2099-12-31 23:59:59.999", "1985-06-15 00:00:00.001",
        "2024-03-31 02:30:00", None, "2023-12-31 23:59:59.5", "2000-01-01 00:00:00",
        "2024-10-27 02:30:00"],
    "t6": [
        "2024-02-29 12:34:56.789012", "2099-12-31 23:59:59.999999", "1985-06-15 00:00:00.000001",
        "2024-03-31 02:30:00", None, "2023-12-31 23:59:59.5", "2000-01-01 00:00:00",
        "2024-10-27 02:30:00.12"],
    "t9": [
        "2024-02-29 12:34:56.789012345", "2099-12-31 23:59:59.999999999",
        "1985-06-15 00:00:00.000000001", "2024-03-31 02:30:00", None, "2023-12-31 23:59:59.5",
        "2000-01-01 00:00:00", "2024-10-27 02:30:00.1234567"],
    "l": [
        "2024-02-29 12:34:56.789Z", "2099-12-31 23:59:59.999Z", "1985-06-15 00:00:00Z",
        "2024-03-31 00:59:59Z", None, "2023-12-31 23:59:59.5Z", "2000-01-01 00:00:00Z",
        "2024-10-27 00:30:00Z"],
    "l6": [
        "2024-02-29 12:34:56.789012Z", "2099-12-31 23:59:59.999999Z", "1985-06-15 00:00:00Z",
        "2024-03-31 01:00:00Z", None, "2023-12-31 23:59:59.5Z", "2000-01-01 00:00:00Z",
        "2024-10-27 01:30:00Z"],
    "a": [[1, 2, 3], [], [None, 5], [7], None, [2147483647], [0, 0], [-1]],
    "sa": [["x", "y"], [], [None, ""], ["a,b"], None, ["Ä"], [" "], ["12"]],
    "m": [{"k": 1, "j": 2}, {}, {"k": None}, {"k": -5}, None, {"": 0}, {"k": 9}, {"K": 1}],
    "r": [
        {"p": 1, "q": "one", "n": {"z": 1.5}}, {"p": None, "q": None, "n": None},
        {"p": -1, "q": "", "n": {"z": None}}, {"p": 0, "q": "zero", "n": {"z": 0.0}}, None,
        {"p": 5, "q": "ß", "n": {"z": -2.0}}, {"p": 7, "q": "7", "n": None},
        {"p": 2147483647, "q": "max", "n": {"z": 10000000000.0}}],
    "i0": [1, 2, -3, 0, 5, 2147483647, 7, 8],
    "b0": [10, 20, -30, 0, 50, 9223372036854775807, 70, 80],
    "d0": [1.5, 0.1, -0.0, 0.0, 1e-07, 123456789.0, "NaN", 8.25],
    "x0": ["1.10", "2.25", "-3.33", "0.00", "5.55", "99999999.99", "7.70", "8.00"],
    "c0": ["abc", "ABC", "xyz", "   ", "a b", "12 ", "ñ12", "zzz"],
    "s0": ["alpha", "Beta", "", " gamma ", "42", "3.14", "x=1&y=2", "日本語"],
    "bo0": [True, False, True, True, False, False, True, False],
    "dt0": [
        "2024-01-31", "2024-02-29", "1970-01-01", "2023-12-31", "2000-02-29", "1960-06-15",
        "2024-12-30", "2021-01-03"],
    "ts0": [
        "2024-01-31 10:00:00", "2024-02-29 23:59:59.999", "1985-06-15 00:00:00",
        "2023-12-31 12:00:00.25", "2000-02-29 06:07:08", "2024-03-31 01:59:59",
        "2024-12-30 00:00:00.001", "2021-01-03 13:14:15"],
}

EVENTS = {
    "id": list(range(1, 25)),
    "k": ["A", "B", None, "A", "C", "B", "", "A", "B", "C", None, "A"] * 2,
    "n": [
        1, 2, 3, None, 5, -6, 7, 8, 8, 0, 11, None, 13, 1, 2, 3, None, 5, -6, 7, 8, 8, 0,
        2147483647],
    "q": [10, None, 30, 40, 50, -60, 70, 80, 90, 100, 110, 120] * 2,
    "x": [
        "1.25", "2.50", None, "-3.75", "0.00", "9999.99", "0.01", "7.77", "1.25", "2.50", "5.00",
        "6.00"] * 2,
    "d": [0.5, 1.5, None, -2.25, 0.0, 8.0, 0.125, 4.0, 1.5, 2.5, 3.0, -0.75] * 2,
    "bo": [True, False, None, True, True, False, False, True] * 3,
    "dt": ["2024-01-01", "2024-01-02", "2024-01-01", None, "2023-12-31", "2024-02-29"] * 4,
    "k0": ["x", "y", "z", "x", "y", "x"] * 4,
    "n0": [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8] * 2,
    "ts": ["2024-01-01 00:00:%06.3f" % (s + 0.25 * (s % 3)) for s in range(0, 48, 2)],
}

EVENT_KEYS = [
    "k", "k0", "bo", "n0", "dt", "n % 3", "k || k0", "CHAR_LENGTH(k)", "x > 2", "UPPER(k0)",
    "COALESCE(k, k0)", "CASE WHEN n > 4 THEN 'big' ELSE k END", "MONTH(dt)", "CAST(n0 AS STRING)"]
EVENT_VALUES = [
    "n", "q", "x", "d", "n0", "n + 1", "q * 2", "x * n", "COALESCE(n, n0)", "CAST(n AS TINYINT)",
    "CAST(n0 AS DECIMAL(4, 1))", "CAST(d AS FLOAT)", "n0 % 4", "x / 3", "CASE WHEN bo THEN n END"]
EVENT_TEXTS = [
    "k", "k0", "CAST(n AS STRING)", "k || '-' || k0", "UPPER(k0)", "CAST(dt AS STRING)",
    "CAST(ts AS STRING)"]
EVENT_CONDITIONS = [
    "n > 3", "bo", "k = 'A'", "k IS NOT NULL", "x BETWEEN 1 AND 8", "k0 IN ('x', 'z')", "NOT bo",
    "dt > DATE '2024-01-01'", "n0 <> 1 OR bo IS NULL", "k LIKE '%' AND n < q", "d > n"]
EVENT_HAVING = [
    "COUNT(*) > 2", "SUM(n) > 5", "MAX(k0) <> MIN(k0)", "COUNT(DISTINCT n0) > 1",
    "AVG(q) IS NOT NULL"]
WINDOWS = [
    "TUMBLE(TABLE e, DESCRIPTOR(ts), INTERVAL '10' SECOND)",
    "TUMBLE(DATA => TABLE e, TIMECOL => DESCRIPTOR(ts), SIZE => INTERVAL '1' MINUTE)",
    "HOP(TABLE e, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '15' SECOND)",
    "CUMULATE(TABLE e, DESCRIPTOR(ts), INTERVAL '5' SECOND, INTERVAL '20' SECOND)"]
# Aggregates of which the last digit may differ.
APPROXIMATE = r"\b(d|FLOAT)\b|STDDEV|VAR_|PERCENTILE"
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]

CONSTANTS = {
    "k": ["-2", "-1", "0", "1", "2", "3", "5", "100"],
    "pos": ["1", "2", "3", "7"],
    "nonzero": [
        "2", "-3", "7", "10", "CAST(3 AS BIGINT)", "CAST(7 AS SMALLINT)", "1.5", "0.25",
        "CAST(4 AS DOUBLE)"],
    "intnz": [
        "2", "-3", "7", "10", "CAST(3 AS BIGINT)", "CAST(7 AS SMALLINT)", "CAST(5 AS TINYINT)"],
    "int": [
        "0", "1", "-1", "42", "127", "2147483647", "CAST(7 AS BIGINT)", "CAST(3 AS TINYINT)",
        "CAST(NULL AS INT)", "9223372036854775807"],
    "small": [
        "0", "1", "-1", "2", "3", "CAST(2 AS TINYINT)", "CAST(4 AS SMALLINT)", "CAST(NULL AS INT)"],
    "dec": [
        "0.5", "1.25", "-3.750", "100.0", "0.001", "12345678901.123", "CAST(7 AS DECIMAL(5, 0))",
        "CAST(NULL AS DECIMAL(8, 3))"],
    "approx": ["1.5e0", "-2e3", "0e0", "CAST(0.5 AS DOUBLE)", "CAST(NULL AS DOUBLE)", "1E-3"],
    "str": [
        "'a'", "''", "' '", "'12'", "'abc'", "'Hello'", "','", "'=' ", "'€'", "'äöü'", "'%'",
        "'k'", "CAST(NULL AS STRING)", "CAST('ab' AS VARCHAR(5))", "'it''s'"],
    "num": ["'12'", "' -7'", "'1.5'", "'x y'"],
    "bool": ["TRUE", "FALSE", "CAST(NULL AS BOOLEAN)"],
    "bytes": ["x'6162'", "x''", "x'FF'", "CAST(NULL AS BYTES)"],
    "date": ["DATE '2024-02-29'", "DATE '1970-01-01'", "DATE '2000-12-31'", "CAST(NULL AS DATE)"],
    "time": ["TIME '12:34:56'", "TIME '00:00:00'", "CAST(NULL AS TIME)"],
    "ts": [
        "TIMESTAMP '2024-02-29 12:34:56'", "TIMESTAMP '2024-03-31 02:30:00.123'",
        "TIMESTAMP '2000-01-01 00:00:00.123456'", "CAST(NULL AS TIMESTAMP(3))"],
    "ltz": [
        "TO_TIMESTAMP_LTZ(1709210096, 0)", "TO_TIMESTAMP_LTZ(1709210096123, 3)",
        "CAST(NULL AS TIMESTAMP_LTZ(3))"],
    "arrint": ["ARRAY[1, 2]", "ARRAY[CAST(NULL AS INT), 3]"],
    "arrstr": ["ARRAY['a', 'bc']"],
    "map": ["MAP['k', 1]"],
    "row": [],
    "dsym": [
        "INTERVAL '1' DAY", "INTERVAL '-90' MINUTE", "INTERVAL '1 02:03:04.567' DAY TO SECOND(3)",
        "INTERVAL '30' SECOND", "INTERVAL '25' HOUR"],
    "ysym": [
        "INTERVAL '1' MONTH", "INTERVAL '-1' YEAR", "INTERVAL '2-3' YEAR TO MONTH",
        "INTERVAL '13' MONTH"],
    "pat": [
        "'%'", "'a%'", "'%o_%'", "'_'", "''", "'%b\\_c%' ESCAPE '\\'", "'a!%%' ESCAPE '!'",
        "'%é%'", "'%%'", "'Hello World'"],
    "sim": [
        "'%'", "'(a|H)%'", "'[a-z]+'", "'[^0-9]*'", "'_{3}'", "'a?b*c+'", "'%(l|o)+%'",
        "'[[:alpha:]]+'"],
    "re": [
        "'[a-z]+'", "'(\\d+)'", "'^\\s*'", "'o'", "'(.)(.)'", "'x?'", "'[^a-zA-Z]'", "'(?i)HELLO'",
        "'.$'", "'\\p{L}+'", "'a|b|'", "''", "'['"],
    "group": ["0", "1", "2"],
    "dunit": [
        "DAY", "MONTH", "YEAR", "QUARTER", "WEEK", "DOY", "DOW", "ISODOW", "ISOYEAR", "DECADE",
        "CENTURY", "MILLENNIUM", "EPOCH"],
    "tunit": ["HOUR", "MINUTE", "SECOND", "MILLISECOND"],
    "funit": ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY"],
    "ftunit": ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"],
    "aunit": ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND"],
    "fmt": [
        "'yyyy-MM-dd'", "'yyyy/MM/dd HH:mm:ss.SSS'", "'EEE, d MMM yyyy'", "'HH:mm'",
        "'yyyyMMddHHmmss'", "'D w e'", "'h:mm a'", "'''at'' yy'", "'SSSSSS'", "'G QQQ'"],
    "pfmt": ["'yyyy-MM-dd'", "'yyyy-MM-dd HH:mm:ss'", "'dd.MM.yyyy'", "'yyyyMMdd'"],
    "zone": ["'UTC'", "'Europe/Berlin'", "'America/Los_Angeles'", "'GMT+05:30'", "'Asia/Kolkata'"],
    "charset": ["'UTF-8'", "'US-ASCII'", "'ISO-8859-1'", "'UTF-16BE'"],
    "part": ["'HOST'", "'PATH'", "'QUERY'", "'PROTOCOL'"],
    "printf": ["'%s'", "'<%5s>'", "'%-8s|'", "'%.2s'", "'%S'"],
    "printd": ["'%d'", "'%05d'", "'%x'", "'%,d'", "'%+d'", "'%o'"],
    "sep": ["','", "'='", "' '", "'l'", "''", "', '"],
    "cmp": ["=", "<>", "<", "<=", ">", ">="],
    "is": ["IS NULL", "IS NOT NULL"],
    "isb": ["IS TRUE", "IS FALSE", "IS UNKNOWN", "IS NOT TRUE", "IS NOT FALSE", "IS NOT UNKNOWN"],
    "not": ["", "NOT "],
    "sym": ["", "SYMMETRIC ", "ASYMMETRIC "],
    "trim": ["BOTH", "LEADING", "TRAILING"],
    "inttype": ["TINYINT", "SMALLINT", "INT", "BIGINT"],
    "dectype": [
        "DECIMAL(5, 2)", "DECIMAL(38, 10)", "DECIMAL(1, 0)", "DECIMAL(18, 18)", "DECIMAL(10, 0)",
        "DECIMAL(38, 37)"],
    "apptype": ["FLOAT", "DOUBLE"],
    "strtype": ["STRING", "STRING", "VARCHAR(4)", "CHAR(5)", "VARCHAR(20)", "CHAR(1)"],
    "tstype": ["TIMESTAMP(0)", "TIMESTAMP(3)", "TIMESTAMP(6)", "TIMESTAMP(9)", "TIMESTAMP"],
    "ltztype": ["TIMESTAMP_LTZ(0)", "TIMESTAMP_LTZ(3)", "TIMESTAMP_LTZ(6)"],
    "bintype": ["BYTES", "BINARY(3)", "VARBINARY(2)"],
}

# {any} is any of these.
SCALAR = ["int", "dec", "approx", "str", "bool", "date", "time", "ts", "ltz"]
NUMBER = ["int", "dec", "approx"]

# Of every family: F is the family itself, G a family of which Flink finds a common type.
GENERIC = [
    "CASE WHEN {bool} THEN {F} ELSE {F} END", "CASE WHEN {bool} THEN {F} WHEN {bool} THEN {F} END",
    "CASE WHEN {bool} THEN {F} ELSE {G} END", "COALESCE({F}, {F})", "COALESCE({F}, {G}, {F!})",
    "NULLIF({F}, {F})", "NULLIF({F}, {F!})", "IFNULL({F}, {F})", "IFNULL({F}, {G})"]
EXTREMES = [
    "IF({bool}, {F}, {F})", "IF({bool}, {F}, {G})", "GREATEST({F}, {F})", "LEAST({F}, {F}, {F!})",
    "CASE {int} WHEN {int!} THEN {F} WHEN {int} THEN {F} END",
    "CASE {str} WHEN {str!} THEN {F} ELSE {F} END"]

TEMPLATES = {
    "int": [
        "({int} + {int})", "({int} - {int})", "({int} * {int})", "({int} / {intnz})",
        "({int} % {intnz})", "MOD({int}, {intnz})", "(-{int})", "(+{int})", "ABS({int})",
        "SIGN({int})", "({int} / NULLIF({int}, 0))", "ROUND({int}, {k})", "TRUNCATE({int}, {k})",
        "FLOOR({int})", "CEIL({int})", "CHAR_LENGTH({str})", "ASCII({str})",
        "POSITION({str!} IN s)", "LOCATE({str}, {str})", "LOCATE({str}, {str}, {k})",
        "INSTR({str}, {str})", "INSTR({str}, {str}, {k})", "INSTR({str}, {str!}, {k}, {pos})",
        "REGEXP_COUNT({str}, {re})", "REGEXP_INSTR({str}, {re})", "EXTRACT({dunit} FROM {date})",
        "EXTRACT({dunit} FROM {ts})", "EXTRACT({tunit} FROM {ts})", "EXTRACT({tunit} FROM {time})",
        "EXTRACT({dunit} FROM {ltz})", "EXTRACT({tunit} FROM {ltz})", "YEAR({date})",
        "QUARTER({date})", "MONTH({date})", "WEEK({date})", "DAYOFYEAR({date})",
        "DAYOFMONTH({date})", "DAYOFWEEK({date})", "HOUR({ts})", "MINUTE({ts})", "SECOND({ts})",
        "TIMESTAMPDIFF({aunit}, {ts}, {ts})", "TIMESTAMPDIFF({funit}, {date}, {date})",
        "TIMESTAMPDIFF({aunit}, {ltz}, {ltz})", "TIMESTAMPDIFF({aunit}, {date}, {ts})",
        "CARDINALITY({arrint})", "CARDINALITY({map})", "CARDINALITY({arrstr})", "a[{pos}]",
        "m[{str}]", "ELEMENT(ARRAY[{int}])", "TRY_CAST({any} AS {inttype})",
        "TRY_CAST({str} AS {inttype})", "TRY_CAST({num} AS {inttype})", "CAST({int} AS {inttype})",
        "CAST({bool} AS {inttype})", "CAST({approx} AS {inttype})", "CAST({dec} AS BIGINT)",
        "UNIX_TIMESTAMP({str}, {pfmt})", "UNIX_TIMESTAMP(CAST({ts} AS STRING))",
        "ROW({int}, {str}).EXPR$0", "TRY_CAST({bytes} AS INT)"],
    "small": [
        "({small} + {pos})", "CHAR_LENGTH({str})", "({small} % {intnz})", "CAST({int} AS TINYINT)",
        "MONTH({date})", "ABS({small})"],
    "dec": [
        "({dec} + {dec})", "({dec} - {dec})", "({dec} * {dec})", "({dec} * {int})",
        "({int} - {dec})", "({dec} / {nonzero})", "(x % {intnz})", "({dec} / NULLIF({dec}, 0))",
        "({int} / NULLIF({dec}, 0))", "({dec} + {int})", "(-{dec})", "ABS({dec})", "SIGN({dec})",
        "ROUND({dec}, {k})", "ROUND({dec})", "TRUNCATE({dec}, {k})", "TRUNCATE({dec})",
        "FLOOR({dec})", "CEIL({dec})", "TRY_CAST({int} AS {dectype})",
        "TRY_CAST({any} AS {dectype})", "TRY_CAST({dec} AS {dectype})",
        "TRY_CAST({approx} AS {dectype})", "TRY_CAST({num} AS {dectype})", "MOD(y, {intnz})",
        "TRY_CAST({dec} AS {dectype})", "CAST({bool} AS DECIMAL(5, 1))",
        "EXTRACT(SECOND FROM {ts}) + {dec}"],
    "approx": [
        "({approx} + {number})", "({approx} - {approx})", "({approx} * {number})",
        "({number} / {approx})", "({approx} / {nonzero})", "(-{approx})", "ABS({approx})",
        "SIGN({approx})", "ROUND(NULLIF(r.n.z, {approx!}), {k})", "TRUNCATE(r.n.z, {pos})",
        "FLOOR({approx})", "CEIL({approx})", "SQRT({approx})", "TRY_CAST({any} AS {apptype})",
        "CAST({number} AS {apptype})", "TRY_CAST({num} AS {apptype})", "CAST({bool} AS {apptype})",
        "({dec} * {approx})", "({int} - {approx})", "({approx} + {dec})"],
    "math": [
        "POWER({number}, {k})", "POWER({k}, {number})", "SQRT({number})", "EXP({number})",
        "LN({number})", "LOG10({number})", "LOG2({number})", "LOG({number})",
        "LOG({number}, {number})", "SIN({number})", "COS({number})", "TAN({number})",
        "COT({number})", "ASIN({number})", "ACOS({number})", "ATAN({number})",
        "ATAN2({number}, {number})", "SINH({number})", "COSH({number})", "TANH({number})",
        "DEGREES({number})", "RADIANS({number})", "PI() * {number}", "E() + {number}",
        "{number} % {approx}", "MOD({int}, {dec!})"],
    "str": [
        "({str} || {str})", "UPPER({str})", "LOWER({str})", "INITCAP({str})", "TRIM({str})",
        "TRIM({trim} {str!} FROM {str})", "LTRIM({str})", "RTRIM({str})", "BTRIM({str})",
        "LTRIM({str}, {str})", "RTRIM({str}, {str})", "BTRIM({str}, {str})",
        "SUBSTRING({str} FROM {k})", "SUBSTRING({str} FROM {k} FOR {pos})",
        "SUBSTRING({str}, {small}, {k})", "SUBSTR({str}, {small})", "LEFT({str}, {small})",
        "RIGHT({str}, {small})", "REPEAT({str}, {k})", "LPAD({str}, {pos}, 'x€')",
        "RPAD({str}, {pos}, 'ab')", "REPLACE({str}, {str}, {str})",
        "TRANSLATE({str}, {str}, {str})", "OVERLAY({str} PLACING {str} FROM {pos})",
        "OVERLAY({str} PLACING {str} FROM {pos} FOR {pos})", "REVERSE({str})",
        "CONCAT({str}, {str}, {str})", "CONCAT_WS({str}, {str}, {str})",
        "SPLIT_INDEX({str}, {sep}, {pos})", "SPLIT_INDEX({str}, 44, 1)",
        "REGEXP_REPLACE({str}, {re}, {str})", "REGEXP_EXTRACT({str}, {re}, {group})",
        "REGEXP_EXTRACT({str}, {re})", "REGEXP_SUBSTR({str}, {re})", "CHR({int})", "BIN({int})",
        "HEX({int})", "HEX({str})", "TO_BASE64({str})", "TO_BASE64({bytes})",
        "FROM_BASE64(TO_BASE64({str}))", "MD5({str})", "SHA1({str})", "SHA2({str}, 256)",
        "SHA224({str})", "JSON_QUOTE({str})", "JSON_UNQUOTE({str})", "URL_ENCODE({str})",
        "URL_DECODE({str})", "DECODE({bytes}, {charset})", "PARSE_URL({str}, {part})",
        "PARSE_URL('http://u@h.org:80/p/q?' || {str} || '#r', {part})",
        "PARSE_URL('http://h/p?x=' || {str}, 'QUERY', 'x')", "PRINTF({printf}, {str})",
        "PRINTF({printd}, {int})", "PRINTF({printf}, {any})", "ELT({k}, {str}, {str})",
        "ELT({small}, {str}, {str})", "CAST({any} AS {strtype})", "CAST({any} AS STRING)",
        "TRY_CAST({number} AS {strtype})", "CAST({arrint} AS STRING)", "CAST({map} AS STRING)",
        "CAST({row} AS STRING)", "CAST({bytes} AS STRING)", "DATE_FORMAT({ts}, {fmt})",
        "DATE_FORMAT({ltz}, {fmt})", "FROM_UNIXTIME({small})",
        "CONVERT_TZ(CAST(CAST({ts} AS TIMESTAMP(0)) AS STRING), {zone}, {zone})",
        "CAST(({ts} - {ts}) DAY AS STRING)", "CAST(({date} - {date}) MONTH AS STRING)",
        "{arrstr}[{pos}]", "TYPEOF({any})", "TYPEOF({number})", "TYPEOF({str})",
        "STR_TO_MAP({str})['k']", "CAST(INTERVAL '1' DAY * {small} AS STRING)",
        "SPLIT({str}, {sep})[{pos}]", "REGEXP_EXTRACT_ALL({str}, {re}, {group})[1]"],
    "num": [
        "TRIM({num})", "CAST({number} AS STRING)", "CAST({date} AS STRING)", "({num} || '0')",
        "CAST({bool} AS STRING)"],
    "bool": [
        "({int} {cmp} {int})", "({number} {cmp} {number})", "({str} {cmp} {str})",
        "({ts} {cmp} {ts})", "({date} {cmp} {date})", "({time} {cmp} {time})",
        "({ltz} {cmp} {ltz})", "({date} {cmp} {ts})", "({ts} {cmp} {ltz})", "({dec} {cmp} {int})",
        "({dec} {cmp} {approx})", "({bytes} = {bytes})", "(bo0 = {bool})", "({bool} AND {bool})",
        "({bool} OR {bool})", "(NOT {bool})", "({bool} {isb})", "({any} {is})", "({row} {is})",
        "(a = ARRAY[{pos}])", "({int} IS DISTINCT FROM {int})",
        "({str} IS NOT DISTINCT FROM {str})", "({dec} IS DISTINCT FROM {dec})",
        "({number} {not}BETWEEN {sym}{number} AND {number})",
        "({str} {not}BETWEEN {sym}{str} AND {str})", "({date} {not}BETWEEN {date} AND {date})",
        "({int} {not}IN ({int!}, {int}, {int!}))", "({int} {not}IN (1, 2, 3, {int!}))",
        "({str} {not}IN ({str!}, {str!}, {str}))", "({dec} {not}IN (1, {dec!}, {int}))",
        "({date} {not}IN ({date!}, {date}))", "({str} {not}LIKE {pat})", "({str} {not}LIKE {str})",
        "({str} {not}SIMILAR TO {sim})", "REGEXP({str}, {re})", "STARTSWITH({str}, {str})",
        "ENDSWITH({str}, {str})", "IS_ALPHA({str})", "IS_DECIMAL({str})", "IS_DIGIT({str})",
        "TRY_CAST({str} AS BOOLEAN)", "CAST({int} AS BOOLEAN)", "CAST({number} AS BOOLEAN)",
        "(({ts}, {ts}) OVERLAPS ({ts}, {ts}))", "(({date}, {dsym}) OVERLAPS ({date}, {date}))",
        "((CASE WHEN {bool} THEN 1 ELSE 2 END) = 1)", "STARTSWITH({bytes}, {bytes})",
        "({bool} <> {bool})"],
    "bytes": [
        "ENCODE({str}, {charset})", "UNHEX({str})", "CAST({str} AS {bintype})",
        "CAST({bytes} AS {bintype})", "UNHEX(HEX({str}))",
        "ENCODE(CAST({int} AS STRING), 'UTF-8')"],
    "date": [
        "({date} + {dsym})", "({date} + {ysym})", "({date} - INTERVAL '1' DAY)",
        "TIMESTAMPADD({funit}, {k}, {date})", "CAST({ts} AS DATE)", "CAST({ltz} AS DATE)",
        "FLOOR({date} TO {funit})", "TO_DATE({str})", "TO_DATE(CAST({date} AS STRING))",
        "TRY_CAST({str} AS DATE)", "CEIL({date} TO MONTH)",
        "TO_DATE('29.02.2024 ' || {str}, 'dd.MM.yyyy')"],
    "time": [
        "CAST({ts} AS TIME)", "({time} + INTERVAL '90' MINUTE)", "TRY_CAST({str} AS TIME)",
        "({time} - INTERVAL '1' SECOND)", "CAST({ltz} AS TIME)"],
    "ts": [
        "({ts} + {dsym})", "({ts} + {ysym})", "({ts} - {dsym})",
        "TIMESTAMPADD({aunit}, MONTH({date}), {ts})", "TIMESTAMPADD({aunit}, {k}, {ts})",
        "CAST({ts} AS {tstype})", "CAST({date} AS {tstype})", "CAST({ltz} AS {tstype})",
        "FLOOR({ts} TO {ftunit})", "CEIL({ts} TO {ftunit})", "TO_TIMESTAMP(CAST({ts} AS STRING))",
        "TO_TIMESTAMP({str})", "TO_TIMESTAMP({str}, {pfmt})", "TRY_CAST({str} AS {tstype})",
        "TIMESTAMPADD(HOUR, {pos}, {date})", "CAST(CAST({ts} AS STRING) AS {tstype})"],
    "ltz": [
        "({ltz} + {dsym})", "({ltz} + {ysym})", "CAST({ts} AS {ltztype})",
        "CAST({ltz} AS {ltztype})", "TO_TIMESTAMP_LTZ(86400 + CHAR_LENGTH({str}), 0)",
        "TO_TIMESTAMP_LTZ(ABS({int}) % 99999999999, 3)", "CAST({date} AS {ltztype})",
        "TIMESTAMPADD({aunit}, {pos}, {ltz})", "TRY_CAST({str} AS {ltztype})",
        "TO_TIMESTAMP_LTZ(CAST({ts} AS STRING))", "TO_TIMESTAMP_LTZ({str}, {pfmt}, {zone})"],
    "arrint": [
        "ARRAY[{int}, {int}]", "ARRAY[{int}, {int!}, {int}]", "CAST({arrint} AS ARRAY<BIGINT>)"],
    "arrstr": [
        "ARRAY[{str}, {str}]", "SPLIT({str}, {sep})", "CAST({arrint} AS ARRAY<STRING>)",
        "REGEXP_EXTRACT_ALL({str}, {re}, {group})"],
    "map": ["MAP[{str}, {int}]", "MAP['k', {int}, {str!}, {int}]"],
    "row": ["ROW({any}, {any})", "ROW({str}, {number}, {any})"],
}

COMMON = {  # families that have a common type
    "int": ["int", "dec", "approx"], "dec": ["int", "dec", "approx"],
    "approx": ["int", "dec", "approx"],
    "ts": ["ts", "ltz"], "ltz": ["ltz", "ts"],
}
