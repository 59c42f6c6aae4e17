# The toolchain as a directory tree of unpacked Debian packages, and how to run a script inside it.
{ inputs, directory ? "/build", cores ? null }:
let
  inherit (inputs) busybox busyboxTree;

  # Packages unpacked over each other into one tree. Nobody runs their maintainer scripts. An ordinary derivation and not a
  # path fixed by its hash: packages and busybox are fixed already, the tree follows from them (./dev repro compares what
  # comes of it), Nix gives derivations with a fixed result the network, and a hash of 1.1 GB would have to be renewed,
  # by somebody who has the store, with each package.
  unpacked = { name, packages, after ? "" }: derivation {
    inherit name after;
    system = "x86_64-linux";
    builder = busybox;
    args = [ "sh" ./unpack.sh ];
    PATH = busyboxTree;
    passAsFile = [ "packages" "after" ];
    packages = builtins.concatStringsSep "\n" (map (package: toString package.file) packages);
  };

  toolchain = unpacked {
    name = "debian-toolchain";
    packages = inputs.for "toolchain";
    after = ''
      rm -rf usr/share/doc usr/share/man usr/share/info usr/share/locale usr/share/lintian usr/share/perl5
      mkdir -p proc dev tmp etc nix/store build elsewhere/deeper
      # The applets that stand for packages which nothing needs in full, and the alternatives' links.
      for applet in $(usr/bin/busybox --list); do
          [ -e usr/bin/$applet ] || [ -L usr/bin/$applet ] || ln -s busybox usr/bin/$applet
      done
      [ -e usr/bin/cc ] || ln -s gcc usr/bin/cc
      for directory in bin sbin lib lib64; do
          [ -e $directory ] || [ -L $directory ] || ln -s usr/$directory $directory
      done
    '';
  };

  # A derivation whose script runs in the toolchain's tree, at `directory` of it, whatever the real build directory is.
  # Nix's sandbox has no network, no /bin/sh and no /usr; this gives it Debian's.
  run = { name, script, environment ? { }, system ? "x86_64-linux" }: derivation (environment // {
    inherit name system script directory toolchain;
    builder = busybox;
    args = [ "sh" ./enter.sh ];
    PATH = busyboxTree;
    SOURCE_DATE_EPOCH = "1";
    passAsFile = [ "script" ] ++ (environment.passAsFile or [ ]);
  } // (if cores == null then { } else { NIX_BUILD_CORES = toString cores; }));

  # A script as bin/NAME, for the machine's own bash.
  script = name: text: derivation {
    inherit name text;
    system = "x86_64-linux";
    builder = busybox;
    args = [
      "sh" "-c"
      "busybox mkdir -p $out/bin; (echo '#!/usr/bin/env bash'; busybox cat $textPath) >$out/bin/$name; busybox chmod 0555 $out/bin/$name"
    ];
    PATH = busyboxTree;
    passAsFile = [ "text" ];
    preferLocalBuild = true;
  };
in
{
  inherit unpacked toolchain run script;
}
