# Conveniences that need nixpkgs: a shell with the tools, and the test of the NixOS module. Nothing on the way to an
# image is here. `nix develop ./nix/dev`, or direnv with the .envrc of the repository.
#
# Neither could be run where this repository is tested, which reaches no nixpkgs; its revision and hash were taken from
# two public lock files that agree.
{
  description = "Lucid plane: development shell and module test";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/fcb8fcd6bf2d0adecae5bd491afaaaf8311b758d";

  outputs = { self, nixpkgs }:
    let
      forEach = systems: make: nixpkgs.lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
    in
    {
      devShells = forEach [ "x86_64-linux" "aarch64-linux" ] (pkgs: {
        default = pkgs.mkShell {
          packages = with pkgs; [
            cargo rustc rustfmt clippy rust-analyzer cargo-nextest cargo-deny cargo-auditable
            softhsm python3 nodejs skopeo umoci diffoscopeMinimal jq sqlite
          ];
          LUCID_PKCS11_MODULE = "${pkgs.softhsm}/lib/softhsm/libsofthsm2.so";
        };
      });

      checks.x86_64-linux.module = nixpkgs.legacyPackages.x86_64-linux.testers.runNixOSTest {
        name = "lucid-plane-module";
        nodes.machine = {
          imports = [ ../module.nix ];
          services.lucid-plane.tron-client = {
            enable = true;
            configFile = builtins.toFile "tron-client.toml" "";
          };
          # The dynamic one: it says the same if its loader and libraries are there.
          services.lucid-plane.wallet-manager = {
            enable = true;
            configFile = builtins.toFile "wallet-manager.toml" "";
          };
        };
        # Without a plane it must say what it lacks, and end; and the unit must be as confined as it says.
        testScript = ''
          machine.wait_for_unit("multi-user.target")
          machine.wait_until_succeeds("journalctl -u lucid-tron-client | grep -q plane")
          machine.wait_until_succeeds("journalctl -u lucid-wallet-manager | grep -q 'wallet-manager: .*plane'")
          machine.succeed("systemd-analyze security --threshold=30 lucid-tron-client.service")
        '';
      };
    };
}
