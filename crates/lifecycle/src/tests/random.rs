//! Random sequences of moves and faults, against the model.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::invariants::{Moment, broken};
use super::model::Model;
use super::moves::{Move, Text};
use super::run;
use super::world::{Faults, Port, Scenario, WorldState};

const PORTS: [Port; 10] = [
    Port::Prepare,
    Port::Gate,
    Port::Review,
    Port::Raise,
    Port::Clear,
    Port::Invoke,
    Port::Start,
    Port::Reload,
    Port::Stop,
    Port::BeginRestore,
];

/// Mostly nothing fails, or sequences would never get far.
fn faults() -> impl Strategy<Value = Vec<Port>> {
    prop_oneof![
        4 => Just(Vec::new()),
        1 => subsequence(PORTS.to_vec(), 1..4),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 2_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_machine_agrees_with_the_model(
        file in select(vec![Text::Locked, Text::Good]),
        moves in prop::collection::vec((select(Move::ALL.to_vec()), faults()), 1..60),
    ) {
        let mut scenario = Scenario::new(WorldState { file, ..WorldState::default() });
        let mut model = Model::new(file);
        for (made, faults) in moves {
            let before = Moment::of(&scenario);
            let refused = model.refuses(made);
            model.make(made, &faults);
            let code = run(scenario.make(made, Faults::At(faults.clone())));
            prop_assert_eq!(scenario.isso.state(), model.state(), "after {:?}, faults {:?}", made, faults);
            prop_assert_eq!(scenario.isso.is_backing_up(), model.backing_up, "after {:?}", made);
            if faults.is_empty() {
                prop_assert_eq!(code, refused, "the answer to {:?}", made);
            }
            prop_assert_eq!(broken(before, made, &scenario), Vec::<&str>::new(), "after {:?}", made);
        }
    }
}
