//! Random wishes about the money of one account, through the rules themselves: it is billed, pays,
//! pays back, disputes, promises, is drawn from and asked to pay. Whatever is asked in whatever
//! order, the books balance, nothing is drawn twice, what is disputed is paid last, nobody is
//! suspended who may not be, and every accepted wish asked again adds nothing.

#[path = "money/deeds.rs"]
mod deeds;
#[path = "money/world.rs"]
mod world;

use domain::{
    dunning::Dunning,
    ledger::{OpenCharge, Standing},
};
use proptest::{
    collection::vec,
    prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest},
};

use deeds::{Corrected, Deed, Owed, Paid, deed};
use world::World;

/// What payments and credits of one day come to, in whatever order they come.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    open: Vec<OpenCharge>,
    credit: i64,
    ladder: Option<(u32, u32)>,
    is_arranged: bool,
}

impl Outcome {
    fn of(standing: &Standing, dunning: &Dunning) -> Self {
        Self {
            open: standing.open.clone(),
            credit: standing.credit(),
            ladder: dunning.ladder.map(|ladder| (dunning.ladders, ladder.taken)),
            is_arranged: dunning.is_arranged(),
        }
    }
}

/// What of one day may come in any order: each pays the oldest debt.
fn of_a_day() -> impl Strategy<Value = Vec<Deed>> {
    let deed = prop_oneof![
        3 => (1_i64..9_000).prop_map(|minor| Deed::Paid(Paid::Amount { minor })),
        2 => (1_i64..4_000).prop_map(|minor| Deed::Corrected(Corrected::Adjust { minor: -minor })),
        1 => Just(Deed::Owed(Owed::Fee)),
    ];
    vec(deed, 2..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_with_money_the_books_balance(deeds in vec(deed(), 1..60)) {
        let mut world = World::new();
        for deed in &deeds {
            deed.happens_in(&mut world);
        }
    }

    #[test]
    fn payments_and_credits_of_a_day_come_to_the_same_in_any_order(
        before in vec(deed(), 0..25), same_day in of_a_day(), turn in any::<usize>()
    ) {
        let mut world = World::new();
        before.iter().for_each(|deed| deed.happens_in(&mut world));
        let mut turned = same_day.clone();
        turned.rotate_left(turn % same_day.len());
        turned.reverse();
        let after = |deeds: &[Deed]| {
            let mut world = world.clone();
            deeds.iter().for_each(|deed| deed.happens_in(&mut world));
            Outcome::of(&world.standing(), &world.dunning())
        };
        assert_eq!(after(&same_day), after(&turned));
    }
}
