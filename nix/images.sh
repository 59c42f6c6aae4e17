# Assembles the images of $recipePath, holds them against the policy, lists what is in them and where they come from.
result="$TOP/result"
"$ociTool" assemble "$recipePath" --out "$result" --jobs "${NIX_BUILD_CORES:-1}"
"$ociTool" check "$result" --recipe "$recipePath" --report "$result/policy.json"
"$ociTool" sbom "$recipePath" "$result" --metadata "$metadata" --out "$result/sbom"
"$ociTool" provenance "$recipePath" "$result" --out "$result/provenance"
"$ociTool" sums "$result"
cp -a "$result/." "$out/"
