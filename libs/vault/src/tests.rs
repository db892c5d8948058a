//! Keys that outlive crashes, and do not outlive their destruction.

use std::{
    fs,
    path::Path,
    sync::{Arc, LazyLock},
    thread,
};

use proptest::prelude::proptest;
use storage::{Fault, Os, Simulated, Storage};
use tempfile::TempDir;

use crate::{ERASED, UNREADABLE, Vault, VaultError};

fn os() -> Arc<dyn Storage> {
    Arc::new(Os)
}

fn vault(dir: &Path) -> Vault {
    Vault::open(&os(), dir).unwrap()
}

/// Makes keys where none are left.
fn sealed_by(vault: &Vault, owner: &str, text: &str) -> String {
    loop {
        match vault.seal(owner, text).unwrap() {
            Some(sealed) => return sealed,
            None => vault.fill().unwrap(),
        }
    }
}

/// Whose keys were looked for, and whether they were found.
fn recovered(vault: &Vault, text: &str) -> Vec<(String, bool)> {
    let mut said = Vec::new();
    vault.recover(text, &mut |owner, is_found| said.push((owner.to_owned(), is_found))).unwrap();
    said
}

/// Whether no crash makes the vault forget whose the key is.
fn is_kept(vault: &Vault, owner: &str) -> bool {
    vault.digest(owner, "4711").unwrap().is_some()
}

fn keep(vault: &Vault, owner: &str) {
    vault.make_keys(&[owner.to_owned()]).unwrap();
}

#[test]
fn people_who_are_made_up_are_sealed_to_the_same_tokens_again() {
    let sealed = |seed| {
        let dir = TempDir::new().unwrap();
        let vault = Vault::made_up(&os(), dir.path(), seed).unwrap();
        ["customer_1", "customer_2"].map(|owner| sealed_by(&vault, owner, "Ada Byron"))
    };
    assert_eq!(sealed(7), sealed(7));
    assert_ne!(sealed(7), sealed(8));
    let [one, other] = sealed(7);
    assert_ne!(one, other.replace("customer_2", "customer_1"));
}

#[test]
fn keys_of_people_who_are_made_up_open_what_they_sealed() {
    let dir = TempDir::new().unwrap();
    let made_up = Vault::made_up(&os(), dir.path(), 7).unwrap();
    let sealed = sealed_by(&made_up, "customer_1", "Ada Byron");
    made_up.note_searched(1).unwrap();
    drop(made_up);
    assert_eq!(vault(dir.path()).opened(&sealed).unwrap(), "Ada Byron");
}

#[test]
fn a_text_is_opened_as_it_was_sealed_after_a_restart_too() {
    let dir = tempfile::tempdir().unwrap();
    let sealed = sealed_by(&vault(dir.path()), "customer_7", "Ana Ruiz");
    assert!(!sealed.contains("Ana"), "{sealed}");
    let vault = vault(dir.path());
    assert_eq!(recovered(&vault, &sealed), [("customer_7".to_owned(), true)]);
    assert_eq!(vault.opened(&sealed).unwrap(), "Ana Ruiz");
    assert_eq!(sealed_by(&vault, "customer_7", "Ana Ruiz"), sealed, "rules compare tokens");
    assert_ne!(sealed_by(&vault, "customer_8", "Ana Ruiz"), sealed);
}

#[test]
fn f10_a_secret_is_shown_masked_wherever_it_stands_and_opened_by_itself_alone() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    vault.make_keys(&[]).unwrap();
    let secret =
        |whole: &str, shown: &str| vault.seal_secret("customer_7", whole, shown).unwrap().unwrap();
    let token = secret("123-45-6789", "***-**-6789");
    assert!(!token.contains("6789"), "{token}");
    assert_eq!(vault.opened(&format!("SSN {token}.")).unwrap(), "SSN ***-**-6789.");
    assert_eq!(vault.revealed(&token).unwrap().as_deref(), Some("123-45-6789"));
    for other in [format!("{token} "), format!("x{token}"), sealed_by(&vault, "a", "Ana")] {
        assert_eq!(vault.revealed(&other).unwrap(), None, "{other}");
    }
    // Under the other mark it is no text, and of another owner nothing.
    let (_, hidden) = token.trim_end_matches('}').rsplit_once(':').unwrap();
    let marked = format!("{{sealed:customer_7:{hidden}}}");
    assert_eq!(vault.opened(&marked).unwrap(), UNREADABLE);
    sealed_by(&vault, "customer_8", "Al");
    let stolen = token.replace("customer_7", "customer_8");
    assert_eq!(vault.revealed(&stolen).unwrap(), None);

    vault.destroy("customer_7").unwrap();
    assert_eq!(vault.revealed(&token).unwrap(), None);
    assert_eq!(vault.opened(&token).unwrap(), ERASED);
    let dropped = secret("123-45-6789", "***-**-6789");
    assert_eq!((&*dropped, &*vault.opened(&dropped).unwrap()), ("{secret:customer_7::}", ERASED));
}

#[test]
fn tokens_are_opened_where_they_stand_in_a_letter() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    let (name, town) = (sealed_by(&vault, "a", "Ana"), sealed_by(&vault, "b", "Orem"));
    let letter = format!("Hello {name} of {town}, {{sealed:a:}} {{sealed:no token");
    let opened = format!("Hello Ana of Orem, {ERASED} {{sealed:no token");
    assert_eq!(vault.opened(&letter).unwrap(), opened);
    // What was sealed is a text, whatever it looks like.
    let nested = sealed_by(&vault, "a", &town);
    assert_eq!(vault.opened(&nested).unwrap(), town.as_str());
}

#[test]
fn a_destroyed_key_opens_nothing_and_never_comes_back() {
    let dir = tempfile::tempdir().unwrap();
    let sealed = {
        let vault = vault(dir.path());
        let sealed = sealed_by(&vault, "customer_7", "Ana Ruiz");
        keep(&vault, "customer_7");
        let root =
            fs::read(dir.path().join("customers.keys")).unwrap()[128 + 66..128 + 98].to_vec();
        vault.destroy("customer_7").unwrap();
        vault.destroy("customer_7").unwrap();
        let file = fs::read(dir.path().join("customers.keys")).unwrap();
        assert!(!file.windows(root.len()).any(|bytes| bytes == root), "the key still lies there");
        assert_eq!(vault.opened(&sealed).unwrap(), ERASED);
        sealed
    };
    let vault = vault(dir.path());
    assert_eq!(vault.opened(&sealed).unwrap(), ERASED);
    let dropped = sealed_by(&vault, "customer_7", "Ana Ruiz");
    assert_eq!((&*dropped, &*vault.opened(&dropped).unwrap()), ("{sealed:customer_7:}", ERASED));
    assert_eq!(vault.digest("customer_7", "1234").unwrap().as_deref(), Some(""));
}

#[test]
fn an_owner_may_be_erased_before_anything_was_sealed() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    vault.destroy("customer_7").unwrap();
    assert_eq!(sealed_by(&vault, "customer_7", "Ana"), "{sealed:customer_7:}");
}

#[test]
fn a_token_of_one_owner_is_not_opened_as_anothers() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    let sealed = sealed_by(&vault, "customer_7", "Ana Ruiz");
    sealed_by(&vault, "customer_8", "Jo");
    let stolen = sealed.replace("customer_7", "customer_8");
    assert_eq!(vault.opened(&stolen).unwrap(), UNREADABLE);
    let unknown = sealed.replace("customer_7", "customer_9");
    assert_eq!(vault.opened(&unknown).unwrap(), UNREADABLE);
}

#[test]
fn equal_pins_have_equal_digests_under_one_key_only() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    assert_eq!(vault.digest("customer_7", "4711").unwrap(), None, "a crash might forget the key");
    keep(&vault, "customer_7");
    keep(&vault, "customer_8");
    let digest = vault.digest("customer_7", "4711").unwrap().unwrap();
    assert_eq!(vault.digest("customer_7", "4711").unwrap().unwrap(), digest);
    assert_ne!(vault.digest("customer_7", "4712").unwrap().unwrap(), digest);
    assert_ne!(vault.digest("customer_8", "4711").unwrap().unwrap(), digest);
}

#[test]
fn an_owner_has_a_name_that_is_safe_in_a_token() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    for wrong in ["", "a:b", "a}", "a b", &"x".repeat(65)] {
        assert!(matches!(vault.seal(wrong, "x"), Err(VaultError::NotAnOwner)), "{wrong}");
        assert!(matches!(vault.destroy(wrong), Err(VaultError::NotAnOwner)), "{wrong}");
    }
}

#[test]
fn how_far_the_log_was_searched_is_remembered() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(vault(dir.path()).searched().unwrap(), 0);
    {
        let vault = vault(dir.path());
        sealed_by(&vault, "customer_7", "Ana");
        vault.note_searched(4_711).unwrap();
    }
    let vault = vault(dir.path());
    assert_eq!(vault.searched().unwrap(), 4_711);
    assert!(is_kept(&vault, "customer_7") && !is_kept(&vault, "customer_8"));
}

#[test]
fn ten_thousand_owners_are_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let storage: Arc<dyn Storage> = Arc::new(Simulated::new(1));
    let first = Vault::open(&storage, dir.path()).unwrap();
    let seal = |n: usize| sealed_by(&first, &format!("customer_{n}"), "Ana");
    let sealed: Vec<_> = (0..10_000).map(seal).collect();
    keep(&first, "customer_9999");
    let again = Vault::open(&storage, dir.path()).unwrap();
    assert!(sealed.iter().all(|sealed| again.opened(sealed).unwrap() == "Ana"));
}

#[test]
fn after_a_failed_sync_no_key_is_made_until_the_file_is_opened_anew() {
    let disk = Simulated::new(1);
    let storage: Arc<dyn Storage> = Arc::new(disk.clone());
    let dir = Path::new("/keys");
    let vault = Vault::open(&storage, dir).unwrap();
    let before = sealed_by(&vault, "customer_1", "Ana");
    let second = ["customer_2".to_owned()];
    disk.fail_at(Fault::Sync, 1);
    assert!(matches!(vault.make_keys(&second), Err(VaultError::Io { .. })));
    disk.heal();
    assert!(matches!(vault.make_keys(&second), Err(VaultError::NotSynced { .. })));
    assert!(!is_kept(&vault, "customer_2"));
    assert_eq!(vault.opened(&before).unwrap(), "Ana");
    let vault = Vault::open(&storage, dir).unwrap();
    let after = sealed_by(&vault, "customer_2", "Jo");
    keep(&vault, "customer_2");
    disk.crash();
    let vault = Vault::open(&storage, dir).unwrap();
    assert_eq!(vault.opened(&after).unwrap(), "Jo");
}

#[test]
fn keys_lie_in_reserve_and_more_are_made_before_they_are_gone() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    let mut given = 0;
    while !vault.runs_low() {
        sealed_by(&vault, &format!("customer_{given}"), "Ana");
        given += 1;
    }
    assert!((100..2_048).contains(&given), "{given}");
    assert!(!is_kept(&vault, "customer_0"));
    vault.fill().unwrap();
    assert!(!vault.runs_low() && is_kept(&vault, "customer_0"));
    let before = fs::metadata(dir.path().join("customers.keys")).unwrap().len();
    drop(vault);
    self::vault(dir.path());
    let after = fs::metadata(dir.path().join("customers.keys")).unwrap().len();
    assert_eq!(before, after, "what lay in reserve is found again");
}

#[test]
fn keys_are_made_for_many_with_one_sync_and_outlive_a_power_cut() {
    let disk = Simulated::new(3);
    let storage: Arc<dyn Storage> = Arc::new(disk.clone());
    let vault = Vault::open(&storage, Path::new("/keys")).unwrap();
    let owners: Vec<_> = (0..100).map(|n| format!("customer_{}", n % 60)).collect();
    vault.make_keys(&owners).unwrap();
    vault.make_keys(&[]).unwrap();
    let sealed: Vec<_> = owners.iter().map(|owner| sealed_by(&vault, owner, "Ana")).collect();
    disk.crash();
    let vault = Vault::open(&storage, Path::new("/keys")).unwrap();
    assert!(sealed.iter().all(|sealed| vault.opened(sealed).unwrap() == "Ana"));
    let nameless = vault.make_keys(&["a:b".to_owned()]);
    assert!(matches!(nameless, Err(VaultError::NotAnOwner)));
}

#[test]
fn many_at_once_get_one_key_each() {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    let sealed = thread::scope(|scope| {
        let seal = |n: usize| sealed_by(&vault, &format!("customer_{}", n % 10), "Ana");
        let sealing: Vec<_> = (0..40).map(|n| scope.spawn(move || seal(n))).collect();
        sealing.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    for (n, token) in sealed.iter().enumerate() {
        assert_eq!(token, &sealed[n % 10]);
    }
    keep(&vault, "customer_0");
    let file = fs::read(dir.path().join("customers.keys")).unwrap();
    let owned = file.chunks(128).skip(1).filter(|slot| slot[1] > 0).count();
    assert_eq!(owned, 10, "one slot each");
}

#[test]
fn whose_a_key_was_before_a_power_cut_is_recovered_from_what_it_sealed() {
    let mut forgotten = 0;
    for seed in 0..50 {
        let disk = Simulated::new(seed);
        let storage: Arc<dyn Storage> = Arc::new(disk.clone());
        let dir = Path::new("/keys");
        let vault = Vault::open(&storage, dir).unwrap();
        let seal = |n: u64| (n, sealed_by(&vault, &format!("customer_{n}"), "Ana"));
        let sealed: Vec<_> = (0..seed % 70).map(seal).collect();
        if seed % 2 == 1 {
            vault.destroy("customer_0").unwrap();
        }
        drop(vault);
        disk.crash();
        let vault = Vault::open(&storage, dir).unwrap();
        for (n, token) in &sealed {
            forgotten += u32::from(vault.opened(token).unwrap() == UNREADABLE);
            assert!(recovered(&vault, &format!("<{token}>")).iter().all(|(_, found)| *found));
            let expected = if *n == 0 && seed % 2 == 1 { ERASED } else { "Ana" };
            assert_eq!(vault.opened(token).unwrap(), expected, "seed {seed}, customer {n}");
        }
        // A customer who comes later gets a key that was nobody's.
        let later = sealed_by(&vault, "customer_later", "Jo");
        assert_eq!(vault.opened(&later).unwrap(), "Jo");
        assert!(sealed.iter().all(|(_, token)| recovered(&vault, token).is_empty()));
    }
    assert!(forgotten > 0, "no power cut forgot anything");
}

#[test]
fn a_key_that_is_in_no_reserve_is_lost_and_said_to_be() {
    let (here, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let vault = vault(here.path());
    let token = sealed_by(&self::vault(elsewhere.path()), "customer_7", "Ana");
    let twice = format!("{token} {{sealed:customer_9:abc}} {{sealed:customer_8:}}");
    let lost = ["customer_7", "customer_9"].map(|owner| (owner.to_owned(), false));
    assert_eq!(recovered(&vault, &twice), lost);
    assert_eq!(vault.opened(&token).unwrap(), UNREADABLE);
}

/// One vault for all cases: opening one makes keys and syncs.
static OF_ALL_CASES: LazyLock<(TempDir, Vault)> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let vault = vault(dir.path());
    (dir, vault)
});

proptest! {
    #[test]
    fn any_text_is_opened_as_it_was_sealed(text in "\\PC{0,200}") {
        let vault = &OF_ALL_CASES.1;
        let sealed = sealed_by(vault, "customer_7", &text);
        assert_eq!(vault.opened(&sealed).unwrap(), text.as_str());
        let around = format!("<{sealed}>");
        assert_eq!(vault.opened(&around).unwrap(), format!("<{text}>"));
    }

    #[test]
    fn hostile_texts_never_panic(text in "(\\{sealed:|[a-z:}{_-]|\\PC){0,60}") {
        let vault = &OF_ALL_CASES.1;
        let _ = (vault.opened(&text), recovered(vault, &text));
    }
}
