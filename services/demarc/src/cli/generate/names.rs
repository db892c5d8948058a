//! What people, streets and conversations are called. Nobody in particular.

pub(in crate::cli) const FIRST_NAMES: &[&str] = &[
    "Ada", "Alan", "Amara", "Anton", "Beatriz", "Ben", "Carmen", "Chen", "Dana", "Darius", "Elena",
    "Emil", "Farah", "Frank", "Grace", "Hana", "Hector", "Imani", "Ivan", "Jin", "Jo", "Kofi",
    "Laila", "Luis", "Maren", "Mateo", "Nia", "Noor", "Omar", "Petra", "Priya", "Ravi", "Rosa",
    "Sam", "Sofia", "Tariq", "Theo", "Uma", "Vera", "Yusuf",
];

pub(in crate::cli) const LAST_NAMES: &[&str] = &[
    "Abbott", "Alvarez", "Baker", "Banerjee", "Byron", "Castillo", "Clark", "Cohen", "Diaz",
    "Doyle", "Evans", "Field", "Garcia", "Haddad", "Hughes", "Ito", "Jansen", "Kaur", "Kim",
    "Lopez", "Marsh", "Mensah", "Meyer", "Nguyen", "Novak", "Okafor", "Olsen", "Park", "Patel",
    "Quinn", "Reyes", "Ruiz", "Santos", "Silva", "Stone", "Tanaka", "Turner", "Vargas", "Weber",
    "Young",
];

pub(in crate::cli) const STREETS: &[&str] = &[
    "Ash Street",
    "Beacon Hill Road",
    "Cedar Lane",
    "Center Street",
    "Chestnut Avenue",
    "Elm Street",
    "Garden Way",
    "Harbor Road",
    "Hill Street",
    "Juniper Court",
    "Lake Drive",
    "Maple Avenue",
    "Meadow Lane",
    "Mill Lane",
    "Oak Street",
    "Orchard Court",
    "Park Avenue",
    "Pine Street",
    "River Road",
    "School Street",
    "Spring Street",
    "Sunset Boulevard",
    "Valley View",
    "Walnut Street",
    "Willow Way",
];

pub(in crate::cli) const COMMENTS: &[&str] = &[
    "Called about the bill, explained the first month's days.",
    "Asked whether a faster package is available at the address.",
    "Asked how to place the modem for better Wi-Fi.",
    "Confirmed name and address before the change.",
    "Prefers to be called in the afternoon.",
    "Reported slow evenings, speed test was fine at noon.",
    "Upgraded by phone, modem is online.",
    "Wants paper bills no longer.",
    "Was told when the technician comes.",
    "Will move next spring and asked about the new address.",
];

/// What is charged once now and then, with its price in minor units.
pub(in crate::cli) const FEES: &[(&str, i64)] = &[
    ("Installation", 4_999),
    ("Service visit", 6_000),
    ("Late fee", 895),
    ("Replacement of a remote control", 1_500),
    ("Goodwill credit", -1_000),
];
