# The six services as systemd units, with the hardening that their containers have. Import it as
# `lucid-plane.nixosModules.default` and set, for each service, its configuration file.
#
# NixOS is not at hand where this repository is tested: nix/tests evaluates the module with a stand-in for nixpkgs' library,
# and systemd-analyze looks at the units; nobody has run it. The test that runs it is nix/dev's check `module`.
{ config, lib, pkgs, ... }:
let
  cfg = config.services.lucid-plane;

  ports = {
    tron-client = 8091;
    payout-router = 8092;
    wallet-manager = 8093;
    usdt-manager = 8094;
    trx-staking = 8095;
    payment-gateway = 8096;
  };

  inherit (pkgs.stdenv.hostPlatform) system;
  flake = import ./outputs.nix;
  packages = flake.packages.${system};

  # wallet-manager asks for a loader and libraries where every vendor's PKCS#11 module expects them, and NixOS has none
  # there: these are laid into the unit's own view. It starts its worker as /proc/self/exe, so the loader cannot be called
  # by name instead.
  loader = { x86_64-linux = "/lib64/ld-linux-x86-64.so.2"; aarch64-linux = "/lib/ld-linux-aarch64.so.1"; }.${system};
  libraries = { x86_64-linux = "/usr/lib/x86_64-linux-gnu"; aarch64-linux = "/usr/lib/aarch64-linux-gnu"; }.${system};
  glibc = flake.legacyPackages.${system}.glibc;
  asDebian = [
    "${glibc}${libraries}/${baseNameOf loader}:${loader}"
    "${glibc}${libraries}:${libraries}"
  ];

  service = name: port: {
    options = {
      enable = lib.mkEnableOption "the plane's service ${name}";
      package = lib.mkOption {
        type = lib.types.package;
        default = packages.${name};
        defaultText = "the flake's package ${name}, built from pinned Debian packages";
        description = "What provides bin/${name}.";
      };
      configFile = lib.mkOption {
        type = lib.types.path;
        description = "The service's TOML file; see crates/${name}/config.default.toml. It names secrets' files, never secrets.";
      };
      secrets = lib.mkOption {
        type = lib.types.attrsOf lib.types.path;
        default = { };
        example = { "call.key" = "/run/secrets/${name}-call.key"; };
        description = "Files that systemd hands to this service alone, below /run/credentials/lucid-${name}.service.";
      };
      environment = lib.mkOption {
        type = lib.types.attrsOf lib.types.str;
        default = { };
        example = { LUCID_LOG__LEVEL = "debug"; };
        description = "Settings that win over the file.";
      };
      libraryPath = lib.mkOption {
        type = lib.types.listOf lib.types.path;
        default = [ ];
        description = "Where a vendor's PKCS#11 module finds its libraries; for wallet-manager.";
      };
    };
  };

  unit = name: port:
    let it = cfg.${name}; in
    lib.mkIf it.enable {
      description = "Lucid plane: ${name}";
      wantedBy = [ "multi-user.target" ];
      after = [ "network.target" ];
      environment = {
        LUCID_CONFIG = toString it.configFile;
        LUCID_SERVER__LISTEN = lib.mkDefault "127.0.0.1:${toString port}";
        LUCID_SERVER__DATA_DIR = "/var/lib/lucid/${name}";
      } // lib.optionalAttrs (it.libraryPath != [ ]) {
        LD_LIBRARY_PATH = lib.concatMapStringsSep ":" toString it.libraryPath;
      } // it.environment;
      serviceConfig = {
        ExecStart = "${it.package}/bin/${name}";
        LoadCredential = lib.mapAttrsToList (file: source: "${file}:${toString source}") it.secrets;
        Restart = "on-failure";
        RestartSec = 1;
        TimeoutStopSec = 15;
        DynamicUser = true;
        StateDirectory = "lucid/${name}";
        StateDirectoryMode = "0700";
        UMask = "0077";
        LimitCORE = 0;
        MemoryMax = "256M";
        TasksMax = 256;
        # As the containers: nothing to gain, nothing to write but the state, no devices.
        NoNewPrivileges = true;
        CapabilityBoundingSet = "";
        AmbientCapabilities = "";
        ProtectSystem = "strict";
        ProtectHome = true;
        PrivateTmp = true;
        PrivateDevices = true;
        ProtectKernelTunables = true;
        ProtectKernelModules = true;
        ProtectKernelLogs = true;
        ProtectControlGroups = true;
        ProtectClock = true;
        ProtectHostname = true;
        ProtectProc = "invisible";
        ProcSubset = "pid";
        RestrictNamespaces = true;
        RestrictRealtime = true;
        RestrictSUIDSGID = true;
        LockPersonality = true;
        MemoryDenyWriteExecute = name != "wallet-manager"; # a vendor's module may map what it writes
        SystemCallArchitectures = "native";
        # The signing process filters itself further; systemd before 254 has that call in none of its groups.
        SystemCallFilter = [ "@system-service seccomp" "~@privileged @resources" ];
        RestrictAddressFamilies = [ "AF_INET" "AF_INET6" "AF_UNIX" ];
        # Only tron-client (nodes) and payment-gateway (webhooks) leave the machine; a token's host is opened by name.
        IPAddressDeny = lib.mkIf (!(builtins.elem name [ "tron-client" "payment-gateway" ])) (lib.mkDefault "any");
        IPAddressAllow = lib.mkIf (!(builtins.elem name [ "tron-client" "payment-gateway" ])) (lib.mkDefault "localhost");
      } // lib.optionalAttrs (name == "wallet-manager") { BindReadOnlyPaths = asDebian; };
    };
in
{
  options.services.lucid-plane = lib.mapAttrs
    (name: port: lib.mkOption {
      type = lib.types.submodule (service name port);
      default = { };
      description = "The service ${name}.";
    })
    ports;

  config.systemd.services = lib.mapAttrs' (name: port: lib.nameValuePair "lucid-${name}" (unit name port)) ports;
}
