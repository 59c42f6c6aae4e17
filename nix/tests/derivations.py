"""What decides the images, and what does not."""

import json
import pathlib
import re
import shutil
import subprocess

from tree import ROOT, WithTree, change_byte, environment, settings


def changed(before, after):
    return sorted(name for name in before if before[name] != after[name])


class Derivations(WithTree):
    def test_documents_tests_and_digests_decide_nothing(self):
        before = self.derivations()
        for document in ("README.md", "ARCHITECTURE.md", "SECURITY.md", "docs/new.md", ".ci/run", "dev", "nix/fetch",
                         "nix/tests/tree.py", "compose/new.yaml"):
            self.change(document)
        self.change("nix/digests.json", "{}\n")
        for test in ("tests/e2e/main.rs", "tests/src/lib.rs", "crates/oci-image/tests/it/main.rs",
                     "crates/wallet-manager/src/tests.rs"):
            self.assertTrue((ROOT / test).exists(), test)
            self.change(test, "\n// changed\n")
        self.assertEqual(changed(before, self.derivations()), [])

    def test_a_service_s_source_decides_that_service_and_the_images(self):
        before = self.derivations()
        change_byte(self.tree / "crates/tron-client/config.default.toml")
        self.assertEqual(changed(before, self.derivations()), ["images", "source-hash", "tron-client"])

    def test_a_library_s_source_leaves_the_dependencies(self):
        before = self.derivations()
        self.change("crates/primitives/src/lib.rs", "\n// changed\n")
        after = changed(before, self.derivations())
        self.assertIn("amd64-libraries", after)
        self.assertNotIn("amd64-dependencies", after)

    def test_what_only_tests_use_compiles_nothing_again(self):
        before = self.derivations()
        # A dev-dependency more, where there were some; a newer version of what only tests are made of; the rules of clippy
        # and what developers' builds are made with.
        self.edit("crates/primitives/Cargo.toml", "[dev-dependencies]\n", "[dev-dependencies]\ntempfile.workspace = true\n")
        self.edit("Cargo.toml", "[profile.dev]\n", "[profile.dev]\nopt-level = 1\n")
        self.edit("Cargo.toml", "unwrap_used = \"deny\"\n", "")
        self.edit("Cargo.toml", "\ncargo_metadata = ", "\ncargo_metadata_of_tests = ")
        lock = (self.tree / "Cargo.lock").read_text()
        package = re.search(r'name = "cargo_metadata"\nversion = "(.*)"\nsource = .*\nchecksum = "(.*)"\n', lock)
        self.edit("Cargo.lock", package[0], package[0].replace(package[2], "0" * 64))
        # The provenance names the lock's own hash.
        self.assertEqual(changed(before, self.derivations()), ["images"])

    def test_a_dependency_decides_the_programs(self):
        before = self.derivations()
        self.edit("Cargo.toml", "\nhex = \"0.4.3\"\n", "\nhex = \"0.4\"\n")
        after = changed(before, self.derivations())
        self.assertIn("amd64-dependencies", after)
        self.assertIn("source-hash", after)

    def test_the_lock_decides_everything(self):
        before = self.derivations()
        self.another_package("rustc-web")
        self.assertEqual(changed(before, self.derivations()), sorted(before))

    def test_a_package_that_is_in_images_alone_compiles_nothing_again(self):
        before = self.derivations()
        self.another_package("prometheus")
        self.another_package("tzdata")
        self.assertEqual(changed(before, self.derivations()), ["images", "source-hash"])

    def another_package(self, name):
        """One of this name, but with other bytes."""
        lock = self.tree / "nix/debian.lock"
        lines = lock.read_text().splitlines(keepends=True)
        at = next(number for number, line in enumerate(lines) if f'"name": "{name}"' in line)
        digest = lines[at].index('"sha256": "') + len('"sha256": "')
        lines[at] = lines[at][:digest] + "0" * 64 + lines[at][digest + 64:]
        lock.write_text("".join(lines))


class Inputs(WithTree):
    def built_in_an_empty_store(self, *there):
        store = self.top / "store"
        self.addCleanup(remove, store)
        if there:
            done = self.nix("copy", "--no-check-sigs", "--to", str(store), *there)
            self.assertEqual(done.returncode, 0, done.stderr)
        done = self.nix("build", f"path:{self.tree}#images", "--store", str(store), "--no-link")
        self.assertNotEqual(done.returncode, 0)
        return done.stderr

    def test_without_any_input_the_word_is_to_fetch(self):
        self.assertIn("bring-it-with/nix/fetch", self.built_in_an_empty_store())

    def test_a_missing_input_is_named_with_the_command_that_brings_it(self):
        import pinned

        busybox = pinned.tree_path("busybox", pinned.read_lock()["busybox"]["narSha256"])
        self.assertRegex(self.built_in_an_empty_store(busybox),
                         r"\S+ is not in the Nix store\. Bring the inputs with: nix/fetch")

    def test_offline_there_is_no_route(self):
        routes = settings("offline", "cat", "/proc/net/route")
        self.assertEqual(routes.returncode, 0, routes.stderr)
        self.assertEqual([line for line in routes.stdout.splitlines() if not line.startswith("Iface")], [])
        devices = settings("offline", "cat", "/proc/net/dev").stdout
        self.assertEqual([line.split(":")[0].strip() for line in devices.splitlines() if ":" in line], ["lo"])


class FromNothing(WithTree):
    def test_a_build_from_nothing_is_timed_in_a_store_of_its_own(self):
        import measure
        import pinned

        # Small, and of one input.
        (self.tree / "flake.nix").write_text("""{ outputs = { self }:
            let inputs = import ./nix/inputs.nix; in
            { packages.x86_64-linux.small = inputs.listOf "small" [ inputs.busyboxTree ]; }; }""")
        (self.tree / ".nix-inputs").symlink_to(pinned.tree_path("busybox", pinned.read_lock()["busybox"]["narSha256"]))
        store = self.top / "store"
        self.addCleanup(remove, store)
        small = f"path:{self.tree}#small"
        self.assertGreater(measure.from_nothing(self.tree, small, store), 0)
        self.assertFalse(store.exists(), "the store is left behind")
        named = self.nix("eval", "--raw", small).stdout
        self.assertFalse(pathlib.Path(named).exists(), "it was built in this machine's store")
        # One input too few is no time at all, and leaves nothing either.
        other = next(package for package in pinned.read_lock()["packages"] if package["name"] == "base-files")
        (self.tree / ".nix-inputs").unlink()
        (self.tree / ".nix-inputs").symlink_to(pinned.flat_path(pinned.store_name(other["path"]), other["sha256"]))
        with self.assertRaises(subprocess.CalledProcessError):
            measure.from_nothing(self.tree, small, store)
        self.assertFalse(store.exists())


class Flake(WithTree):
    def test_its_outputs_evaluate_without_a_network(self):
        for words in (["show"], ["check", "--no-build"]):
            done = settings("offline", "nix", "flake", *words, f"path:{self.tree}")
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_host_of_either_architecture_finds_everything(self):
        def on(system, name, what=".drvPath"):
            # As a machine of this kind resolves a bare name.
            done = self.nix("eval", "--raw", f"path:{self.tree}#{name}{what}", "--option", "system", system)
            self.assertEqual(done.returncode, 0, done.stderr)
            return done.stdout

        for name in ("default", "images", "tron-client-image", "amd64", "elsewhere"):
            self.assertEqual(on("aarch64-linux", name), on("x86_64-linux", name), "the same images wherever")
        self.assertEqual(on("aarch64-linux", "sourceHash", ""), on("x86_64-linux", "sourceHash", ""))
        for name in ("lucid", "wallet-manager", "oci-image"):
            self.assertEqual(on("aarch64-linux", name), on("aarch64-linux", f"stages.arm64.programs.{name}"))
            self.assertEqual(on("x86_64-linux", name), on("x86_64-linux", f"stages.amd64.programs.{name}"))
        for output, what in {"apps": "load.program", "formatter": "drvPath"}.items():
            done = self.nix("eval", "--raw", f"path:{self.tree}#{output}.aarch64-linux.{what}")
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_clippy_has_every_file_that_a_source_includes(self):
        done = self.nix("eval", "--raw", f"path:{self.tree}#checks.x86_64-linux.clippy.everything")
        self.assertEqual(done.returncode, 0, done.stderr)
        there, included = pathlib.Path(done.stdout), 0
        for source in [*there.glob("crates/**/*.rs"), *there.glob("tests/**/*.rs")]:
            for name in re.findall(r'include_(?:str|bytes)!\("([^"]+)"\)', source.read_text()):
                included += 1
                self.assertTrue((source.parent / name).exists(), f"{source.relative_to(there)} includes {name}")
        self.assertGreater(included, 10)

    def test_it_has_no_inputs(self):
        done = self.nix("flake", "metadata", "--json", f"path:{self.tree}")
        self.assertEqual(list(json.loads(done.stdout)["locks"]["nodes"]), ["root"], done.stderr)

    def test_every_nix_file_parses(self):
        files = sorted(self.tree.glob("nix/**/*.nix"))
        self.assertGreater(len(files), 5)
        done = subprocess.run(["nix-instantiate", "--parse", *files], capture_output=True, text=True, env=environment())
        self.assertEqual(done.returncode, 0, done.stderr)


def remove(store):
    if store.exists():
        for directory in [store, *pathlib.Path(store).rglob("*")]:
            if directory.is_dir() and not directory.is_symlink():
                directory.chmod(0o755)
        shutil.rmtree(store)
