# The workspace, compiled in three stages for each target: the crates of Cargo.lock, the workspace's libraries, and each
# program. A stage is built again only when its own sources change.
{ inputs, debian }:
let
  inherit (builtins) concatLists concatStringsSep elem filter fromTOML map match pathExists readFile toFile;

  version = (fromTOML (readFile ../Cargo.toml)).workspace.package.version;

  # The programs that leave the build, and so the packages whose features are unified; the same selection in every
  # stage, or cargo would compile a dependency again.
  programs = [
    "tron-client" "payout-router" "wallet-manager" "usdt-manager" "trx-staking" "payment-gateway"
    "lucid" "devnet" "forwarder" "oci-image"
  ];
  selected = concatStringsSep " " (map (name: "--package ${name}") programs);

  # --- Sources: only what the compiler reads ---

  plan = import ./manifests.nix { inherit programs; };
  inherit (plan) closureOf;

  # A crate without its manifest (see plan), tests, examples, documents, and what only tests read.
  sourceOf = name: builtins.path {
    name = "${name}-source";
    path = ../crates + "/${name}";
    filter = path: type:
      let base = baseNameOf path; in
      if type == "directory"
      then !elem base [ "tests" "examples" "benches" "fuzz" "proptest-regressions" "node_modules" ]
      else base != "Cargo.toml" && base != "tests.rs" && base != "openapi.json" && base != "package.json" && base != "package-lock.json"
        && match ".*\\.(rs|toml|sql|json|proto|html|css|js|svg)" base != null;
  };

  # The policies and profiles that are compiled in.
  hsm = builtins.path {
    name = "hsm-source";
    path = ../hsm;
    filter = path: type: type == "directory" || match ".*\\.toml" (baseNameOf path) != null;
  };

  isProgram = name: elem name programs;
  libraries = filter (name: !isProgram name) plan.crates;

  # Empty sources in the places of a crate's real ones.
  dummiesOf = name:
    let at = file: pathExists (../crates + "/${name}/${file}"); in
    filter (line: line != "") [
      (if at "src/lib.rs" then "crates/${name} src/lib.rs" else "")
      (if at "src/main.rs" then "crates/${name} src/main.rs fn main() {}" else "")
      (if at "build.rs" then "crates/${name} build.rs fn main() {}" else "")
    ];

  libraryTargets = "--lib" + concatStringsSep ""
    (map (name: if pathExists (../crates + "/${name}/src/lib.rs") then "" else " --bin ${name}") programs);

  vendorOf = name: crates: debian.run {
    inherit name;
    script = ''
      cd $out
      while read -r name checksum file || [ -n "$name" ]; do
          tar -x -z -o -f "$file"
          printf '{"files":{},"package":"%s"}' "$checksum" >"$name/.cargo-checksum.json"
      done <"$cratesPath"
    '';
    environment = {
      passAsFile = [ "crates" ];
      crates = concatStringsSep "\n"
        (map (crate: "${crate.name}-${crate.version} ${crate.checksum} ${crate.file}") crates);
    };
  };
  vendor = vendorOf "vendored-crates" (filter (crate: elem (plan.keyOf crate) plan.crateKeys) inputs.crates);
  # For clippy, which reads tests.
  vendorWithTests = vendorOf "vendored-crates-with-tests" inputs.crates;

  stage = { name, rustTarget, own, before, selection, keep }: debian.run {
    inherit name;
    script = builtins.readFile ./cargo.sh;
    environment = {
      inherit vendor rustTarget selection keep;
      before = if before == null then "" else before;
      passAsFile = [ "manifests" "own" "dummies" ];
      manifests = concatStringsSep "\n"
        (map (file: "${file.path} ${toFile (baseNameOf file.path) file.text}") plan.files) + "\n";
      own = concatStringsSep "\n" (map (crate: "crates/${crate} ${sourceOf crate}") own
        ++ (if elem "signer" own || elem "signing-core" own then [ "hsm ${hsm}" ] else [ ])) + "\n";
      dummies = concatStringsSep "\n"
        (concatLists (map dummiesOf (filter (crate: !elem crate own) plan.crates))) + "\n";
      rustcWrapper = ./rustc.sh;
      staticPie = ./static-pie-gcc;
      # The one program that loads a vendor's module, and so needs the dynamic loader.
      DYNAMIC = "wallet_manager";
    };
  };

  # What cargo knows of every crate; the inventories take the licences from it.
  metadata = stage {
    name = "crate-metadata.json";
    rustTarget = "x86_64-unknown-linux-gnu";
    own = [ ];
    before = null;
    selection = "";
    keep = "metadata";
  };

  forTarget = rustTarget:
    let
      dependencies = stage {
        name = "dependencies-${rustTarget}";
        inherit rustTarget;
        own = [ ];
        before = null;
        selection = "${selected} ${libraryTargets}";
        keep = "target";
      };
      compiledLibraries = stage {
        name = "libraries-${rustTarget}";
        inherit rustTarget;
        own = libraries;
        before = dependencies;
        selection = "${selected} ${libraryTargets}";
        keep = "target";
      };
      of = names: closureOf names ++ filter (library: !elem library (closureOf names)) libraries;
      program = name: stage {
        name = "${name}-${version}";
        inherit rustTarget;
        own = of [ name ];
        before = compiledLibraries;
        selection = "${selected} --bin ${name}";
        keep = name;
      };

      # Some programs by themselves, in fewer steps than above and without what the others alone are made of.
      bins = names: selected + concatStringsSep "" (map (name: " --bin ${name}") names);
      dependenciesOf = names: stage {
        name = "dependencies-of-${concatStringsSep "-and-" names}";
        inherit rustTarget;
        own = [ ];
        before = null;
        selection = bins names;
        keep = "target";
      };
      together = names: stage {
        name = "${concatStringsSep "-and-" names}-${version}";
        inherit rustTarget;
        own = of names;
        before = dependenciesOf names;
        selection = bins names;
        keep = concatStringsSep " " names;
      };
    in
    {
      inherit dependencies dependenciesOf together;
      libraries = compiledLibraries;
      programs = builtins.listToAttrs (map (name: { inherit name; value = program name; }) programs);
    };
in
{
  inherit version programs vendor vendorWithTests metadata hsm sourceOf libraries;
  manifests = concatStringsSep "" (map (file: file.text) plan.files);
  amd64 = forTarget "x86_64-unknown-linux-gnu";
  arm64 = forTarget "aarch64-unknown-linux-gnu";
}
