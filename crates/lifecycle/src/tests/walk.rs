//! A walk through every state that can be reached, over every move and every way it can fail.

use std::collections::{HashMap, VecDeque};

use super::invariants::{Moment, broken};
use super::moves::{Move, Text};
use super::run;
use super::world::{Faults, Scenario, WorldState};

/// The walk's extent. It changes with the machine; a walk that has become small by mistake shows.
const MOMENTS: usize = 1_392;
const STEPS: usize = 175_682;

/// Each moment with the step that first led to it.
type Trail = HashMap<Moment, Option<(Moment, Move, Vec<bool>)>>;

#[test]
fn no_path_breaks_an_invariant() {
    let (moments, steps) = run(walk());
    assert_eq!((moments, steps), (MOMENTS, STEPS), "(moments, steps)");
}

/// Gives the numbers of distinct moments and of steps between them.
async fn walk() -> (usize, usize) {
    let mut steps = 0;
    let mut trail = Trail::new();
    let mut ahead = VecDeque::new();
    for file in [Text::Locked, Text::Good] {
        let scenario = Scenario::new(WorldState {
            file,
            ..WorldState::default()
        });
        trail.insert(Moment::of(&scenario), None);
        ahead.push_back(scenario);
    }
    while let Some(scenario) = ahead.pop_front() {
        let before = Moment::of(&scenario);
        for made in Move::ALL {
            let mut plans = vec![Vec::new()];
            while let Some(plan) = plans.pop() {
                let mut next = scenario.fork();
                next.make(made, Faults::Nth(plan.clone())).await;
                steps += 1;
                let rules = broken(before, made, &next);
                assert!(
                    rules.is_empty(),
                    "{rules:#?}\nafter {made:?}, calls {:?}\n{}",
                    next.world().calls,
                    describe_path(before, &trail)
                );
                plans.extend(further_plans(&plan, next.world().calls.len()));
                let after = Moment::of(&next);
                trail.entry(after).or_insert_with(|| {
                    ahead.push_back(next);
                    Some((before, made, plan))
                });
            }
        }
    }
    (trail.len(), steps)
}

/// The plans that differ from `plan` by one more failure, behind those it has already.
///
/// From the plan without failures they reach each way in which the calls of an event can fail
/// exactly once.
fn further_plans(plan: &[bool], calls: usize) -> impl Iterator<Item = Vec<bool>> {
    (plan.len()..calls).map(move |fails| {
        let mut further = plan.to_vec();
        further.resize(fails, false);
        further.push(true);
        further
    })
}

/// Describes the path to a moment.
fn describe_path(moment: Moment, trail: &Trail) -> String {
    let mut lines = vec![format!("{moment:?}")];
    let mut at = moment;
    while let Some((from, made, plan)) = &trail[&at] {
        lines.push(format!("{made:?}, failing calls {plan:?}, led from {from:?}"));
        at = *from;
    }
    lines.reverse();
    lines.join("\n")
}
