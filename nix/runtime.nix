# What stands in images beside programs: the files that all share, glibc for the one dynamic program, SoftHSM.
{ inputs, debian }:
let
  triplets = { amd64 = "x86_64-linux-gnu"; arm64 = "aarch64-linux-gnu"; };

  # Chosen files of Debian packages with their licences, and the metadata that scanners read: one file a package below
  # /var/lib/dpkg/status.d, as distroless has it.
  chosen = { name, packages, files }: debian.run {
    inherit name;
    script = builtins.readFile ./runtime.sh;
    environment = {
      passAsFile = [ "packages" ];
      packages = builtins.concatStringsSep "\n"
        (map (package: "${package.name} ${package.architecture} ${package.file}") packages) + "\n";
      inherit files;
      unpackOne = ./unpack-one.sh;
    };
  };

  of = purpose: architecture: builtins.filter
    (package: package.architecture == architecture || package.architecture == "all")
    (inputs.for purpose);
in
{
  # One bundle of the certificate authorities that Debian trusts, as update-ca-certificates writes it.
  base = debian.run {
    name = "base-files";
    script = ''
      mkdir -p $out/etc/ssl/certs $out/usr/lib $out/var/lib/dpkg/status.d
      busybox sh -eu $unpackOne "$authorities" $TOP/ca
      cd $TOP/ca/data
      # Debian's sources end each certificate with a line feed, but a missing one would join two.
      find usr/share/ca-certificates -name '*.crt' | LC_ALL=C sort | while read -r file; do
          cat "$file"
          echo
      done | sed '/^$/d' >$out/etc/ssl/certs/ca-certificates.crt
      cp $TOP/ca/control/control $out/var/lib/dpkg/status.d/ca-certificates
      mkdir -p $out/usr/share/doc/ca-certificates
      cp usr/share/doc/ca-certificates/copyright $out/usr/share/doc/ca-certificates/
      busybox sh -eu $unpackOne "$release" $TOP/release
      cp $TOP/release/data/usr/lib/os-release $out/usr/lib/os-release
    '';
    environment = {
      unpackOne = ./unpack-one.sh;
      authorities = (builtins.head (builtins.filter (package: package.name == "ca-certificates") inputs.packages)).file;
      release = (builtins.head (builtins.filter (package: package.name == "base-files") inputs.packages)).file;
    };
  };

  # The libraries of glibc that a program or a vendor's module asks for, and gcc's two.
  glibc = architecture:
    let library = "usr/lib/${triplets.${architecture}}"; in
    chosen {
      name = "runtime-${architecture}";
      packages = of "runtime" architecture;
      files = builtins.concatStringsSep " " ([ "usr/lib64/ld-linux-*" "usr/lib/ld-linux-*" ]
        ++ map (file: "${library}/${file}") [
        "ld-linux-*" "libc.so.6" "libm.so.6" "libdl.so.2" "libpthread.so.0" "librt.so.1"
        "libresolv.so.2" "libutil.so.1" "libnss_dns.so.2" "libnss_files.so.2" "libgcc_s.so.1" "libstdc++.so.6*"
      ]);
    };

  softhsm = architecture:
    let library = "usr/lib/${triplets.${architecture}}"; in
    chosen {
      name = "softhsm-${architecture}";
      packages = of "softhsm" architecture;
      files = builtins.concatStringsSep " " ([ "usr/lib/softhsm/libsofthsm2.so" ]
        ++ map (file: "${library}/${file}") [ "softhsm/libsofthsm2.so" "libcrypto.so.3" "libz.so.1*" "libzstd.so.1*" ]);
    };
}
