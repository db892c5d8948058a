//! The command line: what can be asked, and which file answers it.
//!
//! What must stay true: one file per subcommand; the client's subcommands speak to the HTTP API
//! only.

mod books;
mod catalog;
mod completions;
mod describe;
mod draft;
mod events;
mod follow;
mod generate;
mod guide;
mod keys;
mod login;
mod logins;
mod many;
mod print_file;
mod rebuild;
mod recent;
mod search;
mod send;
mod serve;
mod show;
mod simulate;
mod statement;
pub(crate) mod status;
mod task;
mod verify;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::{client::Client, demo, exit, output::Output, sessions::Sessions};

/// Where a Demarc listens unless it is told otherwise.
pub(crate) const DEFAULT_URL: &str = "http://127.0.0.1:8020";
/// The biller that is meant where none is named.
pub(crate) const DEFAULT_BILLER: &str = "northeast";

const EXAMPLES: &str = "\
Examples:
  demarc demo                                     three stories, told by a Demarc of its own
  demarc serve --data ./data                      run everything in this process
  demarc send --list                              every command that can be sent
  demarc login --name jane                        who acts from here on
  demarc send OpenDay --data '{\"date\":\"2026-10-01\"}'
  demarc events --follow                          what happens, as it happens
  demarc show care account account_7              what an agent sees
  demarc show billing balance account_7 --as-of 120
  demarc search ana lopez oak                     whom a caller means
  demarc statement I00000001 --pdf bill.pdf       a customer's statement
  demarc task SC                                  what a task code stands for
  demarc books                                    the trial balance
  demarc generate --accounts 1000                 an operator that is made up
  demarc simulate --accounts 1000                 a year of it, in a minute
  demarc verify --data ./data                     prove that nobody rewrote the past

Exit codes: 0 done, 1 failed, 2 misused, 3 rejected by a rule, 4 invalid input, 5 unavailable";

/// Customer care, billing and provisioning as a history of events.
#[derive(Debug, Parser)]
#[command(name = "demarc", version, after_help = EXAMPLES, propagate_version = true)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every subcommand of the client takes.
#[derive(Args, Debug)]
struct Global {
    /// Address of the API
    #[arg(long, global = true, env = "DEMARC_URL", default_value = DEFAULT_URL)]
    url: String,
    /// Whose log, for example `northeast`
    #[arg(long, global = true, env = "DEMARC_BILLER", default_value = DEFAULT_BILLER)]
    biller: String,
    /// Who acts, for example `jane; roles=agent,lead`, where `demarc serve` was told to believe it
    #[arg(long, global = true, env = "DEMARC_ACTOR")]
    actor: Option<String>,
    /// A token to act with, in the place of the session that `demarc login` keeps
    #[arg(long, global = true, env = "DEMARC_TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Directory in which `demarc login` keeps sessions (default: ~/.config/demarc)
    #[arg(long, global = true, env = "DEMARC_CONFIG", value_name = "DIR")]
    config: Option<PathBuf>,
    /// Answer as JSON, one document per line
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Begin a session
    Login(login::Login),
    /// End the sessions of the login
    Logout(login::Logout),
    /// Choose another password
    Password(login::Password),
    /// Send a command, or many
    Send(send::Send),
    /// List the events of the log, or follow it
    Events(events::Events),
    /// Show what a service knows
    Show(show::Show),
    /// Show a customer's statement, or write it as a page or PDF
    Statement(statement::Statement),
    /// Write the statements of a bill day that go out on paper
    PrintFile(print_file::PrintFile),
    /// Find accounts by whatever a caller says
    Search(search::Search),
    /// List what you opened last
    Recent(recent::Recent),
    /// List the biller's task codes, or do what one stands for
    Task(task::Task),
    /// Show what the biller sells, and the codes to pick from
    Catalog(catalog::Catalog),
    /// Show what an account's next bill would have on it
    Draft(draft::Draft),
    /// Show the trial balance and the aging, or export the journal
    Books(books::Books),
    /// Be walked through a guide, question by question
    Guide(guide::Guide),
    /// Make up an operator with customers, orders and bills
    Generate(generate::Generate),
    /// Play a year of an operator that is made up, and say what it came to
    Simulate(simulate::Simulate),
    /// Fill a service's read model again from the log
    Rebuild(rebuild::Rebuild),
    /// Check that the log is whole and that nobody rewrote it
    Verify(verify::Verify),
    /// Say who may log in
    Logins(logins::Logins),
    /// Have a token signed for a program
    Token(logins::Token),
    /// Sign tokens with another key
    Keys(keys::Keys),
    /// Show how every service is
    Status(status::Status),
    /// Run everything in this process
    Serve(serve::Serve),
    /// Run one service against NATS
    Run(serve::Run),
    /// Tell three stories with a Demarc of its own
    Demo(demo::Demo),
    /// Write a completion script for a shell
    Completions(completions::Completions),
}

/// What a subcommand of the client works with.
pub(crate) struct Context {
    client: Client,
    output: Output,
    url: String,
    biller: String,
    sessions: Sessions,
}

/// Reads the command line, does what it asks and says how it went.
pub(crate) async fn main() -> ExitCode {
    let cli = Cli::parse();
    let json = cli.global.json;
    exit::with(&run(cli).await, json)
}

async fn run(cli: Cli) -> anyhow::Result<()> {
    let output = Output::new(cli.global.json);
    let context = || cli.global.context(output);
    match cli.command {
        Command::Login(login) => login.run(&context()?).await,
        Command::Logout(logout) => logout.run(&context()?).await,
        Command::Password(password) => password.run(&context()?).await,
        Command::Send(send) => send.run(&context()?).await,
        Command::Events(events) => events.run(&context()?).await,
        Command::Show(show) => show.run(&context()?).await,
        Command::Statement(statement) => statement.run(&context()?).await,
        Command::PrintFile(print_file) => print_file.run(&context()?).await,
        Command::Search(search) => search.run(&context()?).await,
        Command::Recent(recent) => recent.run(&context()?).await,
        Command::Task(task) => task.run(&context()?).await,
        Command::Catalog(catalog) => catalog.run(output, context).await,
        Command::Draft(draft) => draft.run(&context()?).await,
        Command::Books(books) => books.run(&context()?).await,
        Command::Guide(guide) => guide.run(&context()?).await,
        Command::Generate(generate) => generate.run(&context()?).await,
        Command::Simulate(simulate) => simulate.run(&cli.global.biller, output),
        Command::Rebuild(rebuild) => rebuild.run(&context()?).await,
        Command::Verify(verify) => verify.run(&context()?).await,
        Command::Logins(logins) => logins.run(&context()?).await,
        Command::Token(token) => token.run(&context()?).await,
        Command::Keys(keys) => keys.run(output),
        Command::Status(status) => status.run(&context()?).await,
        Command::Serve(serve) => serve.run().await,
        Command::Run(run) => run.run().await,
        Command::Demo(demo) => demo.run(output).await,
        Command::Completions(completions) => completions.run(Cli::command()),
    }
}

impl Global {
    /// What a subcommand of the client works with, as whoever acts: whom the command line names,
    /// or else who is logged in.
    fn context(&self, output: Output) -> anyhow::Result<Context> {
        let Self { url, biller, actor, token, config, json: _ } = self;
        exit::demand_printable("--actor", actor.as_deref())?;
        exit::demand_printable("--token", token.as_deref())?;
        let sessions = Sessions::in_dir(config.clone())?;
        let client = Client::new(url, biller, actor.clone())?;
        let client = match (token, actor) {
            (Some(token), _) => client.with_token(token),
            (None, Some(_)) => client,
            (None, None) => match sessions.find(url, biller)? {
                Some(session) => client.with_token(&session.token),
                None => client,
            },
        };
        Ok(Context { client, output, url: url.clone(), biller: biller.clone(), sessions })
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser, error::ErrorKind};

    use super::{Cli, Command};

    fn kind(line: &str) -> ErrorKind {
        Cli::try_parse_from(line.split_whitespace()).unwrap_err().kind()
    }

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn global_options_stand_before_or_after_the_subcommand() {
        for line in ["demarc --json --biller west status", "demarc status --biller west --json"] {
            let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
            assert!(cli.global.json && cli.global.biller == "west", "{line}");
            assert!(matches!(cli.command, Command::Status(_)), "{line}");
        }
    }

    #[test]
    fn contradictions_are_refused() {
        assert_eq!(kind("demarc send X --data {} --file f"), ErrorKind::ArgumentConflict);
        assert_eq!(kind("demarc send X --keep-going"), ErrorKind::MissingRequiredArgument);
        assert_eq!(kind("demarc send X --ndjson --key k"), ErrorKind::ArgumentConflict);
        assert_eq!(kind("demarc send"), ErrorKind::MissingRequiredArgument);
        assert_eq!(kind("demarc send X --list"), ErrorKind::ArgumentConflict);
        assert_eq!(kind("demarc show care account a --after b"), ErrorKind::ArgumentConflict);
        assert_eq!(kind("demarc search --type bread"), ErrorKind::InvalidValue);
        assert_eq!(kind("demarc search --owing 1 --balance <0"), ErrorKind::ArgumentConflict);
        assert_eq!(kind("demarc catalog check"), ErrorKind::MissingRequiredArgument);
        assert_eq!(kind("demarc catalog check f --due May"), ErrorKind::ValueValidation);
        assert_eq!(kind("demarc guide"), ErrorKind::MissingRequiredArgument);
        assert_eq!(kind("demarc guide after"), ErrorKind::MissingRequiredArgument);
        assert_eq!(kind("demarc task CC a --data {}"), ErrorKind::ArgumentConflict);
        assert_eq!(kind("demarc run billing"), ErrorKind::MissingRequiredArgument);
        assert_eq!(kind("demarc run bakery --nats x"), ErrorKind::InvalidValue);
    }

    #[test]
    fn a_part_of_the_catalog_is_no_subcommand_of_it() {
        for line in ["demarc catalog", "demarc catalog packages", "demarc catalog check a.toml"] {
            let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
            assert!(matches!(cli.command, Command::Catalog(_)), "{line}");
        }
    }

    #[test]
    fn every_subcommand_says_in_its_help_how_it_is_used() {
        let cli = Cli::command();
        let without: Vec<_> = cli
            .get_subcommands()
            .filter(|sub| sub.get_after_help().is_none())
            .map(clap::Command::get_name)
            .collect();
        assert_eq!(without, Vec::<&str>::new());
    }
}
