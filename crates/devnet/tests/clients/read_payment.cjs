// Reads one USDT payment with tronweb, a client that nobody here wrote, and prints as JSON what it saw.
//
// Usage: node read_payment.cjs URL TXID USDT_ADDRESS, with NODE_PATH at the node_modules that have tronweb.
const { TronWeb } = require("tronweb");

async function main() {
  const [url, txid, usdt] = process.argv.slice(2);
  const tronWeb = new TronWeb({ fullHost: url });
  // Some read calls want a caller; whose it is does not matter.
  tronWeb.setAddress(usdt);
  const transaction = await tronWeb.trx.getTransaction(txid);
  // From the solid node: an answer without an id would mean that the payment is not solid.
  const info = await tronWeb.trx.getTransactionInfo(txid);
  const [log] = info.log;
  const address = (topic) => tronWeb.address.fromHex("41" + topic.slice(24));
  const token = await tronWeb.contract().at(usdt);
  const to = address(log.topics[2]);
  const balance = await token.balanceOf(to).call();
  console.log(
    JSON.stringify({
      txid: transaction.txID,
      block: info.blockNumber,
      result: transaction.ret[0].contractRet,
      solid: info.id === txid,
      from: address(log.topics[1]),
      to,
      amount: Number(BigInt("0x" + log.data)),
      balance: Number(balance),
      energy: info.receipt.energy_usage_total,
    }),
  );
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
