# What stands in images beside programs: the files that all share, glibc for the one dynamic program, SoftHSM; and the
# programs that Debian compiled, with what they read.
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

  # Libraries, with the loader.
  libraries = architecture: names: builtins.concatStringsSep " " ([ "usr/lib64/ld-linux-*" "usr/lib/ld-linux-*" ]
    ++ map (name: "usr/lib/${triplets.${architecture}}/${name}") ([ "ld-linux-*" ] ++ names));

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
  glibc = architecture: chosen {
    name = "runtime-${architecture}";
    packages = of "runtime" architecture;
    files = libraries architecture [
      "libc.so.6" "libm.so.6" "libdl.so.2" "libpthread.so.0" "librt.so.1"
      "libresolv.so.2" "libutil.so.1" "libnss_dns.so.2" "libnss_files.so.2" "libgcc_s.so.1" "libstdc++.so.6*"
    ];
  };

  # The one library that Debian's Go programs ask for; it resolves names by itself.
  libc = architecture: chosen {
    name = "libc-${architecture}";
    packages = builtins.filter (package: package.name == "libc6") (of "runtime" architecture);
    files = libraries architecture [ "libc.so.6" ];
  };

  # Without promtool, without what would bring pages from a network, and of the libraries what its own pages ask for.
  prometheus = architecture:
    let
      web = "usr/share/prometheus/web";
      script = "usr/share/javascript";
      node = "usr/share/nodejs";
    in
    chosen {
      name = "prometheus-${architecture}";
      packages = of "prometheus" architecture;
      files = builtins.concatStringsSep " " [
        "usr/bin/prometheus" "usr/share/doc/prometheus/NOTICE" "${web}/no-ui/*" "${web}/templates/*" "${web}/static/*"
        "${web}/static/css/*" "${web}/static/img/*" "${web}/static/js/*" "${web}/static/js/graph/*"
        "${web}/static/vendor/bootstrap3-typeahead/bootstrap3-typeahead.js" "${web}/static/vendor/fuzzy/fuzzy.js"
        "${web}/static/vendor/js/jquery.selection.js" "${web}/static/vendor/bootstrap4-glyphicons/css/*"
        "${web}/static/vendor/bootstrap4-glyphicons/fonts/*"
        "usr/share/fonts-glyphicons/*.woff" "usr/share/fonts-glyphicons/*.woff2"
        "${script}/bootstrap4/css/bootstrap.min.css" "${script}/bootstrap4/js/bootstrap.min.js"
        "${node}/bootstrap/dist/css/bootstrap.min.css" "${node}/bootstrap/dist/js/bootstrap.min.js"
        "${script}/popper.js" "${node}/popper.js/dist/popper.min.js"
        "${script}/d3/d3.min.js" "${script}/rickshaw/*.min.*" "${script}/jquery/jquery.min.js"
        "${script}/eonasdan-bootstrap-datetimepicker/*.min.*" "${script}/jquery-hotkeys/jquery.hotkeys.js"
        "${script}/moment/moment.min.js" "${script}/moment-timezone/moment-timezone-with-data.min.js"
        "${script}/mustache/mustache.min.js"
      ];
    };

  # Without amtool; with the time zones that its configuration may name.
  alertmanager = architecture: chosen {
    name = "alertmanager-${architecture}";
    packages = of "alertmanager" architecture;
    files = builtins.concatStringsSep " " [
      "usr/bin/prometheus-alertmanager" "usr/share/doc/prometheus-alertmanager/NOTICE" "usr/share/prometheus/alertmanager/*.tmpl"
      "usr/share/prometheus/alertmanager/no-ui/*"
      "usr/share/zoneinfo/*" "usr/share/zoneinfo/*/*" "usr/share/zoneinfo/*/*/*"
    ];
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
