{
  description = "A TRON payment plane: six services, an HSM token, images that anybody can rebuild bit for bit";
  outputs = { self }: let inputs = import ./nix/inputs.nix; debian = import ./nix/debian.nix { inherit inputs; }; ws = import ./nix/workspace.nix { inherit inputs debian; }; in { packages.x86_64-linux = { inputs = inputs.all; toolchain = debian.toolchain; inherit (ws) vendor; deps = ws.amd64.dependencies; libs = ws.amd64.libraries; tc = ws.amd64.programs.tron-client;  oci = ws.amd64.programs.oci-image; }; };
}
