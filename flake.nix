{
  description = "A TRON payment plane: six services, an HSM token, images that anybody can rebuild bit for bit";

  # No inputs: everything that is built comes from nix/debian.lock and Cargo.lock, and works without a network once
  # nix/fetch has run. What needs nixpkgs stands in nix/dev.
  outputs = { self }: import ./nix/outputs.nix;
}
