#!/usr/bin/env python3
"""What tools/test_summary.py counts."""
import pathlib
import tempfile
import unittest

import test_summary


class Count(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def count(self, cases, **counts):
        """(passed, failed, skipped) of ctest's report and the JSON files NAME -> text."""
        (self.path / "ctest.xml").write_text("<testsuite>" + "".join(
            f'<testcase name="{name}" status="{status}"/>' for name, status in cases.items())
            + "</testsuite>")
        for name, text in counts.items():
            (self.path / f"{name}.json").write_text(text)
        return test_summary.count(self.path)[:3]

    def test_a_test_without_counts_is_one(self):
        self.assertEqual(self.count({"a": "run", "b": "fail"}), (1, 1, 0))

    def test_cases_are_added_up(self):
        self.assertEqual(self.count({"a": "run", "b": "fail"}, a='{"tests": 5, "failures": 0}',
                                    b='{"tests": 7, "failures": 2}'), (10, 2, 0))

    def test_a_crash_after_the_counts_is_a_failure(self):
        self.assertEqual(self.count({"a": "fail"}, a='{"tests": 5, "failures": 0}'), (5, 1, 0))

    def test_a_torn_file_is_a_failure(self):
        self.assertEqual(self.count({"a": "run"}, a='{"tests": 5,')[1], 1)

    def test_a_test_that_did_not_run_is_a_failure(self):
        self.assertEqual(self.count({"a": "notrun"}), (0, 1, 0))

    def test_skipped_cases_do_not_pass(self):
        text = """{"tests": 2, "failures": 0, "testsuites": [{"testsuite": [
            {"result": "COMPLETED"}, {"result": "SKIPPED"}]}]}"""
        self.assertEqual(self.count({"a": "run"}, a=text), (1, 0, 1))

    def test_no_report_is_a_failure(self):
        self.assertEqual(test_summary.count(self.path)[:3], (0, 1, 0))


if __name__ == "__main__":
    unittest.main()
