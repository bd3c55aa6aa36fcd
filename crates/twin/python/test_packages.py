"""Checks how deployment packages are made: by content, once, and without leftovers."""
import pathlib
import shutil
import sys
import tempfile
import unittest
import zipfile

import packages


class Packages(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.out, self.binary = pathlib.Path(place.name, "out"), pathlib.Path(place.name, "program")
        shutil.copy(shutil.which("true") or sys.executable, self.binary)

    def make(self, **more):
        return packages.make([{"name": "api", "binary": str(self.binary), **more}], self.out)["api"]

    def test_a_package_holds_an_executable_bootstrap(self):
        with zipfile.ZipFile(self.make()["file"]) as archive:
            info, = archive.infolist()
            self.assertEqual(("bootstrap", 0o755, zipfile.ZIP_STORED),
                             (info.filename, info.external_attr >> 16 & 0o777, info.compress_type))
            self.assertTrue(archive.read(info).startswith(b"\x7fELF"))

    def test_its_name_is_its_content(self):
        first = self.make()
        self.binary.touch()
        self.assertEqual(first, self.make())
        shutil.copy(shutil.which("false"), self.binary)
        second = self.make()
        self.assertNotEqual(first["hash"], second["hash"])
        self.assertEqual(["packages.json", pathlib.Path(second["file"]).name],
                         sorted((file.name for file in self.out.iterdir()), reverse=True))

    def test_without_a_zip_it_is_the_program(self):
        made = pathlib.Path(self.make(zip=False)["file"])
        self.assertTrue(made.stat().st_mode & 0o100)


if __name__ == "__main__":
    unittest.main()
