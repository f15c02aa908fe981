//! Markdown tables.

/// A Markdown table with these columns.
pub(super) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| {
        let cells: Vec<String> =
            cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut out = line(&header.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>());
    out += &line(&vec!["---".to_owned(); header.len()]);
    for row in rows {
        assert_eq!(row.len(), header.len(), "a row needs one cell per column");
        out += &line(&row);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table_escapes_bar_in_cell() {
        assert_eq!(table(&["a"], [vec!["x|y".into()]]), "| a |\n| --- |\n| x\\|y |\n");
    }
}
