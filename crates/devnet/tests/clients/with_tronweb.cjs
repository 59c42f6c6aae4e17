// Drives the devnet with tronweb, a client that nobody here wrote.
//
// Usage: NODE_PATH=<node_modules> node with_tronweb.cjs URL USDT_ADDRESS COMPILED_CONTRACT
// Prints one JSON document with what it did, for the test to check against the chain; exits non-zero on any surprise.
"use strict";
const assert = require("node:assert/strict");
const fs = require("node:fs");
const { TronWeb, utils } = require("tronweb");

const [url, usdtAddress, artefactPath] = process.argv.slice(2);
const done = {};

async function devnet(path, body) {
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

/** Polls until `probe` yields something that is not empty; the client itself has no better way. */
async function until(what, probe) {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const found = await probe();
    if (found && Object.keys(found).length > 0) return found;
    assert.ok(Date.now() < deadline, `gave up waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function main() {
  const account = utils.accounts.generateAccount();
  const otherAccount = utils.accounts.generateAccount();
  const me = account.address.base58;
  const other = otherAccount.address.base58;
  const tronWeb = new TronWeb({ fullHost: url, privateKey: account.privateKey });
  const { trx, transactionBuilder: builder } = tronWeb;
  const info = (txid) => until(`the block with ${txid}`, () => trx.getUnconfirmedTransactionInfo(txid));
  const signed = async (built) => trx.sign(await built);
  const send = async (built) => {
    const transaction = await signed(built);
    const answer = await trx.sendRawTransaction(transaction);
    assert.equal(answer.result, true, JSON.stringify(answer));
    assert.equal(answer.txid ?? answer.transaction.txID, transaction.txID);
    return info(transaction.txID);
  };
  const refused = async (code, built, alter = (transaction) => transaction) => {
    const answer = await trx.sendRawTransaction(alter(await signed(built)));
    assert.equal(answer.code, code, JSON.stringify(answer));
    return TronWeb.toUtf8(answer.message);
  };

  // --- the chain ---
  assert.deepEqual((await tronWeb.isConnected()).fullNode, true);
  assert.deepEqual((await tronWeb.isConnected()).solidityNode, true);
  // The genesis block has no number in JSON, so the checks below need a later one.
  const solid = await until("a solid block after the genesis", async () => {
    const block = await trx.getConfirmedCurrentBlock();
    return block.block_header.raw_data.number ? block : {};
  });
  const head = await trx.getCurrentBlock();
  const byNumber = await trx.getBlockByNumber(Number(head.block_header.raw_data.number));
  assert.equal(byNumber.blockID, head.blockID);
  assert.equal((await trx.getBlockByHash(head.blockID)).blockID, head.blockID);
  assert.ok(Number(solid.block_header.raw_data.number) <= Number(head.block_header.raw_data.number));
  const number = Number(head.block_header.raw_data.number);
  assert.equal((await trx.getBlockRange(number - 1, number)).length, 2);
  await assert.rejects(trx.getBlockByNumber(1_000_000_000), /Block not found/);
  const parameters = Object.fromEntries((await trx.getChainParameters()).map((p) => [p.key, p.value ?? 0]));
  assert.equal(parameters.getEnergyFee, 100);
  assert.ok((await trx.listSuperRepresentatives()).length > 0);
  assert.ok((await trx.getNodeInfo()).configNodeInfo.codeVersion);
  assert.match(await trx.getEnergyPrices(), /:100$/);
  assert.match(await trx.getBandwidthPrices(), /:1000$/);
  assert.ok((await trx.timeUntilNextVoteCycle()) >= 0);

  // --- accounts ---
  assert.deepEqual(await trx.getUnconfirmedAccount(me), {});
  await devnet("/devnet/faucet", { address: me, trx: "50000", usdt: "1000" });
  const mine = await until("the faucet", () => trx.getUnconfirmedAccount(me));
  assert.equal(mine.address, account.address.hex.toLowerCase());
  assert.equal(await trx.getUnconfirmedBalance(me), 50_000_000_000);
  assert.equal(await trx.getBandwidth(me), 600);
  await until("the faucet to become solid", () => trx.getAccount(me));
  assert.equal(await trx.getBalance(me), 50_000_000_000);

  // --- TRX ---
  let receipt = await send(builder.sendTrx(other, 3_000_000, me));
  assert.deepEqual(receipt.receipt, { net_fee: 100_000 });
  assert.equal(receipt.fee, 1_100_000);
  done.trx_txid = receipt.id;
  const onChain = await trx.getTransaction(receipt.id);
  assert.deepEqual(onChain.ret, [{ contractRet: "SUCCESS" }]);
  assert.equal(onChain.raw_data.contract[0].parameter.value.to_address, otherAccount.address.hex.toLowerCase());
  assert.equal(await trx.getUnconfirmedBalance(other), 3_000_000);

  // --- USDT ---
  const usdt = await tronWeb.contract().at(usdtAddress);
  assert.equal(await usdt.symbol().call(), "USDT");
  assert.equal(await usdt.balanceOf(me).call(), 1_000_000_000n);
  const txid = await usdt.transfer(other, 25_000_000).send({ feeLimit: 30_000_000 });
  receipt = await info(txid);
  assert.equal(receipt.receipt.result, "SUCCESS");
  assert.equal(receipt.log.length, 1);
  assert.equal(receipt.log[0].topics[0], "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
  assert.equal(receipt.log[0].address, TronWeb.address.toHex(usdtAddress).slice(2).toLowerCase());
  assert.equal(BigInt("0x" + receipt.log[0].data), 25_000_000n);
  assert.equal(BigInt("0x" + receipt.contractResult[0]), 0n);
  done.usdt_txid = txid;
  done.usdt_energy_fresh = receipt.receipt.energy_usage_total;
  assert.equal(await usdt.balanceOf(other).call(), 25_000_000n);

  // --- constant calls and estimation ---
  const parameter = [{ type: "address", value: other }, { type: "uint256", value: 1 }];
  const dry = await builder.triggerConstantContract(usdtAddress, "transfer(address,uint256)", {}, parameter, me);
  assert.equal(dry.result.result, true);
  assert.ok(dry.energy_used > 10_000 && dry.energy_used < 20_000, String(dry.energy_used));
  done.usdt_energy_holder = dry.energy_used;
  const estimated = await builder.estimateEnergy(usdtAddress, "transfer(address,uint256)", {}, parameter, me);
  assert.ok(estimated.energy_required >= dry.energy_used);
  const tooMuch = [{ type: "address", value: other }, { type: "uint256", value: 10n ** 15n }];
  const denied = await builder.triggerConstantContract(usdtAddress, "transfer(address,uint256)", {}, tooMuch, me).then(
    (answer) => answer.transaction.ret[0].ret,
    (error) => error.message ?? error,
  );
  assert.match(String(denied), /FAILED|INVALID|operation/i);

  // --- staking and delegation ---
  await send(builder.freezeBalanceV2(10_000_000_000, "ENERGY", me));
  assert.ok((await trx.getAccountResources(me)).EnergyLimit > 0);
  assert.ok((await trx.getCanDelegatedMaxSize(me, "ENERGY", { confirmed: false })).max_size > 5_000_000_000);
  await send(builder.delegateResource(5_000_000_000, other, "ENERGY", me, true, 100));
  const { delegatedResource } = await trx.getDelegatedResourceV2(me, other, { confirmed: false });
  assert.equal(delegatedResource[0].frozen_balance_for_energy, 5_000_000_000);
  assert.ok(delegatedResource[0].expire_time_for_energy > Date.now());
  const index = await trx.getDelegatedResourceAccountIndexV2(me, { confirmed: false });
  assert.deepEqual(index.toAccounts, [otherAccount.address.hex.toLowerCase()]);
  assert.match(
    await refused("CONTRACT_VALIDATE_ERROR", builder.undelegateResource(5_000_000_000, other, "ENERGY", me)),
    /insufficient delegateFrozenBalance/,
  );
  await send(builder.unfreezeBalanceV2(1_000_000_000, "ENERGY", me));
  assert.equal((await trx.getAvailableUnfreezeCount(me, { confirmed: false })).count, 31);
  await send(builder.cancelUnfreezeBalanceV2(me));
  const representative = (await trx.listSuperRepresentatives())[0].address;
  await send(builder.vote({ [TronWeb.address.fromHex(representative)]: 5 }, me));
  assert.equal((await trx.getUnconfirmedAccount(me)).votes[0].vote_count, 5);

  // --- deployment ---
  const artefact = JSON.parse(fs.readFileSync(artefactPath, "utf8"));
  const deployment = await signed(
    builder.createSmartContract(
      {
        abi: artefact.abi,
        bytecode: artefact.bytecode,
        feeLimit: 1_000_000_000,
        callValue: 0,
        userFeePercentage: 100,
        originEnergyLimit: 1_000_000,
        parameters: [5_000_000, "Other USD", "OUSD", 6],
        name: "OtherUsd",
      },
      me,
    ),
  );
  assert.equal((await trx.sendRawTransaction(deployment)).result, true);
  receipt = await info(deployment.txID);
  assert.equal(receipt.receipt.result, "SUCCESS", JSON.stringify(receipt));
  assert.equal(receipt.contract_address, deployment.contract_address.toLowerCase());
  const own = await tronWeb.contract().at(deployment.contract_address);
  assert.equal(await own.symbol().call(), "OUSD");
  assert.equal(await own.balanceOf(me).call(), 5_000_000n);

  // --- permissions ---
  const unsigned = await builder.sendTrx(other, 7, me);
  assert.equal((await trx.getSignWeight(unsigned)).result.code, "NOT_ENOUGH_PERMISSION");
  const approved = await trx.getApprovedList(await trx.sign(unsigned));
  assert.deepEqual(approved.approved_list, [account.address.hex.toLowerCase()]);

  // --- refusals that it knows ---
  const flipped = (transaction) => {
    const digit = transaction.signature[0][10] === "0" ? "1" : "0";
    transaction.signature[0] = transaction.signature[0].slice(0, 10) + digit + transaction.signature[0].slice(11);
    return transaction;
  };
  assert.match(await refused("SIGERROR", builder.sendTrx(other, 8, me), flipped), /Validate signature error/);
  assert.match(await refused("CONTRACT_VALIDATE_ERROR", builder.sendTrx(other, 10 ** 15, me)), /balance is not sufficient/);
  const now = Date.now();
  const current = await trx.getCurrentRefBlockParams();
  const stale = { blockHeader: { ...current, timestamp: now - 120_000, expiration: now - 60_000 } };
  assert.match(await refused("TRANSACTION_EXPIRATION_ERROR", builder.sendTrx(other, 9, me, stale)), /expired/);
  const adrift = { blockHeader: { ...current, ref_block_hash: "0011223344556677" } };
  assert.match(await refused("TAPOS_ERROR", builder.sendTrx(other, 9, me, adrift)), /Tapos/);
  const once = await signed(builder.sendTrx(other, 10, me));
  assert.equal((await trx.sendRawTransaction(once)).result, true);
  assert.equal((await trx.sendRawTransaction(once)).code, "DUP_TRANSACTION_ERROR");
  await info(once.txID);
  const hex = await signed(builder.sendTrx(other, 11, me));
  const encoded = utils.transaction.txJsonToPb(hex);
  for (const signature of hex.signature) encoded.addSignature(Uint8Array.from(Buffer.from(signature, "hex")));
  const byHex = await trx.sendHexTransaction(Buffer.from(encoded.serializeBinary()).toString("hex"));
  assert.equal(byHex.result, true, JSON.stringify(byHex));
  await info(hex.txID);
  await assert.rejects(trx.getTransaction("00".repeat(32)), /Transaction not found/);

  // --- what was sent becomes solid ---
  await until("the payment to become solid", () => trx.getTransactionInfo(done.usdt_txid));
  assert.equal((await trx.getConfirmedTransaction(done.usdt_txid)).txID, done.usdt_txid);

  process.stdout.write(JSON.stringify(done) + "\n");
}

main().catch((error) => {
  process.stderr.write(`${error?.stack ?? error}\n`);
  process.exit(1);
});
