//! Many processes, one connection: each expiry costs one token call, and everybody gets the new token.

use std::time::Instant;

use crate::process::Process;
use crate::protocol::{Card, Order, Report, Which};
use crate::setting::Setting;
use crate::world::{Calls, World};

const PROCESSES: usize = 8;
const TASKS: usize = 64;

pub(crate) fn every_expiry_costs_one_call(setting: &Setting, which: Which, expiries: usize) -> String {
    let world = World::new(&setting.runtime, &setting.shelf(), which);
    let card = Card { threads: 2, ..world.card() };
    let mut processes: Vec<_> = (0..PROCESSES).map(|_| Process::start(&card)).collect();
    processes.iter_mut().for_each(Process::is_ready);
    let all = |processes: &mut Vec<Process>, order: Order, happens: &dyn Fn()| {
        processes.iter_mut().for_each(|process| process.order(order));
        happens();
        let mut tokens: Vec<u64> = processes.iter_mut().flat_map(one_token).collect();
        tokens.dedup();
        assert_eq!(tokens.len(), 1, "everybody has the same token");
        tokens[0]
    };

    let (calls, generation, from) = (world.token_calls(), world.record().generation, world.soon(false));
    let now = Order::Renew { tasks: TASKS, from: from - world.to_due(), than: None, expired: false };
    let mut token = all(&mut processes, now, &|| ());
    assert_eq!(world.token_calls(), calls, "a valid token is not refreshed");
    let begun = Instant::now();
    for round in 1..=expiries {
        // By turns: one that is waited for, and one that is refreshed while the old token goes on serving.
        let expired = round % 2 == 1;
        let mark = world.mark();
        let order = Order::Renew { tasks: TASKS, from: world.soon(expired), than: Some(token), expired };
        token = all(&mut processes, order, &|| if expired { world.expire() } else { world.fall_due() });
        let once = Calls { sent: 1, spent: 1, refused: 0, answered: 1 };
        assert_eq!(world.calls(mark), once, "expiry {round}");
        assert_eq!(world.record().generation, generation + round as u64);
    }
    let took = begun.elapsed();
    assert_eq!(world.token_calls(), calls + expiries as u64, "nor was there any other call");
    format!(
        "{PROCESSES} processes x {TASKS} tasks, {expiries} expiries at {}: {expiries} token calls, {:.0} ms each",
        which.name(),
        took.as_secs_f64() * 1_000.0 / expiries as f64,
    )
}

fn one_token(process: &mut Process) -> Vec<u64> {
    match process.answer() {
        Some(Report::Renewed { tokens, tasks }) if tasks == TASKS => tokens,
        other => panic!("{other:?}"),
    }
}
