# The pinned files, each a fixed-output path of the Nix store. nix/fetch adds them; nothing here can download.
let
  lock = builtins.fromJSON (builtins.readFile ./debian.lock);
  cargoLock = builtins.fromTOML (builtins.readFile ../Cargo.lock);

  # The sandbox is empty, and this is what everything else is unpacked with. As nothing can run before it, the word
  # to whoever lacks it stands in the address that Nix then fails to read.
  busyboxTree = derivation {
    name = "busybox";
    system = "builtin";
    builder = "builtin:fetchurl";
    url = "file:///an-input-is-missing/bring-it-with/nix/fetch";
    urls = [ "file:///an-input-is-missing/bring-it-with/nix/fetch" ];
    unpack = true;
    executable = false;
    outputHashMode = "recursive";
    outputHashAlgo = "sha256";
    outputHash = lock.busybox.narSha256;
    preferLocalBuild = true;
  };
  busybox = "${busyboxTree}/busybox";

  # A file that nix/fetch has added under this name. The builder runs only when it is not there.
  fetched = name: sha256: derivation {
    inherit name;
    system = "x86_64-linux";
    builder = busybox;
    args = [ "sh" "-c" "echo '${name} is not in the Nix store. Bring the inputs with: nix/fetch' >&2; exit 1" ];
    outputHashMode = "flat";
    outputHashAlgo = "sha256";
    outputHash = sha256;
    preferLocalBuild = true;
  };

  # `~` and `%` are not allowed in the names of store paths.
  storeName = path:
    builtins.replaceStrings [ "~" "%" ":" ] [ "-" "-" "-" ] (baseNameOf path);

  packages = map
    (package: package // { file = fetched (storeName package.path) package.sha256; })
    lock.packages;

  crates = map
    (crate: {
      inherit (crate) name version checksum;
      file = fetched "${crate.name}-${crate.version}.crate" crate.checksum;
    })
    (builtins.filter (crate: crate ? checksum) cargoLock.package);

  for = purpose: builtins.filter (package: builtins.elem purpose package.for) packages;

  # A path that names files, and so keeps them while it is kept.
  listOf = name: files: derivation {
    inherit name;
    system = "x86_64-linux";
    builder = busybox;
    args = [ "sh" "-c" "busybox cp $filesPath $out" ];
    PATH = busyboxTree;
    # Too many for one variable of the environment.
    passAsFile = [ "files" ];
    files = builtins.concatStringsSep "\n" (map toString files);
    preferLocalBuild = true;
  };
in
{
  inherit busybox busyboxTree packages crates for listOf;
  # What the images need, as one path.
  all = listOf "inputs" ([ busyboxTree ]
    ++ map (package: package.file) (builtins.concatMap for [ "toolchain" "base" "runtime" "softhsm" "prometheus" "alertmanager" ])
    ++ map (crate: crate.file) crates);
}
