# The images: recipes for crates/oci-image, and what it makes of them.
{ inputs, debian, workspace, runtime }:
let
  inherit (builtins) concatStringsSep elem filter fromTOML hashFile hashString head listToAttrs map readFile toJSON toString;

  services = {
    tron-client = { port = 8091; title = "TRON client"; does = "Scans the chain and broadcasts; the only one with a way to the TRON network"; };
    payout-router = { port = 8092; title = "Payout router"; does = "Decides payouts: paths, limits, approvals, attempts"; };
    wallet-manager = { port = 8093; title = "Wallet manager"; does = "Signs with keys that never leave a PKCS#11 token, what its policy allows"; };
    usdt-manager = { port = 8094; title = "USDT manager"; does = "Moves USDT-TRC20: transfers, reservations, deposits, sweeps"; };
    trx-staking = { port = 8095; title = "TRX staking"; does = "Stakes TRX and leases energy and bandwidth"; };
    payment-gateway = { port = 8096; title = "Payment gateway"; does = "Merchants' edge: invoices, refunds, webhooks, checkout"; };
  };
  # Programs beside the services. They read no configuration of the plane, so nothing is set for them.
  others = {
    devnet = {
      title = "TRON devnet"; does = "A simulated TRON node for tests and demonstrations; never for money";
      port = 8090; command = [ "serve" "--listen" "0.0.0.0:8090" ]; healthcheck = [ "--listen" "127.0.0.1:8090" ];
    };
    forwarder = { title = "Forwarder"; does = "Passes bytes between named places and nothing else"; healthcheck = [ ]; };
    # Asked and done: nothing that could be asked whether it lives.
    lucid = { title = "operator's command"; does = "The operator's command: plane, wallets, payouts, keys, releases"; };
  };
  # Programs that Debian compiled, in an archive of their own: together they are larger than all others.
  foreign = import ./foreign.nix { inherit inputs runtime baseLayer libcLayer; };
  ours = builtins.attrNames services ++ [ "wallet-manager-softhsm" ] ++ builtins.attrNames others;
  names = ours ++ builtins.attrNames foreign;
  architectures = [ "amd64" "arm64" ];

  # Where the sources are. Cargo.toml's `repository` says it, once they are published somewhere; until then a package URL
  # names them and promises no place. The revision belongs into annotations at publishing, as each commit has another.
  address = (fromTOML (readFile ../Cargo.toml)).workspace.package.repository or "pkg:generic/lucid-plane@${workspace.version}";

  ociTool = "${workspace.amd64.programs.oci-image}/bin/oci-image";

  package = name: architecture: head (filter
    (package: package.name == name && elem package.architecture [ architecture "all" ])
    inputs.packages);

  # What of Debian is inside a program: start-up code and C library, gcc's support routines, Rust's standard library.
  linked = architecture:
    let
      entry = name: of: license:
        let found = package name of; in
        { package = found.name; source = found.source; version = found.version; inherit license; };
    in
    [
      (entry "libc6-dev" architecture "LGPL-2.1-or-later")
      (entry (if architecture == "amd64" then "libgcc-14-dev" else "libgcc-14-dev-arm64-cross") "amd64"
        "GPL-3.0-or-later WITH GCC-exception-3.1")
      (entry "libstd-rust-web-dev" architecture "MIT OR Apache-2.0")
    ];

  baseLayer = {
    name = "base";
    entries = [
      { path = "/"; tree = "${runtime.base}"; }
      { path = "/etc/os-release"; link = "../usr/lib/os-release"; }
      {
        path = "/etc/passwd";
        text = "root:x:0:0:root:/:/sbin/nologin\nlucid:x:65532:65532:lucid:/var/lib/lucid:/sbin/nologin\n";
      }
      { path = "/etc/group"; text = "root:x:0:\nlucid:x:65532:\n"; }
      { path = "/etc/nsswitch.conf"; text = "passwd: files\ngroup: files\nhosts: files dns\n"; }
      { path = "/tmp"; directory = true; }
      { path = "/var/lib/lucid"; directory = true; mode = "0700"; owner = "65532:65532"; }
      { path = "/var/log/lucid"; directory = true; mode = "0700"; owner = "65532:65532"; }
    ];
  };

  withLoader = name: tree: architecture: {
    inherit name;
    entries = [
      { path = "/"; tree = "${tree architecture}"; }
      { path = "/lib"; link = "usr/lib"; }
    ] ++ (if architecture == "amd64" then [{ path = "/lib64"; link = "usr/lib64"; }] else [ ]);
  };
  glibcLayer = withLoader "glibc" runtime.glibc;
  libcLayer = withLoader "libc" runtime.libc;

  # Its tokens lie in the volume.
  softhsmLayer = architecture: {
    name = "softhsm";
    entries = [
      { path = "/"; tree = "${runtime.softhsm architecture}"; }
      {
        path = "/etc/softhsm/softhsm2.conf";
        text = "directories.tokendir = /var/lib/lucid/tokens\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n";
      }
    ];
  };

  programLayer = architecture: program: {
    name = "program";
    entries = [{
      path = "/usr/bin/${program}";
      file = "${workspace.${architecture}.programs.${program}}/bin/${program}";
      mode = "0555";
    }];
  };

  referenceOf = name: "localhost/lucid/${name}:${workspace.version}";

  imageOf = chosenArchitectures: name:
    if foreign ? ${name} then { inherit name; reference = referenceOf name; } // foreign.${name} chosenArchitectures
    else ourImageOf chosenArchitectures name;

  ourImageOf = chosenArchitectures: name:
    let
      softhsm = name == "wallet-manager-softhsm";
      program = if softhsm then "wallet-manager" else name;
      dynamic = program == "wallet-manager";
      isService = services ? ${program};
      it = if isService then services.${program} // { healthcheck = [ ]; } else others.${name};
      binary = "/usr/bin/${program}";
    in
    {
      inherit name;
      reference = referenceOf name;
      labels = {
        "lucid.service" = program;
        "org.opencontainers.image.title" = "Lucid ${it.title}" + (if softhsm then " with SoftHSM 2" else "");
        "org.opencontainers.image.description" = it.does
          + (if softhsm then "; with a software token, for demonstrations" else "");
      };
      entrypoint = [ binary ];
      command = it.command or [ ];
      env =
        if !isService then { }
        else {
          LUCID_SERVER__LISTEN = "0.0.0.0:${toString it.port}";
          LUCID_SERVER__DATA_DIR = "/var/lib/lucid";
        } // (if softhsm then { SOFTHSM2_CONF = "/etc/softhsm/softhsm2.conf"; } else { });
      exposed_ports = if it ? port then [ it.port ] else [ ];
      platforms = listToAttrs (map
        (architecture: {
          name = "linux/${architecture}";
          value = {
            layers = [ baseLayer ]
              ++ (if dynamic then [ (glibcLayer architecture) ] else [ ])
              ++ (if softhsm then [ (softhsmLayer architecture) ] else [ ])
              ++ [ (programLayer architecture program) ];
            linked = linked architecture;
            compiled = "${workspace.${architecture}.programs.${program}}/crates";
          };
        })
        chosenArchitectures);
    } // (if it ? healthcheck then { healthcheck.command = [ binary "healthcheck" ] ++ it.healthcheck; } else { });

  # Everything that decides the images' bytes. The store names of sources are made of their contents' hashes.
  sourceHash = hashString "sha256" (concatStringsSep "\n" (map builtins.unsafeDiscardStringContext (
    [ workspace.manifests "${workspace.hsm}" ]
    ++ map (name: "${workspace.sourceOf name}") (workspace.libraries ++ workspace.programs)
    ++ [
      (hashFile "sha256" ./debian.lock) (hashFile "sha256" ./inputs.nix)
      (hashFile "sha256" ./debian.nix) (hashFile "sha256" ./workspace.nix) (hashFile "sha256" ./runtime.nix)
      (hashFile "sha256" ./images.nix) (hashFile "sha256" ./foreign.nix) (hashFile "sha256" ./unpack.sh) (hashFile "sha256" ./unpack-one.sh)
      (hashFile "sha256" ./enter.sh) (hashFile "sha256" ./cargo.sh) (hashFile "sha256" ./rustc.sh)
      (hashFile "sha256" ./static-pie-gcc) (hashFile "sha256" ./runtime.sh) (hashFile "sha256" ./images.sh)
    ]
  )));

  recipeOf = chosenArchitectures: chosenNames: {
    labels = {
      "lucid.plane" = "wallet";
      "lucid.isolation" = "payment-only";
      "lucid.security" = "distroless";
      "org.opencontainers.image.version" = workspace.version;
      "org.opencontainers.image.source" = address;
      "org.opencontainers.image.documentation" = "${address}#README.md";
      "org.opencontainers.image.vendor" = "Lucid";
      "org.opencontainers.image.licenses" = "Apache-2.0";
    };
    build = {
      builder = "${address}#flake.nix";
      source = address;
      source_sha256 = sourceHash;
      materials = {
        "debian.lock" = hashFile "sha256" ./debian.lock;
        "Cargo.lock" = hashFile "sha256" ../Cargo.lock;
      };
    };
    images = map (imageOf chosenArchitectures) chosenNames;
  };

  assembled = { name, images, of ? architectures }: debian.run {
    inherit name;
    script = builtins.readFile ./images.sh;
    environment = {
      inherit ociTool;
      inherit (workspace) metadata;
      passAsFile = [ "recipe" ];
      recipe = toJSON (recipeOf of images);
    };
  };
in
{
  inherit names services others sourceHash assembled;
  all = assembled { name = "lucid-images-${workspace.version}"; images = names; };
  observability = assembled { name = "lucid-observability-images-${workspace.version}"; images = builtins.attrNames foreign; };
  one = name: assembled { name = "${name}-image-${workspace.version}"; images = [ name ]; };
}
