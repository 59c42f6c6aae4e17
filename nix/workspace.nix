# The workspace, compiled in three stages for each target: the crates of Cargo.lock, the workspace's libraries, and each
# program. A stage is built again only when its own sources change.
{ inputs, debian }:
let
  inherit (builtins) attrNames concatLists concatStringsSep elem filter fromTOML hasAttr map pathExists readDir readFile
    substring stringLength toString;

  root = ../.;
  workspace = fromTOML (readFile ../Cargo.toml);
  version = workspace.workspace.package.version;

  crateNames = filter (name: pathExists (../crates + "/${name}/Cargo.toml")) (attrNames (readDir ../crates));
  manifestOf = name: fromTOML (readFile (../crates + "/${name}/Cargo.toml"));

  # The programs that leave the build, and so the packages whose features are unified; the same selection in every
  # stage, or cargo would compile a dependency again.
  programs = [
    "tron-client" "payout-router" "wallet-manager" "usdt-manager" "trx-staking" "payment-gateway"
    "lucid" "devnet" "oci-image"
  ];
  selected = concatStringsSep " " (map (name: "--package ${name}") programs);

  # --- Sources: only what the compiler reads ---

  relative = path: substring (stringLength (toString root) + 1) (-1) (toString path);

  manifests = builtins.path {
    name = "manifests";
    path = root;
    filter = path: type:
      let name = relative path; in
      if type == "directory"
      then elem name [ "crates" "tests" ] || builtins.match "crates/[^/]+" name != null
      else elem (baseNameOf name) [ "Cargo.toml" "Cargo.lock" ];
  };

  # A crate without its tests, examples, documents, and what only tests read.
  sourceOf = name: builtins.path {
    name = "${name}-source";
    path = ../crates + "/${name}";
    filter = path: type:
      let base = baseNameOf path; in
      if type == "directory"
      then !elem base [ "tests" "examples" "benches" "fuzz" "proptest-regressions" "node_modules" ]
      else base != "tests.rs" && base != "openapi.json" && base != "package.json" && base != "package-lock.json"
        && builtins.match ".*\\.(rs|toml|sql|json|proto|html|css|js|svg)" base != null;
  };

  # The policies and profiles that are compiled in.
  hsm = builtins.path {
    name = "hsm-source";
    path = ../hsm;
    filter = path: type: type == "directory" || builtins.match ".*\\.toml" (baseNameOf path) != null;
  };

  # --- Who depends on whom, inside the workspace ---

  dependenciesOf = name:
    let manifest = manifestOf name; in
    filter (other: elem other crateNames)
      (attrNames (manifest.dependencies or { }) ++ attrNames (manifest.build-dependencies or { }));

  closureOf = names: map (item: item.key) (builtins.genericClosure {
    startSet = map (key: { inherit key; }) names;
    operator = item: map (key: { inherit key; }) (dependenciesOf item.key);
  });

  isProgram = name: elem name programs;
  libraries = filter (name: !isProgram name) (closureOf programs);

  # Empty sources in the places of a crate's real ones.
  dummiesOf = name:
    let
      at = file: pathExists (../crates + "/${name}/${file}");
      inner = manifest: path: if manifest ? ${path} then manifest.${path} else null;
    in
    filter (line: line != "") [
      (if at "src/lib.rs" then "crates/${name} src/lib.rs" else "")
      (if at "src/main.rs" then "crates/${name} src/main.rs fn main() {}" else "")
      (if at "build.rs" then "crates/${name} build.rs fn main() {}" else "")
    ];
  testDummies = map (test: "tests ${test.path} fn main() {}") ((fromTOML (readFile ../tests/Cargo.toml)).test or [ ])
    ++ (if pathExists ../tests/src/lib.rs then [ "tests src/lib.rs" ] else [ ]);

  libraryTargets = "--lib" + concatStringsSep ""
    (map (name: if pathExists (../crates + "/${name}/src/lib.rs") then "" else " --bin ${name}") programs);

  vendor = debian.run {
    name = "vendored-crates";
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
        (map (crate: "${crate.name}-${crate.version} ${crate.checksum} ${crate.file}") inputs.crates);
    };
  };

  stage = { name, rustTarget, own, before, selection, keep }: debian.run {
    inherit name;
    script = builtins.readFile ./cargo.sh;
    environment = {
      inherit vendor manifests rustTarget selection keep;
      before = if before == null then "" else before;
      passAsFile = [ "own" "dummies" ];
      own = concatStringsSep "\n" (map (crate: "crates/${crate} ${sourceOf crate}") own
        ++ (if elem "signer" own || elem "signing-core" own then [ "hsm ${hsm}" ] else [ ])) + "\n";
      dummies = concatStringsSep "\n"
        (concatLists (map dummiesOf (filter (crate: !elem crate own) crateNames)) ++ testDummies) + "\n";
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
      program = name: stage {
        name = "${name}-${version}";
        inherit rustTarget;
        own = closureOf [ name ] ++ filter (library: !elem library (closureOf [ name ])) libraries;
        before = compiledLibraries;
        selection = "${selected} --bin ${name}";
        keep = name;
      };
    in
    {
      inherit dependencies;
      libraries = compiledLibraries;
      programs = builtins.listToAttrs (map (name: { inherit name; value = program name; }) programs);
    };
in
{
  inherit version programs vendor metadata manifests hsm sourceOf libraries;
  amd64 = forTarget "x86_64-unknown-linux-gnu";
  arm64 = forTarget "aarch64-unknown-linux-gnu";
}
