//! Many processes share one connection: each expiry costs one token call, and all of them get the new token.

use std::time::Instant;

use crate::context::TestContext;
use crate::process::Process;
use crate::protocol::{Report, TestProvider, WorkerCommand, WorkerConfig};
use crate::scenario::{Calls, Scenario};

const PROCESSES: usize = 8;
const TASKS: usize = 64;

pub(crate) fn every_expiry_costs_one_call(
    context: &TestContext,
    provider: TestProvider,
    expiries: usize,
) -> String {
    let scenario = Scenario::new(&context.runtime, &context.create_store(), provider);
    let config = WorkerConfig { threads: 2, ..scenario.config() };
    let mut processes: Vec<_> = (0..PROCESSES).map(|_| Process::start(&config)).collect();
    processes.iter_mut().for_each(Process::wait_until_ready);
    let run_all = |processes: &mut Vec<Process>, command: WorkerCommand, advance: &dyn Fn()| {
        processes.iter_mut().for_each(|process| process.command(command));
        advance();
        let mut tokens: Vec<u64> = processes.iter_mut().flat_map(one_token).collect();
        tokens.dedup();
        assert_eq!(tokens.len(), 1, "all have the same token");
        tokens[0]
    };

    let (calls, generation, from) =
        (scenario.token_calls(), scenario.record().generation, scenario.just_before(false));
    let command = WorkerCommand::GetHeaders {
        tasks: TASKS,
        from: from - scenario.to_due(),
        old_token: None,
        expired: false,
    };
    let mut token = run_all(&mut processes, command, &|| ());
    assert_eq!(scenario.token_calls(), calls, "a valid token is not refreshed");
    let begun = Instant::now();
    for round in 1..=expiries {
        // Alternates between an expired token and one that is due but still valid.
        let expired = round % 2 == 1;
        let position = scenario.journal_position();
        let command = WorkerCommand::GetHeaders {
            tasks: TASKS,
            from: scenario.just_before(expired),
            old_token: Some(token),
            expired,
        };
        token = run_all(&mut processes, command, &|| {
            if expired { scenario.expire() } else { scenario.fall_due() }
        });
        let once = Calls { sent: 1, spent: 1, refused: 0, responded: 1 };
        assert_eq!(scenario.calls(position), once, "expiry {round}");
        assert_eq!(scenario.record().generation, generation + round as u64);
    }
    let took = begun.elapsed();
    assert_eq!(scenario.token_calls(), calls + expiries as u64, "no other token call was made");
    format!(
        "{PROCESSES} processes x {TASKS} tasks, {expiries} expiries at {}: {expiries} token calls, {:.0} ms each",
        provider.name(),
        took.as_secs_f64() * 1_000.0 / expiries as f64,
    )
}

fn one_token(process: &mut Process) -> Vec<u64> {
    match process.next_result() {
        Some(Report::HeadersReceived { tokens, tasks }) if tasks == TASKS => tokens,
        other => panic!("{other:?}"),
    }
}
