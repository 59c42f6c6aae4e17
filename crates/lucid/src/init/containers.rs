//! `lucid init --containers`: what a plane in containers needs beside its configuration and keys. Everything is made on
//! the host, below one directory; compose/compose.yaml mounts into each container what is its own.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use primitives::Network;

use super::{DEFAULT_BASE_PORT, InitArgs, Layout, SOFTHSM, TOKEN_LABEL, make_private, secret_file, write_whole};
use crate::directory::Directory;
use crate::plane_file::PlaneFile;
use crate::roster::ROSTER;

/// Whom all containers run as.
pub(crate) const USER: u32 = 65532;
/// What `install` is told so that a file is theirs.
pub(super) const OWNED: &str = "-o 65532 -g 65532 ";

/// What containers cannot be given by this command is refused before anything is made.
pub(super) fn check(args: &InitArgs) -> Result<()> {
    ensure!(args.base_port == DEFAULT_BASE_PORT, "the ports of a plane in containers are set in compose's env file");
    ensure!(
        args.token_label.is_none() || args.profile != SOFTHSM,
        "the container that makes a software token calls it {TOKEN_LABEL}"
    );
    ensure!(
        !args.profile.contains(['/', '.']),
        "a profile's file is not in the image: name a known kind of token, as `lucid token profiles` lists them"
    );
    ensure!(
        args.profile != SOFTHSM || args.network == Network::Devnet,
        "a software token is in the devnet's images alone: name the kind of yours by --profile, as `lucid token profiles` \
         lists them; compose/hsm.example.yaml mounts its module"
    );
    Ok(())
}

/// The PINs of a token that the container `token` will make; nobody else's token has PINs that are drawn here.
pub(super) fn draw_pins(directory: &Directory, args: &InitArgs) -> Result<()> {
    if args.profile == SOFTHSM && !args.no_token {
        secret_file::ensure(&directory.pin(), "")?;
        secret_file::ensure(&directory.officer_pin_of_token(), "")?;
    }
    Ok(())
}

/// The places of the forwarder that alone reaches the nodes: each node's socket file, and the one host behind it.
pub(super) fn write_chain_forwarder(directory: &Directory, plane: &PlaneFile, args: &InitArgs) -> Result<()> {
    let layout = Layout::Containers;
    let passes = layout.nodes(plane, &args.node).into_iter().map(|(name, url)| {
        let via = layout.via(&name).context("containers reach nodes through socket files")?;
        let from = format!("unix:{}", via.display());
        Ok(toml::Table::from_iter([("from".to_owned(), from.into()), ("to".to_owned(), place(&url)?.into())]))
    });
    let passes: Vec<_> = passes.map(|pass| pass.map(toml::Value::Table)).collect::<Result<_>>()?;
    let text = format!(
        "# Made by `lucid init --containers`: whereto bytes of tron-client may go. See `forwarder serve --help`.\n\n{}",
        toml::to_string(&toml::Table::from_iter([("pass".to_owned(), passes.into())]))?
    );
    let path = directory.chain_forwarder();
    make_private(path.parent().context("it is in a directory")?)?;
    write_whole(&path, &text)
}

/// The host and port of a node's URL, as a forwarder names it.
fn place(url: &str) -> Result<String> {
    let (host, usual) = match (url.strip_prefix("http://"), url.strip_prefix("https://")) {
        (Some(host), _) => (host, 80),
        (_, Some(host)) => (host, 443),
        _ => anyhow::bail!("{url}: a node's url is http://host:port or https://host"),
    };
    ensure!(!host.is_empty() && !host.contains(['/', '?', '#', '@']), "{url}: a node's url has a host and no path");
    let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.contains(']'));
    Ok(if has_port { format!("tcp:{host}") } else { format!("tcp:{host}:{usual}") })
}

/// Gives the containers' user what is theirs, as far as this process may: whether it all is.
pub(crate) fn hand_over(directory: &Directory) -> Result<bool> {
    hand_over_to(directory, USER)
}

fn hand_over_to(directory: &Directory, user: u32) -> Result<bool> {
    let forwarder = directory.chain_forwarder();
    let chain = forwarder.parent().context("it is in a directory")?.to_owned();
    let services = ROSTER.iter().flat_map(|member| [directory.secrets(member.name), directory.of_service(member.name)]);
    let merchant = directory.shop_key().parent().filter(|place| place.is_dir()).map(Path::to_owned);
    let mut whole = true;
    // Before its parent is given away. A backup has no empty directories, so a restored plane gets its own here too.
    let policy = match make_private(&directory.policy()) {
        Ok(()) => Some(directory.policy()),
        // Another's already, as below.
        Err(error) if denied(&error) => None,
        Err(error) => return Err(error),
    };
    for place in policy.into_iter().chain(services).chain([chain]).chain(merchant) {
        match fs::read_dir(&place) {
            Ok(entries) => {
                for entry in entries {
                    whole &= give(&entry?.path(), user)?;
                }
                // Last: root without its powers may not look into it any more.
                whole &= give(&place, user)?;
            }
            // Another's already, who was given all that is in it.
            Err(error) if error.kind() == ErrorKind::PermissionDenied && owner(&place)? == user => {}
            Err(error) => return Err(error).with_context(|| format!("{} cannot be read", place.display())),
        }
    }
    Ok(whole)
}

fn denied(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

/// Gives the user a file or directory, if this process may: whether it is theirs.
pub(crate) fn give(path: &Path, user: u32) -> Result<bool> {
    match std::os::unix::fs::chown(path, Some(user), Some(user)) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(owner(path)? == user),
        Err(error) => Err(error).with_context(|| format!("{} cannot be given to user {user}", path.display())),
    }
}

fn owner(path: &Path) -> Result<u32> {
    Ok(fs::symlink_metadata(path).with_context(|| format!("{} cannot be seen", path.display()))?.uid())
}

/// The command by which root gives the containers' user what is theirs.
pub(crate) fn chown(directory: &Directory) -> String {
    let place = directory.path().display();
    let names = ROSTER.map(|member| member.name).join(",");
    let merchant = if directory.shop_key().parent().is_some_and(Path::is_dir) { ",merchant" } else { "" };
    format!("chown -R {USER}:{USER} {place}/{{{names},chain}} {place}/secrets/{{{names}{merchant}}}")
}

/// What is left to do.
pub(super) fn go_on(directory: &Directory, plane: &PlaneFile, handed_over: bool) -> String {
    let place = directory.path().display();
    let to_hand_over = if handed_over {
        String::new()
    } else {
        format!("\nGive the containers' user what is theirs:\n  sudo {}", chown(directory))
    };
    let (vendors, profile, more) = if plane.devnet.is_some() {
        ("", "", "devnet")
    } else {
        let vendors = "\nCopy compose/hsm.example.yaml to compose/hsm.yaml: it mounts the token's module, and says under which \
                       name the token is reached from its container, and when to leave out --profile hsm";
        (vendors, " --profile hsm", "hsm")
    };
    format!(
        "{to_hand_over}{vendors}\nCopy compose/env.example to compose/env, set LUCID_HOME={place} there, and go on with:\n  \
         docker-compose --env-file compose/env{profile} -f compose/compose.yaml -f compose/{more}.yaml up -d"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policys_directory_is_there_and_given_with_what_is_in_it() {
        let place = tempfile::tempdir().unwrap();
        let directory = Directory::new(place.path()).unwrap();
        for member in &ROSTER {
            make_private(&directory.of_service(member.name)).unwrap();
            make_private(&directory.secrets(member.name)).unwrap();
        }
        make_private(&place.path().join("chain")).unwrap();
        let user = owner(place.path()).unwrap();
        assert!(hand_over_to(&directory, user).unwrap());
        assert!(directory.policy().is_dir(), "{}", directory.policy().display());
        fs::write(directory.policy().join("policy.toml"), "").unwrap();
        assert!(hand_over_to(&directory, user).unwrap());
        // Who may give it away has given the file too.
        if hand_over_to(&directory, user + 1).unwrap() {
            assert_eq!(owner(&directory.policy().join("policy.toml")).unwrap(), user + 1);
        }
    }

    #[test]
    fn a_nodes_url_leads_to_one_host_and_port() {
        for (url, expected) in [
            ("http://devnet:8090", "tcp:devnet:8090"),
            ("https://api.trongrid.io", "tcp:api.trongrid.io:443"),
            ("http://10.0.0.7", "tcp:10.0.0.7:80"),
            ("https://[2001:db8::7]", "tcp:[2001:db8::7]:443"),
            ("https://[2001:db8::7]:8443", "tcp:[2001:db8::7]:8443"),
        ] {
            assert_eq!(place(url).unwrap(), expected);
        }
        for bad in ["ftp://a", "https://", "https://a/b", "https://user@a", "a:1"] {
            assert!(place(bad).is_err(), "{bad}");
        }
    }
}
