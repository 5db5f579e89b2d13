"""What the print connector has printed, folded."""
import collections
import re

LINE = re.compile(r"(\w+)(?::\d+)?> ([+-][IUD])\[(.*)\]\n")


def fold(paths, keys):
    """The last row of each key, over all lives: print-identifier -> multiset of rows as CSV lines.

    A list within a cell (LISTAGG with '|') is put in order. The last line of a life may be torn.
    """
    tables = {name: {} for name in keys}
    for path in paths:
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                match = LINE.fullmatch(line)
                if match is None or match[1] not in tables or match[2] == "-U":
                    continue
                cells = ["|".join(sorted(cell.split("|"))) for cell in match[3].split(", ")]
                key = tuple(cells[:keys[match[1]]])
                if match[2] == "-D":
                    tables[match[1]].pop(key, None)
                else:
                    tables[match[1]][key] = ",".join(cells)
    return {name: collections.Counter(rows.values()) for name, rows in tables.items()}
