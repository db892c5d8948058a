//! `demarc demo`: the first thing that a newcomer types.

use e2e::{Ran, demarc};

#[test]
fn the_demo_tells_its_stories_and_all_of_them_come_true() -> anyhow::Result<()> {
    let ran = Ran::from(demarc().args(["demo", "--exit"]).output()?).well()?;
    for story in ["Upgrade by an office-only order", "A scheduled installation", "Suspension"] {
        assert!(ran.out.contains(story), "{story} is missing:\n{}", ran.out);
    }
    assert!(ran.out.contains("VLAN 552"), "{}", ran.out);
    Ok(())
}
