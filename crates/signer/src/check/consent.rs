//! What others than the issuer have agreed to; how much of it is needed is the policy's to say.

/// The consent to one transaction, every part of it verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    /// Whether the compliance desk attests the payment.
    pub attested: bool,
    /// Who approved it.
    pub approvals: Approvals,
}

/// The approvals of one transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Approvals {
    /// How many different people approved.
    pub approvers: u8,
    /// Whether they name who asked for it, who is none of them.
    pub requester_named: bool,
}

impl Approvals {
    /// Whether they suffice where `needed` are demanded. Where nobody is named as having asked, one of the approvers may
    /// have: then it takes two.
    pub fn suffice(self, needed: u8) -> bool {
        let needed = if self.requester_named || needed == 0 { needed } else { needed.max(2) };
        self.approvers >= needed
    }
}
