"""What `nix build .#images` has made."""

import functools
import json
import pathlib
import tarfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Set by __main__: the directory, the operator's command of the same build, and where we may write.
RESULT = None
LUCID = None
TOP = None

SERVICES = {"tron-client": 8091, "payout-router": 8092, "wallet-manager": 8093, "usdt-manager": 8094, "trx-staking": 8095,
            "payment-gateway": 8096}
SOFTHSM = "wallet-manager-softhsm"
OTHERS = ("devnet", "forwarder", "lucid")
# Debian's programs, in an archive of their own.
OBSERVABILITY = {"prometheus": 9090, "alertmanager": 9093}
ARCHITECTURES = ("amd64", "arm64")


@functools.cache
def digests():
    return json.loads((RESULT / "digests.json").read_text())


def images(archive=None):
    """References by name; of one archive, or all."""
    return {name: image["reference"] for name, image in digests()["images"].items() if archive in (None, image["archive"])}


def platform(name, architecture):
    return digests()["images"][name]["platforms"][f"linux/{architecture}"]


def layer(name, architecture, wanted):
    """A layer, as an open archive."""
    digest = next(layer["digest"] for layer in platform(name, architecture)["layers"] if layer["name"] == wanted)
    return tarfile.open(RESULT / "oci/blobs/sha256" / digest.removeprefix("sha256:"))


def vendors_module(directory, architecture):
    """A PKCS#11 module with the libraries that the image does not have, as a vendor's installer leaves them: SoftHSM's, out
    of the layer that is in its own variant alone. Gives the module's file name."""
    directory.mkdir()
    with layer(SOFTHSM, architecture, "softhsm") as archive:
        for member in archive:
            name, target = (path.rsplit("/", 1)[-1] for path in (member.name, member.linkname))
            if ".so" in name and member.isfile():
                (directory / name).write_bytes(archive.extractfile(member).read())
            elif ".so" in name and member.issym() and name != target:
                (directory / name).symlink_to(target)
    return "libsofthsm2.so"
