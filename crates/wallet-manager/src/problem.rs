//! What can go wrong between the two processes, as problem documents. What the worker refuses it says itself.

use service::Problem;
use signing_core::AskError;
use signing_core::fresh::Unproven;

/// The code of every answer that the worker did not give. The caller knows nothing of the outcome and asks again.
const UNAVAILABLE: &str = "worker_unavailable";

/// Why the worker gave no answer, or the one that it gave.
pub(crate) fn of_worker(error: AskError) -> Problem {
    match error {
        AskError::Refused(problem) => problem,
        AskError::Absent => {
            Problem::unavailable(UNAVAILABLE, "The signing worker is being started; nothing was asked of it.")
        }
        AskError::Lost => Problem::unavailable(
            UNAVAILABLE,
            "The signing worker ended before it answered; send the same request again to learn what became of it.",
        ),
        AskError::Malformed(cause) => Problem::internal(cause),
    }
}

/// Why a new key was not proven.
pub(crate) fn of_proof(unproven: &Unproven) -> Problem {
    Problem::unavailable("key_unproven", unproven.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_the_worker_did_not_say_may_be_asked_again() {
        for error in [AskError::Absent, AskError::Lost] {
            let problem = of_worker(error);
            assert_eq!((problem.status, problem.code.as_str()), (503, "worker_unavailable"));
        }
        let said = Problem::conflict("txid_taken", "Another attempt has it.");
        assert_eq!(of_worker(AskError::Refused(said.clone())), said);
        let cause = std::io::Error::other("swordfish");
        let problem = of_worker(AskError::Malformed(cause));
        assert_eq!(problem.status, 500);
        assert!(!problem.to_string().contains("swordfish"));
        assert_eq!(of_proof(&Unproven("no".to_owned())).code, "key_unproven");
    }
}
