//! Which campaign makes a line cheaper, in the words that the customer reads (F69).

use jiff::{ToSpan, civil::Date};

use super::{Piece, Rated};
use crate::{
    biller::Catalog,
    text::{Code, Text},
};

impl Rated {
    /// Says of every line under a campaign which one it is, and its last day. One that is no longer
    /// in the catalog goes by its code.
    #[must_use]
    pub fn naming_campaigns(mut self, catalog: &Catalog) -> Self {
        for line in &mut self.lines {
            let Some((campaign, until)) = &line.campaign else { continue };
            let known = catalog.campaigns.get(campaign);
            let name = known.map_or(campaign.as_str(), |campaign| &campaign.name);
            let last = until.saturating_sub(1.day()).strftime("%b %-d, %Y");
            let said = format!("{}, {name} campaign until {last}", line.description);
            // What is too long stays without it.
            line.description = Text::parse(&said).unwrap_or_else(|_| line.description.clone());
        }
        self
    }
}

impl Piece {
    /// The campaign whose price it has, and the first day without it.
    pub(super) fn campaign(&self) -> Option<(Code, Date)> {
        let promotion = self.item.promotion.as_ref().filter(|it| self.from < it.until)?;
        Some((promotion.campaign_code.clone(), promotion.until))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use crate::{
        biller,
        ledger::bill_lines,
        subscription::{Subscription, SubscriptionId},
        testing::{
            fixtures::{account_id, code, promoted},
            given,
        },
    };

    /// What is on the first bill of somebody who pays 29.99 until the 15th of April.
    fn described(biller: &biller::Biller) -> Vec<String> {
        let given = given(promoted(2_999, date(2026, 4, 16)));
        let subscription: &Subscription = given.state(&SubscriptionId::of(&account_id()));
        let lines = bill_lines(biller, subscription, date(2026, 4, 1), date(2026, 5, 1));
        lines.unwrap().iter().map(|line| line.description.to_string()).collect()
    }

    #[test]
    fn f69_a_line_names_the_campaign_that_gives_its_price_and_its_last_day() {
        let mut biller = biller::testing();
        let campaign = biller.catalog.campaigns.get_mut(&code("LOYAL")).unwrap();
        "Summer 2026".clone_into(&mut campaign.name);
        let expected = [
            "Basic, 16 of 31 days, Summer 2026 campaign until Apr 15, 2026",
            "Basic, 15 of 30 days, Summer 2026 campaign until Apr 15, 2026",
            "Basic, 15 of 30 days",
        ];
        assert_eq!(described(&biller), expected);
        biller.catalog.campaigns.clear();
        let first = described(&biller).swap_remove(0);
        assert_eq!(first, "Basic, 16 of 31 days, LOYAL campaign until Apr 15, 2026");
        let campaign = biller::testing().catalog.campaigns[&code("LOYAL")].clone();
        let long = biller::Campaign { name: "x".repeat(5_000), ..campaign };
        biller.catalog.campaigns.insert(code("LOYAL"), long);
        assert_eq!(described(&biller)[0], "Basic, 16 of 31 days", "it would not fit");
    }
}
