//! What people use today: tronpy's signing with a key in memory, one thread.

use std::path::Path;
use std::process::Command;

use anyhow::bail;

/// Signs hashes for a while and prints how many a second.
const SCRIPT: &str = r#"
import sys, time
from tronpy.keys import PrivateKey
key, seconds, count = PrivateKey(bytes(31) + b"\x11"), float(sys.argv[1]), 0
start = time.perf_counter()
while time.perf_counter() - start < seconds:
    key.sign_msg_hash(count.to_bytes(32, "big"))
    count += 1
print(count / (time.perf_counter() - start))
"#;

/// Signatures a second, by this interpreter, which has tronpy.
pub(crate) fn rate(python: &Path, seconds: u64) -> anyhow::Result<f64> {
    let output = Command::new(python).args(["-c", SCRIPT, &seconds.to_string()]).output()?;
    if !output.status.success() {
        bail!("{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}
