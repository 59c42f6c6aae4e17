//! Digests that must not change by accident: an upgrade of the compressor or a new field changes every image.

use oci_image::archive::docker_archive;
use oci_image::digest::Digest;
use oci_image::recipe::Platform;

use crate::sample::{assembled, base_entries, recipe, write_sources};

#[test]
fn the_samples_digests_are_these() {
    let directory = tempfile::tempdir().unwrap();
    write_sources(directory.path());
    let layout = assembled(&recipe(&base_entries()), directory.path(), 1);
    let image = &layout.images[0];
    let amd64 = &image.platforms[0];
    let archive = docker_archive(&layout, Platform::Amd64).unwrap();
    let found = [
        ("base's archive", &amd64.layers[0].diff_id),
        ("base, compressed", &amd64.layers[0].digest),
        ("binary's archive", &amd64.layers[1].diff_id),
        ("binary, compressed", &amd64.layers[1].digest),
        ("configuration", &amd64.config.digest),
        ("manifest", &amd64.manifest.digest),
        ("index", &image.index.digest),
        ("archive for docker load", &Digest::of(&archive)),
    ];
    let found: Vec<_> = found.iter().map(|(what, digest)| format!("{digest} {what}")).collect();
    assert_eq!(found, include_str!("golden.txt").lines().collect::<Vec<_>>());
}
