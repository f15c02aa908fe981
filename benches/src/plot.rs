//! SVG plots of measurements.

use anyhow::{Result, anyhow};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::contender::Figure;
use crate::report::Plot;
use crate::unit::Unit;

const WIDTH: u32 = 760;
const BAR: i32 = 26;
/// Left edge of the bars; names are to the left of it.
const LEFT: i32 = 270;
/// Length of the longest bar; its value is to the right of it.
const LONGEST: i32 = 380;
const INK: RGBColor = RGBColor(40, 40, 48);
const PAPER: RGBColor = RGBColor(255, 255, 255);
/// Distinguishable with colour blindness.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
];

/// Renders a plot as SVG.
///
/// # Errors
/// If drawing fails.
pub fn svg(plot: &Plot) -> Result<String> {
    let mut out = String::new();
    match plot {
        Plot::Bars { title, bars } => draw_bars(&mut out, title, bars),
        Plot::Lines { title, along, unit, limit, lines } => {
            draw_lines(&mut out, title, along, *unit, *limit, lines)
        }
    }
    .map_err(|error| anyhow!("cannot draw: {error}"))?;
    Ok(out)
}

type DrawResult = std::result::Result<(), Box<dyn std::error::Error>>;

fn text(size: i32, horizontal: HPos) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK).pos(Pos::new(horizontal, VPos::Center))
}

fn draw_bars(out: &mut String, title: &str, bars: &[(String, Unit, Figure)]) -> DrawResult {
    let height = 44 + bars.len() as i32 * BAR + 8;
    let area = SVGBackend::with_string(out, (WIDTH, height as u32)).into_drawing_area();
    area.fill(&PAPER)?;
    area.draw(&Text::new(title.to_owned(), (12, 20), text(16, HPos::Left)))?;
    let longest = bars.iter().map(|(_, _, figure)| figure.high).fold(f64::MIN_POSITIVE, f64::max);
    let along = |value: f64| LEFT + (value / longest * f64::from(LONGEST)).round() as i32;
    for (number, (name, unit, figure)) in bars.iter().enumerate() {
        let middle = 44 + number as i32 * BAR + BAR / 2;
        // Highlights the crates of this repository.
        let highlighted = ["oauth-", "go1", "oauth "].iter().any(|begin| name.starts_with(begin));
        let colour = COLOURS[usize::from(!highlighted) * 5];
        area.draw(&Text::new(name.clone(), (LEFT - 8, middle), text(13, HPos::Right)))?;
        area.draw(&Rectangle::new(
            [(LEFT, middle - 8), (along(figure.median).max(LEFT + 1), middle + 8)],
            colour.filled(),
        ))?;
        area.draw(&PathElement::new(
            vec![(along(figure.low), middle), (along(figure.high), middle)],
            INK.stroke_width(2),
        ))?;
        let value = unit.show(figure.median);
        area.draw(&Text::new(value, (along(figure.high) + 8, middle), text(13, HPos::Left)))?;
    }
    area.present()?;
    Ok(())
}

fn draw_lines(
    out: &mut String,
    title: &str,
    along: &str,
    unit: Unit,
    limit: Option<f64>,
    lines: &[(String, Vec<(f64, f64)>)],
) -> DrawResult {
    let area = SVGBackend::with_string(out, (WIDTH, 380)).into_drawing_area();
    area.fill(&PAPER)?;
    let points = || lines.iter().flat_map(|(_, points)| points.iter());
    let range = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::MAX, f64::MIN), |(low, high), value| (low.min(value), high.max(value)))
    };
    let (left, right) = range(&mut points().map(|point| point.0));
    let (low, high) = range(&mut points().map(|point| point.1).chain(limit));
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 16).into_font().color(&INK))
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(74)
        .build_cartesian_2d((left..right * 1.02).log_scale(), (low / 2.0..high * 2.0).log_scale())?;
    chart
        .configure_mesh()
        .x_desc(along)
        .x_label_formatter(&|value| Unit::Count.show(*value))
        .y_label_formatter(&|value| unit.show(*value))
        .label_style(("sans-serif", 12).into_font().color(&INK))
        .light_line_style(PAPER)
        .draw()?;
    for (number, (name, points)) in lines.iter().enumerate() {
        let colour = COLOURS[number % COLOURS.len()];
        chart
            .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(4))?
            .label(name)
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    if let Some(limit) = limit {
        let style = INK.stroke_width(1);
        chart
            .draw_series([PathElement::new(vec![(left, limit), (right, limit)], style)])?
            .label(format!("limit: {}", unit.show(limit)))
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(PAPER)
        .border_style(INK)
        .label_font(("sans-serif", 12).into_font().color(&INK))
        .draw()?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plots_contain_their_labels() {
        let bars = Plot::Bars {
            title: "A title".into(),
            bars: vec![
                ("go1".into(), Unit::Time, Figure::exactly(42.0)),
                ("peer".into(), Unit::Time, Figure::exactly(84.0)),
            ],
        };
        let drawn = svg(&bars).unwrap();
        for part in ["<svg", "A title", "go1", "42 ns", "84 ns"] {
            assert!(drawn.contains(part), "{part} is missing in {drawn}");
        }
        let lines = Plot::Lines {
            title: "Growth".into(),
            along: "stored".into(),
            unit: Unit::Time,
            limit: Some(50e6),
            lines: vec![("SQLite".into(), vec![(1e3, 1e6), (1e6, 2e6)])],
        };
        let drawn = svg(&lines).unwrap();
        for part in ["Growth", "SQLite", "limit: 50 ms", "stored"] {
            assert!(drawn.contains(part), "{part} is missing in {drawn}");
        }
    }
}
