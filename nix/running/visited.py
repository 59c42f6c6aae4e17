"""After all other stages: none of them has left an image out."""

import unittest

import made
from engine import Engine


class Visited(unittest.TestCase):
    def test_every_image_was_started_on_both_architectures(self):
        for architecture in made.ARCHITECTURES:
            with self.subTest(architecture):
                started = {reference for of, reference in Engine.visited if of == architecture}
                self.assertEqual({*made.images().values()} - started, set())
