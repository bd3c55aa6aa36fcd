//! One diagram: lines over time, with axes.

use super::axis::{marks, text};
use std::fmt::Write;

/// Where the diagram begins and how large it is, in pixels.
const LEFT: f64 = 80.0;
const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 210.0;

/// Values at equal distances from the beginning of the time axis to a share of it.
pub(super) struct Line {
    pub(super) colour: &'static str,
    pub(super) share: f64,
    pub(super) values: Vec<f64>,
}

/// A diagram.
pub(super) struct Panel {
    pub(super) top: u32,
    pub(super) label: &'static str,
    /// The length of the time axis.
    pub(super) days: f64,
    pub(super) lines: Vec<Line>,
}

impl Panel {
    pub(super) fn draw(&self, out: &mut String) {
        let largest = self.lines.iter().flat_map(|line| &line.values).copied().fold(0.0, f64::max);
        let marks = marks(largest.max(1.0));
        let top = marks.last().copied().unwrap_or(1.0);
        self.value_axis(&marks, top, out);
        self.time_axis(out);
        for line in &self.lines {
            self.line(line, top, out);
        }
    }

    fn bottom(&self) -> f64 {
        f64::from(self.top) + HEIGHT
    }

    fn value_axis(&self, marks: &[f64], top: f64, out: &mut String) {
        let right = LEFT + WIDTH;
        for mark in marks {
            let y = self.bottom() - mark / top * HEIGHT;
            let _ = writeln!(
                out,
                "<line x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{right}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 8.0,
                y + 4.0,
                text(*mark, marks[1]),
            );
        }
        let middle = self.bottom() - HEIGHT / 2.0;
        let _ = writeln!(
            out,
            "<text transform=\"translate(22 {middle}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
            self.label
        );
    }

    fn time_axis(&self, out: &mut String) {
        let marks = marks(self.days);
        let (bottom, right) = (self.bottom(), LEFT + WIDTH);
        let _ = writeln!(
            out,
            "<line x1=\"{LEFT}\" y1=\"{bottom}\" x2=\"{right}\" y2=\"{bottom}\" stroke=\"#222\"/>"
        );
        for mark in marks.iter().filter(|mark| **mark <= self.days) {
            let x = LEFT + mark / self.days * WIDTH;
            let _ = writeln!(
                out,
                "<line x1=\"{x:.1}\" y1=\"{bottom}\" x2=\"{x:.1}\" y2=\"{}\" stroke=\"#222\"/>\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                bottom + 5.0,
                bottom + 18.0,
                text(*mark, marks[1]),
            );
        }
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">days since the first submission</text>",
            LEFT + WIDTH / 2.0,
            bottom + 36.0
        );
    }

    /// A line of steps: each value holds for its span of time.
    fn line(&self, line: &Line, top: f64, out: &mut String) {
        let width = WIDTH * line.share / line.values.len() as f64;
        let mut points = String::new();
        for (index, value) in line.values.iter().enumerate() {
            let (x, y) = (LEFT + width * index as f64, self.bottom() - value / top * HEIGHT);
            let _ = write!(points, "{x:.1},{y:.1} {:.1},{y:.1} ", x + width);
        }
        let _ = writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.2\" stroke-opacity=\"0.85\"/>",
            points.trim_end(),
            line.colour
        );
    }
}
