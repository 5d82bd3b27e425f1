//! Named steps with their times, and a table at the end, whatever the end was.

use std::iter;
use std::time::{Duration, Instant};

use crate::error::Result;

/// The steps taken so far.
#[derive(Default)]
pub(crate) struct Steps {
    taken: Vec<Step>,
}

struct Step {
    name: String,
    took: Duration,
    outcome: String,
}

impl Steps {
    /// Runs a list of steps and prints the table afterwards, also when one of them failed.
    pub(crate) fn report(list: impl FnOnce(&mut Self) -> Result) -> Result {
        let mut steps = Self::default();
        let started = Instant::now();
        let result = list(&mut steps);
        println!("\n{}", steps.table(started.elapsed()));
        result
    }

    /// Runs one step; the first failure ends the list.
    pub(crate) fn run<T>(&mut self, name: &str, step: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n── {name}");
        let started = Instant::now();
        let result = step();
        let took = started.elapsed();
        let outcome = if result.is_ok() { "ok" } else { "FAILED" };
        println!("── {name}: {outcome} after {}", seconds(took));
        self.taken.push(Step { name: name.to_owned(), took, outcome: outcome.to_owned() });
        result.map_err(|error| format!("{name}: {error}").into())
    }

    /// Notes a step that this machine cannot take.
    pub(crate) fn skip(&mut self, name: &str, why: &str) {
        println!("\n── {name}: skipped, {why}");
        self.taken.push(Step { name: name.to_owned(), took: Duration::ZERO, outcome: format!("skipped: {why}") });
    }

    fn table(&self, total: Duration) -> String {
        let width = self.taken.iter().map(|step| step.name.chars().count()).max().unwrap_or(0).max(5);
        let line = |name: &str, time: &str, outcome: &str| format!("{name:<width$}  {time:>8}  {outcome}");
        iter::once(line("step", "time", "outcome"))
            .chain(self.taken.iter().map(|step| line(&step.name, &seconds(step.took), &step.outcome)))
            .chain(iter::once(line("total", &seconds(total), "")))
            .collect::<Vec<_>>()
            .join("\n")
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_step_ends_the_list_and_stands_in_the_table() {
        let mut steps = Steps::default();
        assert!(steps.run("first", || Ok(())).is_ok());
        let error = steps.run("second", || -> Result { Err("no luck".into()) }).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("second: no luck"));
        steps.skip("third", "no tool");
        let table = steps.table(Duration::from_secs(1));
        assert!(table.contains("first      0.0 s  ok"), "{table}");
        assert!(table.contains("second     0.0 s  FAILED"), "{table}");
        assert!(table.contains("third      0.0 s  skipped: no tool"), "{table}");
    }
}
