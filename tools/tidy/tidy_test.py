#!/usr/bin/env python3
"""Each rule of tools/tidy on a small house that breaks it, and on one that does not."""
import unittest

import tidy
from tree import Tree

CMAKE = """
thalweg_room(base)
thalweg_room(data ROOMS base)
thalweg_room(sql ROOMS data
  base)
"""


def found(files, cmake=CMAKE):
    """The (rule, path) pairs that tidy reports on these files."""
    tree = Tree({"CMakeLists.txt": cmake, **files})
    return sorted({(p.rule, p.path) for p in tidy.excepted(tree, tidy.problems(tree))})


class Floor(unittest.TestCase):
    def test_a_room_may_include_what_its_row_names(self):
        self.assertEqual(found({"src/base/a.h": "", "src/sql/b.cc": '#include "base/a.h"\n'}), [])

    def test_not_the_other_way_round(self):
        self.assertEqual(
            found({"src/sql/a.h": "", "src/base/b.cc": '#include "sql/a.h"\n'}),
            [("floor", "src/base/b.cc")])

    def test_subfolders_are_private(self):
        files = {"src/data/x/a.h": "", "src/sql/b.cc": '  #  include "data/x/a.h"\n'}
        self.assertEqual(found(files), [("front-door", "src/sql/b.cc")])
        files = {"src/data/x/a.h": "", "src/data/b.cc": '#include "data/x/a.h"\n'}
        self.assertEqual(found(files), [])

    def test_tests_outside_use_front_doors_too(self):
        files = {"src/data/x/a.h": "", "tests/t.cc": '#include "data/x/a.h"\n'}
        self.assertEqual(found(files), [("front-door", "tests/t.cc")])

    def test_a_missing_header_and_a_relative_one(self):
        self.assertEqual(found({"src/sql/b.cc": '#include "base/a.h"\n'}),
                         [("include", "src/sql/b.cc")])
        self.assertEqual(found({"src/sql/b.cc": '#include "../a.h"\n'}),
                         [("include", "src/sql/b.cc")])

    def test_public_headers_include_no_room(self):
        files = {"src/data/a.h": "", "include/thalweg/b.h": '#include "data/a.h"\n',
                 "src/sql/c.cc": '#include "thalweg/b.h"\n'}
        self.assertEqual(found(files), [("floor", "include/thalweg/b.h")])

    def test_the_table_of_the_document_is_the_same(self):
        row = "| room | may include |\n| data | base |\n| sql | {} |\n"
        readme = {"README.md": "[a](ARCHITECTURE.md)"}
        self.assertEqual(found({"ARCHITECTURE.md": row.format("data, base"), **readme}), [])
        self.assertEqual(found({"ARCHITECTURE.md": row.format("base"), **readme}),
                         [("table", "ARCHITECTURE.md")])


class Vendors(unittest.TestCase):
    ZLIB = CMAKE + "thalweg_room(io ROOMS base VENDORS ZLIB::ZLIB)\n"

    def test_at_home(self):
        self.assertEqual(found({"src/io/a.cc": "#include <zlib.h>\n"}, self.ZLIB), [])

    def test_away_from_home(self):
        files = {"src/io/a.cc": "#include <zlib.h>\n", "src/sql/a.cc": "#include <zlib.h>\n"}
        self.assertEqual(found(files, self.ZLIB), [("vendor", "src/sql/a.cc")])

    def test_unused(self):
        self.assertEqual(found({}, self.ZLIB), [("vendor", "CMakeLists.txt")])

    def test_unknown(self):
        self.assertEqual(found({"src/sql/a.cc": "#include <openssl/ssl.h>\n"}),
                         [("vendor", "src/sql/a.cc")])

    def test_test_libraries_only_in_tests(self):
        self.assertEqual(found({"src/sql/a_test.cc": "#include <gtest/gtest.h>\n"}), [])
        self.assertEqual(found({"src/sql/a.cc": "#include <gtest/gtest.h>\n"}),
                         [("vendor", "src/sql/a.cc")])

    def test_pure_rooms(self):
        self.assertEqual(found({"src/sql/a.cc": "#include <thread>\n#include <vector>\n"}),
                         [("pure", "src/sql/a.cc")])
        self.assertEqual(found({"src/base/a.cc": "#include <thread>\n#include <unistd.h>\n"}), [])
        self.assertEqual(found({"src/sql/a.cc": "#include <sys/mman.h>\n"}),
                         [("pure", "src/sql/a.cc")])

    def test_costly(self):
        self.assertEqual(found({"src/base/a.cc": "#include <regex>\n"}),
                         [("costly", "src/base/a.cc")])


class Shape(unittest.TestCase):
    def test_sizes(self):
        self.assertEqual(found({"src/base/a.cc": "\n" * 800}), [])
        self.assertEqual(found({"src/base/a.cc": "\n" * 801}), [("size", "src/base/a.cc")])
        files = {"src/base/a.h": "\n" * 401, "src/sql/b.cc": '#include "base/a.h"\n'}
        self.assertEqual(found(files), [("size", "src/base/a.h")])

    def test_a_header_that_only_its_own_files_include_is_dead(self):
        files = {"src/base/a.h": "", "src/base/a.cc": '#include "base/a.h"\n',
                 "src/base/a_test.cc": '#include "base/a.h"\n'}
        self.assertEqual(found(files), [("dead", "src/base/a.h")])

    def test_a_document_or_script_that_nothing_mentions_is_dead(self):
        self.assertEqual(found({"docs/a.md": ""}), [("dead", "docs/a.md")])
        self.assertEqual(found({"tools/a.py": ""}), [("dead", "tools/a.py")])
        self.assertEqual(found({"tools/a.py": "", "dev": "tools/a.py"}), [])


class Texts(unittest.TestCase):
    def test_links(self):
        files = {"README.md": "[a](docs/b.md) [c](https://x.y) [d](#e) [f](docs/)", "docs/b.md": ""}
        self.assertEqual(found(files), [])
        self.assertEqual(found({"README.md": "[a](docs/b.md)"}), [("link", "README.md")])
        self.assertEqual(found({"README.md": "```\n[a](docs/b.md)\n```\n"}), [])

    def test_machine_paths(self):
        self.assertEqual(found({"dev": "cd /root/x"}), [("machine-path", "dev")])
        self.assertEqual(found({"dev": "cd $HOME/work/x; cd build/root/x"}), [])
        self.assertEqual(found({"dev": "see shared/DESIGN.md"}), [("machine-path", "dev")])


class Exceptions(unittest.TestCase):
    LONG = {"src/base/a.cc": "\n" * 900, "dev": "exceptions.txt"}

    def test_let_through_with_a_reason(self):
        line = "size src/base/a.cc a table that reads best in one piece"
        self.assertEqual(found({**self.LONG, tidy.EXCEPTIONS: line}), [])

    def test_no_reason(self):
        self.assertIn(("exception", tidy.EXCEPTIONS),
                      found({**self.LONG, tidy.EXCEPTIONS: "size src/base/a.cc"}))

    def test_no_longer_needed(self):
        self.assertEqual(found({"dev": "exceptions.txt", tidy.EXCEPTIONS: "size src/b.cc because"}),
                         [("exception", tidy.EXCEPTIONS)])


if __name__ == "__main__":
    unittest.main()
