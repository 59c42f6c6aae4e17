//! The shapes of load: how many ask side by side, and for how many signatures at a time.

/// One shape.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// How many ask side by side.
    pub(crate) callers: usize,
    /// How many signatures each request asks for.
    pub(crate) items: usize,
}

/// Every shape that is measured: what single requests reach, and batches.
pub(crate) const SHAPES: [Shape; 9] = [
    Shape { callers: 1, items: 1 },
    Shape { callers: 4, items: 1 },
    Shape { callers: 16, items: 1 },
    Shape { callers: 64, items: 1 },
    Shape { callers: 1, items: 64 },
    Shape { callers: 4, items: 16 },
    Shape { callers: 4, items: 64 },
    Shape { callers: 16, items: 64 },
    Shape { callers: 4, items: 256 },
];

impl Shape {
    /// Its name in a measurement's.
    pub(crate) fn name(self) -> String {
        match self {
            Self { callers, items: 1 } => format!("callers_{callers}"),
            Self { callers, items } => format!("batch_{items}.callers_{callers}"),
        }
    }

    /// How many requests are made for about so many signatures, so that every caller has some.
    pub(crate) fn requests_for(self, signatures: f64) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of requests, far below 2^32"
        )]
        let signatures = signatures as usize;
        (signatures / self.items).max(2 * self.callers)
    }
}
