//! Round numbers for axes.

/// Marks from 0 to at least `largest`, about five of them, at 1, 2 or 5 times a power of ten.
pub(super) fn marks(largest: f64) -> Vec<f64> {
    let step = step(largest.max(f64::MIN_POSITIVE) / 5.0);
    let count = (largest / step).ceil().max(1.0) as usize;
    (0..=count).map(|index| index as f64 * step).collect()
}

/// The smallest round number that is not below `least`.
fn step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let round = [1.0, 2.0, 5.0, 10.0].map(|factor| factor * power);
    round.into_iter().find(|step| *step >= least * 0.999_999).unwrap_or(round[3])
}

/// A mark's number: `1200`, `0.5`.
pub(super) fn text(mark: f64, step: f64) -> String {
    let decimals = if step >= 1.0 { 0 } else { (-step.log10().floor()).clamp(0.0, 6.0) as usize };
    format!("{mark:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_reach_the_largest_value() {
        assert_eq!(marks(100.0), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!(marks(101.0), [0.0, 50.0, 100.0, 150.0]);
        assert_eq!(marks(0.0), [0.0, marks(0.0)[1]]);
        assert_eq!((text(0.5, 0.5), text(1200.0, 200.0)), ("0.5".to_owned(), "1200".to_owned()));
    }
}
