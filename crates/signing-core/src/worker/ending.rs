//! The end of a worker that was asked to end: sessions closed, threads joined, the module finalised, in this order and
//! within a deadline.

use std::sync::Arc;
use std::time::Duration;

use signer::Token;
use tracing::warn;

use crate::Core;

/// A module that takes longer is left as it is: the process ends anyway.
const DEADLINE: Duration = Duration::from_secs(2);

/// Ends the process.
pub(super) async fn end(core: Core) -> ! {
    let token = core.signing.keeper.let_go();
    let store = core.signing.store.clone();
    drop(core);
    store.close().await;
    let module = tokio::task::spawn_blocking(move || {
        // Somebody who still holds it waits for a call that does not return: nothing can be closed under it.
        if let Some(token) = token.and_then(Arc::into_inner) {
            Token::finalize(token);
        }
    });
    if tokio::time::timeout(DEADLINE, module).await.is_err() {
        warn!("the module did not end in time");
    }
    exit(0)
}

/// Ends the process without the exit handlers of the module's library, which are known to crash after C_Finalize.
pub fn exit(code: i32) -> ! {
    #[expect(unsafe_code, reason = "std runs exit handlers, and those of a vendor's library must not run")]
    // SAFETY: takes no pointer and returns never; everything that must last is on the disk.
    unsafe {
        libc::_exit(code)
    }
}
