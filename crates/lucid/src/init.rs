//! `lucid init`: makes a plane's identities, secrets, token and configuration.
//!
//! It never overwrites: what an interrupted run has made is taken up again, and a directory with a finished plane is
//! left as it is. `plane.toml` is written last.

mod chain_facts;
mod check;
pub(crate) mod containers;
pub(crate) mod identities;
mod layout;
pub(crate) mod own_sections;
pub(crate) mod secret_file;
mod service_config;
mod token;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use clap::Args;
use primitives::{Address, Network, PlaneId};

use crate::directory::Directory;
use crate::output::Output;
use crate::plane_file::{DevnetPart, PlaneFile};
use crate::random;
use crate::roster::{Member, ROSTER};
use crate::up::Binaries;

use chain_facts::ChainFacts;
use identities::{DEVNET_OPERATORS, Identities};
use layout::Layout;

/// The merchant that `lucid payout` acts as.
const MERCHANT: &str = "demo";
/// The merchant that a container plays (compose/devnet.yaml).
const SHOP: &str = "shop";
/// The token's label where neither the operator nor its kind says another.
const TOKEN_LABEL: &str = "lucid";
/// The kind of token that needs no device.
const SOFTHSM: &str = "softhsm";
/// The services' usual ports follow this one.
pub(crate) const DEFAULT_BASE_PORT: u16 = 8090;

/// How far apart the devnet's blocks can be. At 0 it makes none by itself, and no plane would ever be ready.
pub(crate) const BLOCK_MS: std::ops::RangeInclusive<u64> = 1..=60_000;

/// What to make.
#[derive(Debug, Clone, Args)]
pub(crate) struct InitArgs {
    /// The TRON network: mainnet, shasta, nile or devnet.
    #[arg(long, default_value = "devnet")]
    pub(crate) network: Network,
    /// The kind of token: softhsm, luna, cloudhsm, yubihsm2, nitrokey-hsm2, or a profile's file. Only a software token is
    /// made here; of another one it is said what its vendor's own tools must do.
    #[arg(long, value_name = "NAME|FILE", default_value = SOFTHSM)]
    pub(crate) profile: String,
    /// The PKCS#11 module; where the profile knows it if none is named.
    #[arg(long, value_name = "PATH", env = "LUCID_PKCS11_MODULE")]
    pub(crate) module: Option<std::path::PathBuf>,
    /// The token's label, where it is neither `lucid` nor what the profile knows: some vendors' modules choose their own.
    #[arg(long, value_name = "LABEL")]
    pub(crate) token_label: Option<String>,
    /// A TRON node's HTTP address, http://host:port. Give two, of different owners: a transaction counts as not in the
    /// chain only when both agree, and a payout whose transaction expired is not paid anew before. The devnet is its own.
    #[arg(long, value_name = "URL")]
    pub(crate) node: Vec<String>,
    /// The USDT contract; known for mainnet and the devnet.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) usdt_contract: Option<Address>,
    /// The devnet's port; the services take the six after it, in the order of their usual ports.
    #[arg(long, value_name = "PORT", default_value_t = DEFAULT_BASE_PORT)]
    pub(crate) base_port: u16,
    /// Milliseconds between the devnet's blocks.
    #[arg(long, value_name = "N", default_value_t = 3000, value_parser = clap::value_parser!(u64).range(BLOCK_MS))]
    pub(crate) block_ms: u64,
    /// Make no token: it exists, and its user PIN will be put where the answer says.
    #[arg(long)]
    pub(crate) no_token: bool,
    /// For containers (compose/compose.yaml): paths and names are theirs, and secrets belong to their user. A software
    /// token is made by a container of its own, a node is reached by the forwarder that is configured here.
    #[arg(long)]
    pub(crate) containers: bool,
    /// Make nothing: say whether a plane in containers may start. The first container of a plane asks it.
    #[arg(long)]
    pub(crate) check: bool,
}

impl Default for InitArgs {
    fn default() -> Self {
        Self {
            network: Network::Devnet,
            profile: SOFTHSM.to_owned(),
            module: None,
            token_label: None,
            node: Vec::new(),
            usdt_contract: None,
            base_port: DEFAULT_BASE_PORT,
            block_ms: 3000,
            no_token: false,
            containers: false,
            check: false,
        }
    }
}

/// The command.
pub(crate) async fn run(args: &InitArgs, directory: &Directory, output: Output) -> Result<()> {
    if args.check {
        return check::run(directory, output);
    }
    if let Some(plane) = PlaneFile::find(directory)? {
        if plane.network != args.network {
            bail!("{} already has a plane on {}", directory.path().display(), plane.network);
        }
        // Before anything is given to another user: what a plane of processes has is its own user's.
        if args.containers != directory.is_for_containers() {
            let made = if args.containers { "processes" } else { "containers: say --containers" };
            bail!("the plane in {} was made for {made}", directory.path().display());
        }
        return show(output, &plane, directory, "There already; nothing was changed", args.containers);
    }
    let plane = make(args, directory).await?;
    show(output, &plane, directory, "Made", args.containers)
}

/// What the vendor's own tools must still do for the token, as its profile says.
fn steps(directory: &Directory, label: &str) -> String {
    let steps = fs::read_to_string(directory.token_steps()).unwrap_or_default();
    if steps.is_empty() {
        return steps;
    }
    format!("\nMake the token ready; it is looked for by the label {label} (wallet-manager's token.label):\n{steps}")
}

fn show(output: Output, plane: &PlaneFile, directory: &Directory, what: &str, containers: bool) -> Result<()> {
    let place = directory.path().display();
    let mut text = format!("{what}: plane {} on {} (chain {}) in {place}", plane.plane, plane.network, plane.chain_id);
    text.push_str(&steps(directory, &plane.token_label));
    // Where it cannot be seen, it was handed over.
    if matches!(directory.pin().try_exists(), Ok(false)) {
        let owner = if containers { containers::OWNED } else { "" };
        write!(
            text,
            "\nPut the token's user PIN into place:\n  install -m 0400 {owner}PIN {}",
            directory.pin().display()
        )?;
    }
    if plane.devnet.is_some() {
        let keys = DEVNET_OPERATORS.map(|name| directory.operator_key(name).display().to_string());
        write!(text, "\nDecisions of two operators are signed with {}", keys.join(" and "))?;
        text.push_str("; a real plane has them on two machines");
    } else {
        text.push_str(
            "\nPin two operators' keys (lucid operator keygen) under [operators] of wallet-manager's configuration and of \
             payout-router's: without them no key is made, nothing is explained, and no stop of signing lifted\n\
             Name the wallets hot and energy. For energy from stake say auto = true and energy_target = N (a day) under \
             [[pools]] of trx-staking's configuration",
        );
    }
    text.push_str(one_node(plane, directory));
    if containers {
        text.push_str(&containers::go_on(directory, plane, containers::hand_over(directory)?));
    } else {
        write!(text, "\nGo on with: lucid up --data {place}")?;
    }
    output.show(plane, text)
}

/// What a plane with a single node cannot do, as far as its configuration can be read.
fn one_node(plane: &PlaneFile, directory: &Directory) -> &'static str {
    let config = fs::read_to_string(directory.config("tron-client")).unwrap_or_default();
    if plane.devnet.is_some() || config.contains("independent = true") || !config.contains("[[nodes]]") {
        return "";
    }
    "\nThere is one node: nobody confirms what it says is not in the chain, so a payout whose transaction expired waits for \
     ever. Add a [[nodes]] of another owner with independent = true to tron-client's configuration, or believe this one \
     alone by one_owner = true under [trust]"
}

/// Makes a plane in a directory that has none.
pub(crate) async fn make(args: &InitArgs, directory: &Directory) -> Result<PlaneFile> {
    let binaries = Binaries::beside_this_one()?;
    if args.containers {
        containers::check(args)?;
    }
    make_private(directory.path())?;
    let facts = ChainFacts::find(args, &binaries).await?;
    let identities = Identities::make(directory, args.network, args.containers)?;
    let kind = token::kind(&binaries, &args.profile).await?;
    let label = args.token_label.clone().or(kind.label).unwrap_or_else(|| TOKEN_LABEL.to_owned());
    let args = &InitArgs {
        no_token: args.no_token || !make_token(directory, &binaries, &label, &kind.steps, args).await?,
        profile: absolute(&args.profile)?,
        ..args.clone()
    };
    let plane = PlaneFile {
        plane: plane_id(directory)?,
        network: args.network,
        chain_id: facts.chain_id,
        usdt_contract: facts.usdt_contract,
        token_label: label,
        merchant: MERCHANT.parse().context("the merchant's name")?,
        services: ROSTER
            .iter()
            .map(|member| Ok((member.name.to_owned(), format!("http://127.0.0.1:{}", port(args, member)?))))
            .collect::<Result<BTreeMap<_, _>>>()?,
        devnet: (args.network == Network::Devnet)
            .then(|| DevnetPart { listen: ([127, 0, 0, 1], args.base_port).into(), block_ms: args.block_ms }),
    };
    let layout = if args.containers { Layout::Containers } else { Layout::Machine { plane: &plane, directory } };
    for member in &ROSTER {
        make_private(&directory.of_service(member.name))?;
        let config = service_config::of(member, &plane, layout, &identities, args)?;
        write_whole(&directory.config(member.name), &config)?;
    }
    if args.containers {
        containers::write_chain_forwarder(directory, &plane, args)?;
        containers::hand_over(directory)?;
    } else {
        for place in ["logs", "devnet"] {
            make_private(&directory.path().join(place))?;
        }
    }
    write_whole(&directory.plane_file(), &toml::to_string(&plane).context("a plane is written as TOML")?)?;
    Ok(plane)
}

/// Whether there is, or will be, a token that is made here.
async fn make_token(
    directory: &Directory,
    binaries: &Binaries,
    label: &str,
    steps: &[String],
    args: &InitArgs,
) -> Result<bool> {
    if args.containers {
        make_private(&directory.secrets("wallet-manager"))?;
        containers::draw_pins(directory, args)?;
        token::note_steps(directory, steps)?;
        return Ok(args.profile == SOFTHSM);
    }
    token::make(directory, binaries, label, args).await
}

/// A profile's file is read by wallet-manager, wherever that is started; a name stays one.
fn absolute(profile: &str) -> Result<String> {
    if !profile.contains(['/', '.']) {
        return Ok(profile.to_owned());
    }
    let path = fs::canonicalize(profile).with_context(|| format!("the profile {profile} cannot be read"))?;
    path.into_os_string().into_string().ok().with_context(|| format!("the path of {profile} is not text"))
}

fn port(args: &InitArgs, member: &Member) -> Result<u16> {
    let offset = member.port - DEFAULT_BASE_PORT;
    args.base_port.checked_add(offset).with_context(|| format!("there are no {offset} ports after {}", args.base_port))
}

/// The plane's id is random; it is kept from the first try on, because derived ids depend on it.
fn plane_id(directory: &Directory) -> Result<PlaneId> {
    let path = directory.path().join("plane.id");
    if let Ok(text) = fs::read_to_string(&path) {
        return text.trim().parse().with_context(|| format!("{} holds no plane id", path.display()));
    }
    let id = uuid::Builder::from_random_bytes(random::bytes()?).into_uuid();
    let text = format!("{}{id}", PlaneId::PREFIX);
    write_whole(&path, &text)?;
    text.parse().context("a new plane id")
}

/// A directory that its owner alone may enter.
fn make_private(path: &Path) -> Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("the directory {} cannot be made", path.display()))
}

/// Writes a file that is either there whole or not at all.
fn write_whole(path: &Path, text: &str) -> Result<()> {
    let part = path.with_extension("part");
    let write = || {
        fs::write(&part, text)?;
        fs::File::open(&part)?.sync_all()?;
        fs::rename(&part, path)
    };
    write().with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests;
