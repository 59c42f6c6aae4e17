//! Documents.

use plane_tests::{read, root};

use crate::check;

#[test]
fn paths_that_documents_name_exist() {
    let mut breaches = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md", "SECURITY.md"] {
        let text = read(document.as_ref());
        for (number, line) in text.lines().enumerate() {
            // Every second part between backticks is code.
            let code = line.split('`').skip(1).step_by(2);
            let paths = code.filter(|code| code.starts_with("crates/") || code.starts_with("tests/"));
            let missing = paths.filter(|path| !path.contains(' ') && !root().join(path).exists());
            breaches.extend(missing.map(|path| format!("{document}:{}: {path}", number + 1)));
        }
    }
    check("A reader who follows a document must arrive:", &breaches);
}
