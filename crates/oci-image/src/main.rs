//! The binary of oci-image; see [`oci_image::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    oci_image::cli::run()
}
