# What `nix flake check` holds the repository to.
{ inputs, debian, workspace, images }:
let
  inherit (builtins) concatStringsSep elem map match;
  root = ../.;
  relative = path: builtins.substring (builtins.stringLength (toString root) + 1) (-1) (toString path);

  # Everything that rustfmt and clippy read, tests included, and what tests read of the documents and the digests.
  everything = builtins.path {
    name = "workspace-with-tests";
    path = root;
    filter = path: type:
      let top = builtins.head (match "([^/]*).*" (relative path)); in
      (elem top [ "crates" "docs" "tests" "hsm" "Cargo.toml" "Cargo.lock" "rustfmt.toml" "clippy.toml" "deny.toml" ]
        || elem (relative path) [ "nix" "nix/digests.json" ])
      && !(elem (baseNameOf path) [ "node_modules" "target" ]);
  };

  cargo = name: command: debian.run {
    inherit name;
    script = ''
      cp -R $everything $TOP/source
      chmod -R u+w $TOP/source
      mkdir -p $HOME/cargo
      export CARGO_HOME=$HOME/cargo CARGO_TARGET_DIR=$TOP/target CARGO_NET_OFFLINE=true LC_ALL=C
      printf '[source.crates-io]\nreplace-with = "pinned"\n[source.pinned]\ndirectory = "%s"\n' $vendor >$CARGO_HOME/config.toml
      cd $TOP/source
      ${command}
    '';
    environment = { inherit everything; vendor = workspace.vendorWithTests; };
  };

  golden = ./digests.json;
  pure = [ "api" "payments" "primitives" "tron-tx" ];
in
{
  x86_64-linux = {
    fmt = cargo "fmt" "cargo fmt --all --check";
    clippy = cargo "clippy" ''
      cargo clippy --quiet --locked --offline --workspace --all-targets --jobs "''${NIX_BUILD_CORES:-1}" -- -D warnings
    '';
    # What is pure: statements, transactions, decisions about payments. All else wants a token, a database, root or others'
    # tools, which the sandbox has not: `./dev test` brings those.
    tests = cargo "tests" ''
      cargo test --quiet --locked --offline --lib --jobs "''${NIX_BUILD_CORES:-1}" ${concatStringsSep " " (map (name: "--package ${name}") pure)}
    '';
    # The policy over finished images is part of making them.
    images = images.all;
  } // (if builtins.pathExists golden then {
    digests = debian.run {
      name = "digests";
      script = ''
        if ! grep -q "\"${images.sourceHash}\"" $golden; then
            echo "nix/digests.json was made from other sources than these (${images.sourceHash}); nothing to compare."
        elif ! cmp $golden $images/digests.json; then
            echo "These sources have made other images than nix/digests.json says." >&2
            diff $golden $images/digests.json >&2
        fi
      '';
      environment = { inherit golden; images = images.all; };
    };
  } else { });
}
