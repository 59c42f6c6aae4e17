"""Holds one CycloneDX and one SPDX document against the formats' own rules, with the formats' own tools.

Usage: validate.py FILE.cdx.json FILE.spdx.json; prints nothing and exits 0 if both are valid.
"""

import json
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

cyclonedx, spdx = sys.argv[1:]
problems = []
with open(cyclonedx, encoding="utf-8") as file:
    text = file.read()
error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
if error is not None:
    problems.append(f"{cyclonedx}: {error!r}")
# The schema does not say that references lead somewhere.
document = json.loads(text)
references = {part["bom-ref"] for part in [document["metadata"]["component"], *document["components"]]}
for dependency in document["dependencies"]:
    for reference in [dependency["ref"], *dependency["dependsOn"]]:
        if reference not in references:
            problems.append(f"{cyclonedx}: {reference} is nowhere")
for message in validate_full_spdx_document(parse_file(spdx)):
    problems.append(f"{spdx}: {message.validation_message} ({message.context.spdx_id})")
print("\n".join(problems), end="")
sys.exit(1 if problems else 0)
