# The manifests and the lock as far as the compilation of programs reads them: without dev-dependencies, tests, benches and
# lints, without crates that no program is made of, and without what those alone would bring. So a change of what only tests
# use compiles nothing again.
{ programs }:
let
  inherit (builtins) attrNames attrValues concatLists concatStringsSep elem filter fromTOML genericClosure groupBy hasAttr
    head intersectAttrs isAttrs isList isString length listToAttrs map mapAttrs match pathExists readDir readFile
    removeAttrs toFile toJSON;

  root = fromTOML (readFile ../Cargo.toml);
  lock = fromTOML (readFile ../Cargo.lock);
  everyCrate = filter (name: pathExists (../crates + "/${name}/Cargo.toml")) (attrNames (readDir ../crates));
  manifestOf = name: fromTOML (readFile (../crates + "/${name}/Cargo.toml"));

  # --- Which crates ---

  # The tables of dependencies that a build reads, those for one target among them.
  tablesOf = manifest:
    let of = table: [ (table.dependencies or { }) (table.build-dependencies or { }) ]; in
    of manifest ++ concatLists (map of (attrValues (manifest.target or { })));
  namesIn = manifest: concatLists (map attrNames (tablesOf manifest));

  dependenciesOf = name: filter (other: elem other everyCrate) (namesIn (manifestOf name));
  closureOf = names: map (item: item.key) (genericClosure {
    startSet = map (key: { inherit key; }) names;
    operator = item: map (key: { inherit key; }) (dependenciesOf item.key);
  });
  crates = closureOf programs;

  # --- Manifests ---

  # TOML's inline notation, whose strings are JSON's.
  toml = value:
    if isAttrs value then "{ ${concatStringsSep ", " (map (key: "${toJSON key} = ${toml value.${key}}") (attrNames value))} }"
    else if isList value then "[ ${concatStringsSep ", " (map toml value)} ]"
    else toJSON value;
  document = table: concatStringsSep "" (map (key: "${toJSON key} = ${toml table.${key}}\n") (attrNames table));

  reduced = manifest:
    let without = table: removeAttrs table [ "dev-dependencies" ]; in
    without (removeAttrs manifest [ "lints" "test" "bench" "example" ])
    // (if manifest ? target then { target = mapAttrs (_: without) manifest.target; } else { });

  used = listToAttrs (map (name: { inherit name; value = null; }) (concatLists (map (crate: namesIn (manifestOf crate)) crates)));
  workspace = {
    workspace = {
      inherit (root.workspace) resolver package;
      members = map (name: "crates/${name}") crates;
      dependencies = intersectAttrs used root.workspace.dependencies;
    };
    # What is shipped is compiled with these.
    profile = { inherit (root.profile) release image; };
  };

  # --- The lock ---

  byName = groupBy (package: package.name) lock.package;
  keyOf = package: "${package.name} ${package.version}";
  # "name", or "name version" where the lock has several.
  found = text:
    let
      parts = match "([^ ]+)( ([^ ]+).*)?" text;
      named = byName.${head parts};
      version = builtins.elemAt parts 2;
    in
    if version == null then head named else head (filter (package: package.version == version) named);

  # How a table of dependencies calls a package, and how the package calls itself.
  renamed = name: dependency:
    let real = if isAttrs dependency && dependency.workspace or false then root.workspace.dependencies.${name} else dependency; in
    if isAttrs real then real.package or name else name;
  wantedBy = manifest: concatLists (map (table: attrValues (mapAttrs renamed table)) (tablesOf manifest));

  isOurs = package: !(package ? source) && elem package.name crates;
  # A crate of ours is locked with what its tests use, too.
  dependenciesIn = package:
    let all = package.dependencies or [ ]; in
    if isOurs package
    then filter (text: elem (found text).name (wantedBy (manifestOf package.name))) all
    else all;
  locked = map (item: item.package) (genericClosure {
    startSet = map (name: let package = head byName.${name}; in { key = keyOf package; inherit package; }) programs;
    operator = item: map (text: let package = found text; in { key = keyOf package; inherit package; })
      (dependenciesIn item.package);
  });
in
{
  inherit crates closureOf;
  # What of the lock programs may be made of; cargo leaves out what only a test's feature would bring.
  crateKeys = map keyOf (filter (package: package ? checksum) locked);
  inherit keyOf;

  # Lines "path file" for every file, and their texts as one, for whoever wants a hash of it.
  files = map (file: { inherit (file) path; text = document file.table; }) ([
    { path = "Cargo.toml"; table = workspace; }
    {
      path = "Cargo.lock";
      table = {
        inherit (lock) version;
        package = map (package: package // { dependencies = dependenciesIn package; }) locked;
      };
    }
  ] ++ map (name: { path = "crates/${name}/Cargo.toml"; table = reduced (manifestOf name); }) crates);
}
