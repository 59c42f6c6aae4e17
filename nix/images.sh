# Assembles the images of $recipePath, lists what is in them, and holds them against the policy.
result="$TOP/result"
"$ociTool" assemble "$recipePath" --out "$result" --jobs "${NIX_BUILD_CORES:-1}"
"$ociTool" check "$result"
"$ociTool" sbom "$recipePath" "$result" --metadata "$metadata" --out "$result/sbom"
"$ociTool" sums "$result"
cp -a "$result/." "$out/"
