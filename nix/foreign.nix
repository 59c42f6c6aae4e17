# The images of programs that Debian compiled: for networks where no registry can be reached, under the rules of our own.
# They have no health check, because neither program can ask itself and there is no other in its image.
{ inputs, runtime, baseLayer, libcLayer }:
let
  inherit (builtins) head filter listToAttrs map;

  one = { purpose, package, title, does, port, command }: chosenArchitectures:
    let
      of = architecture: head (filter (found: found.name == package && found.architecture == architecture) inputs.packages);
      program = "/usr/bin/${package}";
    in
    {
      archive = "observability";
      labels = {
        "lucid.service" = purpose;
        "org.opencontainers.image.title" = title;
        "org.opencontainers.image.description" = "${does}; Debian's ${package} ${(of "amd64").version}";
      };
      entrypoint = [ program ];
      inherit command;
      exposed_ports = [ port ];
      # The provenance names what this image alone is made of.
      materials = listToAttrs (map (found: { name = baseNameOf found.path; value = found.sha256; })
        (inputs.for purpose));
      platforms = listToAttrs (map
        (architecture: {
          name = "linux/${architecture}";
          value.layers = [
            baseLayer
            (libcLayer architecture)
            {
              name = "program";
              entries = [
                { path = "/"; tree = "${runtime.${purpose} architecture}"; }
                # Where its configuration is mounted.
                { path = "/etc/${purpose}"; directory = true; }
              ];
            }
          ];
        })
        chosenArchitectures);
    };
in
{
  prometheus = one {
    purpose = "prometheus";
    package = "prometheus";
    title = "Prometheus";
    does = "Collects and keeps the services' metrics, and finds what calls for somebody";
    port = 9090;
    command = [
      "--config.file=/etc/prometheus/prometheus.yml" "--storage.tsdb.path=/var/lib/lucid" "--web.listen-address=0.0.0.0:9090"
    ];
  };
  alertmanager = one {
    purpose = "alertmanager";
    package = "prometheus-alertmanager";
    title = "Alertmanager";
    does = "Brings alerts to people: grouped, silenced, repeated";
    port = 9093;
    # One alone: without a cluster, for which it would listen at another port.
    command = [
      "--config.file=/etc/alertmanager/alertmanager.yml" "--storage.path=/var/lib/lucid" "--web.listen-address=0.0.0.0:9093"
      "--cluster.listen-address="
    ];
  };
}
