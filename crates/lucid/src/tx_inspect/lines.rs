//! One transaction per line in, one JSON object per line out.

use std::io::{self, BufRead, Read as _, Write};

use super::error::InspectError;
use super::input::{self, LONGEST};
use super::summary::Summary;

/// Answers every line, an empty one too, so that the n-th answer is always the n-th line's. True if all were decoded.
pub(super) fn answer(stdin: &mut impl BufRead, stdout: &mut impl Write) -> io::Result<bool> {
    let mut all_decoded = true;
    while let Some(line) = next(stdin)? {
        let summary = line.and_then(|line| Summary::of(&input::transaction(&line)?));
        all_decoded &= summary.is_ok();
        serde_json::to_writer(&mut *stdout, &super::document(summary.as_ref())?)?;
        stdout.write_all(b"\n")?;
        // Whoever feeds lines one by one waits for each answer.
        stdout.flush()?;
    }
    Ok(all_decoded)
}

/// The next line; one that is too long for a transaction is skipped without being held in memory.
fn next(stdin: &mut impl BufRead) -> io::Result<Option<Result<Vec<u8>, InspectError>>> {
    let mut line = Vec::new();
    // Room for the digits, a prefix and the end of the line.
    if stdin.by_ref().take(LONGEST + 8).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.len() as u64 <= LONGEST || line.ends_with(b"\n") {
        return Ok(Some(Ok(line)));
    }
    stdin.skip_until(b'\n')?;
    Ok(Some(Err(InspectError::TooLong)))
}
