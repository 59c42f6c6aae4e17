//! The multiples of one point, so that multiplying it takes additions alone.

use std::fmt;
use std::sync::OnceLock;

use k256::elliptic_curve::{BatchNormalize as _, PrimeField as _};
use k256::{AffinePoint, ProjectivePoint, Scalar};

/// Bits of a scalar that one addition does for: more would take more memory than the cache near the processor has.
const BITS: usize = 6;

/// The largest digit: digits are signed, because the negative of a point costs nothing.
const HALF: usize = 1 << (BITS - 1);

/// Enough for 256 bits and a carry.
const ROWS: usize = 256 / BITS + 1;

/// `d · 2^(6·row) · point` for every row and every d from 1 to 32: 121 kB, made in about a millisecond. For points that
/// are multiplied often, and with scalars that are no secrets: which entries are read follows from the scalar.
pub(super) struct Multiples(Vec<AffinePoint>);

impl Multiples {
    pub(super) fn of(point: &AffinePoint) -> Self {
        let mut all = Vec::with_capacity(ROWS * HALF);
        let mut base = ProjectivePoint::from(*point);
        for _ in 0..ROWS {
            let mut multiple = base;
            for _ in 1..HALF {
                all.push(multiple);
                multiple += &base;
            }
            all.push(multiple);
            base = multiple.double();
        }
        Self(ProjectivePoint::batch_normalize(all.as_slice()))
    }

    /// Those of the group's generator.
    pub(super) fn of_generator() -> &'static Self {
        static GENERATOR: OnceLock<Multiples> = OnceLock::new();
        GENERATOR.get_or_init(|| Self::of(&AffinePoint::GENERATOR))
    }

    /// Adds `scalar · point` to a sum.
    pub(super) fn add_times(&self, scalar: &Scalar, sum: &mut ProjectivePoint) {
        let mut carry = 0;
        for (digit, row) in digits(scalar).into_iter().zip(self.0.chunks_exact(HALF)) {
            let digit = digit + carry;
            carry = usize::from(digit > HALF);
            // At most 64, which is nothing and a carry.
            match (digit, 2 * HALF - digit) {
                (0, _) | (_, 0) => {}
                (_, less) if carry == 1 => *sum -= &row[less - 1],
                (more, _) => *sum += &row[more - 1],
            }
        }
    }
}

/// A scalar's digits to the base 64, the lowest first.
fn digits(scalar: &Scalar) -> [usize; ROWS] {
    let bytes = scalar.to_repr();
    let byte = |place: usize| bytes.iter().rev().nth(place).map_or(0, |byte| usize::from(*byte));
    std::array::from_fn(|row| {
        let bit = row * BITS;
        ((byte(bit / 8) | byte(bit / 8 + 1) << 8) >> (bit % 8)) & (2 * HALF - 1)
    })
}

impl fmt::Debug for Multiples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Multiples").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use k256::FieldBytes;
    use k256::elliptic_curve::ops::Reduce;
    use proptest::prelude::*;

    use super::*;

    fn scalar(bytes: [u8; 32]) -> Scalar {
        <Scalar as Reduce<FieldBytes>>::reduce(&FieldBytes::from(bytes))
    }

    #[track_caller]
    fn are_right(point: ProjectivePoint, scalars: impl IntoIterator<Item = Scalar>) {
        let multiples = Multiples::of(&point.to_affine());
        for scalar in scalars {
            let mut sum = ProjectivePoint::GENERATOR;
            multiples.add_times(&scalar, &mut sum);
            assert_eq!(sum, ProjectivePoint::GENERATOR + point * scalar, "{scalar:?}");
        }
    }

    #[test]
    fn every_digit_and_every_carry() {
        let edges = (0..=70).chain([4095, 4096, u64::MAX]).map(Scalar::from);
        let last = -Scalar::ONE;
        let ones = std::iter::successors(Some(Scalar::ONE), |one| Some(*one + *one)).take(256);
        let repeated = (0..=255_u8).map(|byte| scalar([byte; 32]));
        let all: Vec<_> = edges.chain([last, last - Scalar::ONE]).chain(ones).chain(repeated).collect();
        are_right(ProjectivePoint::GENERATOR, all.clone());
        are_right(ProjectivePoint::GENERATOR * Scalar::from(0x1234_5678_9abc_def1_u64), all);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_scalar_of_any_point(point in any::<[u8; 32]>(), times in any::<[u8; 32]>()) {
            are_right(ProjectivePoint::GENERATOR * (scalar(point) + Scalar::ONE), [scalar(times)]);
        }
    }
}
