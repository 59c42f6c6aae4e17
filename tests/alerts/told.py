"""What has failed, said at once: what comes after it takes minutes. For tests/plane, too."""

import unittest


class Told(unittest.TextTestResult):
    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.stream.writeln(self.failures[-1][1])

    def addError(self, test, error):
        super().addError(test, error)
        self.stream.writeln(self.errors[-1][1])

    def addSubTest(self, test, part, error):
        super().addSubTest(test, part, error)
        # It is in one of the two lists, and neither of the above was asked.
        if error is not None:
            failed = issubclass(error[0], test.failureException)
            self.stream.writeln((self.failures if failed else self.errors)[-1][1])
