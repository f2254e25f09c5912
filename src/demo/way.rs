//! The way from one place to another, along streets that cross at right angles.

/// Latitude and longitude.
pub type Place = (f64, f64);

/// The streets of the north of Buenos Aires run some forty degrees off the meridian.
const TURN: f64 = 0.7;
/// How much shorter a degree of longitude is there than one of latitude.
const NARROW: f64 = 0.823;

/// Where somebody is, and the corners that are left.
#[derive(Debug)]
pub struct Way {
    at: Place,
    left: Vec<Place>,
    goal: Place,
}

impl Way {
    /// Nobody moves.
    pub fn still(at: Place) -> Self {
        Self { at, left: Vec::new(), goal: at }
    }

    /// Where somebody is now.
    pub fn at(&self) -> Place {
        self.at
    }

    /// Takes the streets to `goal`, if that is not where the way leads already.
    pub fn lead_to(&mut self, goal: Place) {
        if goal != self.goal {
            self.goal = goal;
            self.left = vec![goal, corner(self.at, goal)];
        }
    }

    /// Goes on for `stride` degrees of latitude; false when there is nowhere left to go.
    pub fn go(&mut self, mut stride: f64) -> bool {
        if self.left.is_empty() {
            return false;
        }
        while let Some(&next) = self.left.last() {
            let whole = (next.0 - self.at.0).hypot((next.1 - self.at.1) * NARROW);
            if whole > stride {
                let part = stride / whole;
                self.at = (self.at.0 + (next.0 - self.at.0) * part, self.at.1 + (next.1 - self.at.1) * part);
                break;
            }
            stride -= whole;
            self.at = next;
            self.left.pop();
        }
        true
    }
}

/// Where the street of `from` meets that of `to`.
fn corner(from: Place, to: Place) -> Place {
    let (sin, cos) = TURN.sin_cos();
    let along = (to.0 - from.0) * cos + (to.1 - from.1) * NARROW * sin;
    (from.0 + along * cos, from.1 + along * sin / NARROW)
}

#[cfg(test)]
mod tests {
    use super::{NARROW, Way, corner};

    #[test]
    fn a_way_turns_once_at_a_right_angle_and_arrives() {
        let (from, to) = ((-34.56, -58.45), (-34.60, -58.42));
        let turn = corner(from, to);
        let leg = |a: (f64, f64), b: (f64, f64)| (b.0 - a.0, (b.1 - a.1) * NARROW);
        let (one, other) = (leg(from, turn), leg(turn, to));
        assert!((one.0 * other.0 + one.1 * other.1).abs() < 1e-9, "{one:?} {other:?}");

        let mut way = Way::still(from);
        assert!(!way.go(0.001), "nowhere to go");
        way.lead_to(to);
        let mut moves = 0;
        while way.go(0.001) {
            way.lead_to(to);
            moves += 1;
        }
        assert_eq!(way.at(), to);
        let length = one.0.hypot(one.1) + other.0.hypot(other.1);
        assert!((f64::from(moves) * 0.001 - length).abs() < 0.001, "{moves} moves for {length}");
    }
}
