"""Holds in-toto statements with SLSA provenance against both formats' own definitions, with in-toto's own library.

Usage: validate_provenance.py FILE.provenance.json...; prints nothing and exits 0 if all are valid.
"""

import json
import re
import sys

from google.protobuf import json_format
from in_toto_attestation.predicates.provenance.v1 import provenance_pb2
from in_toto_attestation.v1 import resource_descriptor_pb2, statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement


def problem(path):
    """The first thing that is wrong with a file; a field that the formats do not know is wrong."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        Statement.copy_from_pb(json_format.ParseDict(document, statement_pb2.Statement())).validate()
        if document["predicateType"] != "https://slsa.dev/provenance/v1":
            return "not SLSA's provenance"
        provenance = json_format.ParseDict(document["predicate"], provenance_pb2.Provenance())
        # The predicate has no check of its own; these are what the specification requires.
        definition, run = provenance.build_definition, provenance.run_details
        if not (definition.build_type and definition.HasField("external_parameters") and run.builder.id):
            return "buildType, externalParameters and builder.id are required"
        for descriptor in [*document["subject"], *document["predicate"]["buildDefinition"]["resolvedDependencies"]]:
            parsed = json_format.ParseDict(descriptor, resource_descriptor_pb2.ResourceDescriptor())
            ResourceDescriptor.copy_from_pb(parsed).validate()
            if not re.fullmatch("[0-9a-f]{64}", parsed.digest["sha256"]):
                return f"{parsed.name}: no SHA-256 in lower-case hexadecimal"
    except (ValueError, KeyError, json_format.ParseError) as error:
        return repr(error)
    return None


problems = [f"{path}: {found}" for path in sys.argv[1:] if (found := problem(path))]
print("\n".join(problems), end="")
sys.exit(1 if problems else 0)
