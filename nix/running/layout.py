"""What others' tools make of the OCI layout."""

import json
import pathlib
import subprocess
import tempfile
import unittest

import made


def run(*words):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True).stdout


class Layout(unittest.TestCase):
    def test_the_sums_hold(self):
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=made.RESULT, check=True)

    def test_the_set_has_every_image(self):
        self.assertEqual(made.images().keys(), {*made.SERVICES, made.SOFTHSM, *made.OTHERS, *made.OBSERVABILITY})
        for image in made.digests()["images"].values():
            self.assertEqual(image["platforms"].keys(), {f"linux/{architecture}" for architecture in made.ARCHITECTURES})

    def test_skopeo_inspects_both_platforms(self):
        for name, reference in made.images().items():
            for architecture in made.ARCHITECTURES:
                with self.subTest(image=name, architecture=architecture):
                    found = json.loads(run("skopeo", "--override-arch", architecture, "inspect",
                                           f"oci:{made.RESULT}/oci:{reference}"))
                    self.assertEqual(found["Architecture"], architecture)
                    service = name.removesuffix("-softhsm")
                    self.assertEqual(found["Labels"]["lucid.service"], service)
                    self.assertEqual(found["Layers"],
                                     [layer["digest"] for layer in made.platform(name, architecture)["layers"]])

    def test_umoci_unpacks_every_image(self):
        for name, reference in made.images().items():
            for architecture in made.ARCHITECTURES:
                with self.subTest(image=name, architecture=architecture), tempfile.TemporaryDirectory() as top:
                    top = pathlib.Path(top)
                    # umoci knows one platform of an image.
                    run("skopeo", "--override-arch", architecture, "copy", "--quiet",
                        f"oci:{made.RESULT}/oci:{reference}", f"oci:{top}/one:it")
                    run("umoci", "unpack", "--image", f"{top}/one:it", top / "bundle")
                    root = top / "bundle/rootfs"
                    config = json.loads((top / "bundle/config.json").read_text())
                    program = root / config["process"]["args"][0].removeprefix("/")
                    self.assertTrue(program.read_bytes().startswith(b"\x7fELF"))
                    for mount_point in ("var/lib/lucid", "var/log/lucid"):
                        about = (root / mount_point).stat()
                        self.assertEqual((about.st_uid, about.st_gid, about.st_mode & 0o7777), (65532, 65532, 0o700))
                    self.assertEqual((config["process"]["user"]["uid"], config["process"]["user"]["gid"]), (65532, 65532))
