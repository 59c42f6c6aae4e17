// Compiles TetherUsd.sol with the pinned compiler and prints the compiled form as JSON on standard output.
// Usage: NODE_PATH=<node_modules with solc> node compile.js
"use strict";
const fs = require("fs");
const path = require("path");
// The old compiler leaves a listener behind that turns every later failure into a silent abort.
const listeners = process.listeners("uncaughtException");
const solc = require("solc");
for (const listener of process.listeners("uncaughtException")) {
  if (!listeners.includes(listener)) process.removeListener("uncaughtException", listener);
}

const source = fs.readFileSync(path.join(__dirname, "TetherUsd.sol"), "utf8");
const settings = {
  // Without the optimiser a transfer's energy is nearer to the real token's; src/usdt.rs has the figures.
  optimizer: { enabled: false },
  evmVersion: "byzantium",
  outputSelection: { "TetherUsd.sol": { TetherUsd: ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.methodIdentifiers"] } },
};
const input = { language: "Solidity", sources: { "TetherUsd.sol": { content: source } }, settings };
const output = JSON.parse(solc.compileStandardWrapper(JSON.stringify(input)));
const errors = (output.errors || []).filter((e) => e.severity === "error");
if (errors.length > 0) {
  for (const e of errors) process.stderr.write(e.formattedMessage + "\n");
  process.exit(1);
}
const contract = output.contracts["TetherUsd.sol"].TetherUsd;
process.stdout.write(
  JSON.stringify(
    {
      contract: "TetherUsd",
      compiler: solc.version(),
      abi: contract.abi,
      selectors: contract.evm.methodIdentifiers,
      bytecode: contract.evm.bytecode.object,
      runtime: contract.evm.deployedBytecode.object,
    },
    null,
    1,
  ) + "\n",
);
