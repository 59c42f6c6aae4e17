# What nix/module.nix makes of six services that are switched on, with as much of nixpkgs' library as it asks for.
let
  lib = {
    inherit (builtins) mapAttrs;
    mkEnableOption = _: { default = false; };
    mkOption = option: option;
    mkIf = condition: value: if condition then value else null;
    mkDefault = value: value;
    optionalAttrs = condition: attributes: if condition then attributes else { };
    concatMapStringsSep = separator: f: list: builtins.concatStringsSep separator (map f list);
    mapAttrsToList = f: attributes: builtins.attrValues (builtins.mapAttrs f attributes);
    nameValuePair = name: value: { inherit name value; };
    mapAttrs' = f: attributes: builtins.listToAttrs (builtins.attrValues (builtins.mapAttrs f attributes));
    types = { package = null; path = null; str = null; attrsOf = _: null; listOf = _: null; submodule = module: module; };
  };
  module = system: config: import ../module.nix { inherit lib config; pkgs.stdenv.hostPlatform.system = system; };
  of = system: given: builtins.mapAttrs
    (name: option: builtins.mapAttrs (_: option: option.default or null) option.type.options // given name)
    (module system { }).options.services.lucid-plane;
  unitsOn = system: given: (module system { services.lucid-plane = of system given; }).config.systemd.services;
  units = unitsOn "x86_64-linux";
  enabled = name: {
    enable = true;
    configFile = "/etc/lucid/${name}.toml";
    secrets."call.key" = "/run/secrets/${name}-call.key";
    libraryPath = if name == "wallet-manager" then [ "/opt/vendor/lib" ] else [ ];
  };
in
{
  enabled = units enabled;
  onArm = unitsOn "aarch64-linux" enabled;
  byDefault = units (_: { });
}
