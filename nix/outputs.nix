# The flake's outputs. Builders are x86_64-linux; the images are for linux/amd64 and linux/arm64. A host of either kind
# finds everything under its own name: an arm64 one has the builders elsewhere or emulated, makes the same images, and is
# given the programs that run on it.
let
  inherit (builtins) listToAttrs map;

  inputs = import ./inputs.nix;
  # A second lane compiles the same sources at another place of the tree, and if asked with another number of cores.
  lanes = { directory ? "/build", cores ? null }: rec {
    debian = import ./debian.nix { inherit inputs directory cores; };
    workspace = import ./workspace.nix { inherit inputs debian; };
    runtime = import ./runtime.nix { inherit inputs debian; };
    images = import ./images.nix { inherit inputs debian workspace runtime; };
  };
  inherit (lanes { }) debian workspace runtime images;
  elsewhere = lanes { directory = "/elsewhere/deeper"; };
  elsewhereAlone = lanes { directory = "/elsewhere/deeper"; cores = 1; };
  twicePrograms = [ "tron-client" "wallet-manager" ];
  twiceElsewhere = elsewhereAlone.workspace.amd64.together twicePrograms;

  # As nixpkgs has it, for `nix flake show`, `nix search` and `nix run`.
  about = aboutOf (builtins.attrNames hosts);
  aboutOf = platforms: description: mainProgram: drv: drv // {
    meta = {
      inherit description platforms;
      license = { spdxId = "Apache-2.0"; fullName = "Apache License 2.0"; free = true; };
    } // (if mainProgram == null then { } else { inherit mainProgram; });
  };

  hosts = { x86_64-linux = "amd64"; aarch64-linux = "arm64"; };
  forHosts = make: builtins.mapAttrs (system: _: make system) hosts;

  programsOf = system: listToAttrs (map
    (name: {
      inherit name;
      value = aboutOf [ system ] ((images.services // images.others // descriptions).${name}.does) name
        workspace.${hosts.${system}}.programs.${name};
    })
    workspace.programs);
  # What is in no image.
  descriptions.oci-image.does = "Assembles OCI images that are the same bytes on every machine";

  imageOutputs = listToAttrs (map
    (name: {
      name = "${name}-image";
      value = about "The image ${name} for linux/amd64 and linux/arm64, for docker load and as an OCI layout" null
        (images.one name);
    })
    images.names);

  # A program for `nix run`: bash and Nix are the machine's own.
  app = name: script: description: {
    type = "app";
    program = "${debian.script name script}/bin/${name}";
    meta = { inherit description; };
  };

  checks = import ./checks.nix { inherit inputs debian workspace images; };
in
{
  packages = forHosts (system: programsOf system // imageOutputs // {
    default = about "All images, their inventories and digests" null images.all;
    images = about "All images, their inventories and digests" null images.all;
    observability-images = about "Prometheus's and Alertmanager's images alone, in an archive of their own" null images.observability;
    inputs = about "A path that keeps every pinned input" null inputs.all;
    inputs-nix = about "A path that keeps what ./dev repro takes besides" null (inputs.listOf "inputs-nix"
      (map (package: package.file) (inputs.for "nix")));
  });

  apps = forHosts (_: {
    load = app "load" ''
      [ -e "''${1:-}" ] || { echo "usage: nix run .#load -- RESULT [observability]   (what nix build .#images made)" >&2; exit 2; }
      case "$(uname -m)" in aarch64 | arm64) architecture=arm64 ;; *) architecture=amd64 ;; esac
      exec docker load --input "$1/''${2:-images}-$architecture.tar"
    '' "Load the images into this machine's Docker, or with `observability` those of Prometheus and Alertmanager";
    verify = app "verify" ''
      here="''${1:-$PWD}"
      [ -x "$here/nix/verify" ] || { echo "usage: nix run .#verify -- REPOSITORY" >&2; exit 2; }
      exec "$here/nix/verify" "$here" "''${@:2}"
    '' "Build everything in an empty store and compare with nix/digests.json";
  });

  inherit checks;

  formatter = forHosts (_: debian.script "fmt" ''
    # rustfmt of the pinned toolchain, in a namespace of its own: options go to `cargo fmt`, which formats the whole
    # workspace, and so do none and "." (what older versions of Nix pass for none); files go to rustfmt.
    case "''${1:-.}" in
        .) set -- cargo fmt --all ;;
        -*) set -- cargo fmt "$@" ;;
        *) set -- rustfmt --edition 2024 "$@" ;;
    esac
    exec ${./in-toolchain} ${debian.toolchain} "$@"
  '');

  nixosModules.default = import ./module.nix;

  # For ./dev: variants, and what a build is made of.
  legacyPackages = forHosts (system: {
    inherit (images) sourceHash;
    # What wallet-manager is started with where there is no Debian.
    glibc = runtime.glibc hosts.${system};
    elsewhere = elsewhere.images.all;
    stages = { inherit (workspace) amd64 arm64 vendor metadata; inherit (debian) toolchain; };
    amd64 = images.assembled { name = "lucid-images-amd64"; images = images.names; of = [ "amd64" ]; };
    # What .ci/run compares: two programs of one architecture, compiled again with one core in another directory.
    twice = {
      here = { inherit (workspace.amd64.programs) tron-client wallet-manager; };
      elsewhere = { tron-client = twiceElsewhere; wallet-manager = twiceElsewhere; };
    };
    # What the next build starts from; nothing else would keep it from the garbage collector.
    warm = inputs.listOf "warm" [
      inputs.all debian.toolchain workspace.vendor workspace.metadata
      workspace.amd64.dependencies workspace.arm64.dependencies
    ];
    warmTwice = inputs.listOf "warm-twice" [
      elsewhereAlone.workspace.vendor (elsewhereAlone.workspace.amd64.dependenciesOf twicePrograms)
    ];
    newerNix = debian.unpacked {
      name = "debian-nix";
      packages = inputs.for "nix";
      after = "mkdir -p proc dev tmp etc root sys nix/store nix/var work";
    };
  });
}
