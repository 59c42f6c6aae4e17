"""The volume of the audit log is full while 200 payouts are asked for: nothing is signed that cannot be recorded."""

import contextlib
import unittest

import load
import plane
import seen

FAILURES = "sum(lucid_audit_append_failures_total)"
SIGNATURES = "sum(lucid_signatures_total)"


def fill(path):
    """Takes every byte that is left."""
    with open(path, "wb", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(bytes(65536))
    with open(path, "ab", buffering=0) as out, contextlib.suppress(OSError):
        while True:
            out.write(b"\0")


class FullVolume(unittest.TestCase):
    # Signatures at some look, and failures at the first look that saw so many.
    signed, failed = None, None

    def stands_still(self):
        """Whether three more records have failed without a signature. The database's log may have had room for a few."""
        signed, failed = seen.value(SIGNATURES), seen.value(FAILURES)
        if signed != self.signed:
            self.signed, self.failed = signed, failed
        return failed > self.failed + 3

    def test_no_room_for_the_audit_log(self):
        load.fund(4000)
        wanted = load.Load("full-volume")
        threads = wanted.begin(100)
        filler = plane.wallets / "filler"
        fill(filler)
        try:
            threads += wanted.begin(100)
            seen.fires("AuditLogFails")
            if plane.watched:
                plane.until("nothing is signed, however often it is tried", self.stands_still)
        finally:
            filler.unlink()
        wanted.settle(threads)
        wanted.check()
        plane.until_healthy()
