"""Drives the devnet with tronpy, a client that nobody here wrote.

Usage: with_tronpy.py URL USDT_ADDRESS COMPILED_CONTRACT
Prints one JSON document with what it did, for the test to check against the chain; exits non-zero on any surprise.
"""

import json
import sys
import time
import urllib.request

from tronpy import Contract, Tron
from tronpy.exceptions import (
    AddressNotFound,
    BadSignature,
    BlockNotFound,
    TaposError,
    TransactionError,
    TransactionNotFound,
    TvmError,
    UnknownError,
    ValidationError,
)
from tronpy.keys import PrivateKey
from tronpy.providers import HTTPProvider
from tronpy.tron import Transaction

URL, USDT, COMPILED = sys.argv[1:]
client = Tron(HTTPProvider(URL))
done = {}


def devnet(path, body):
    request = urllib.request.Request(
        URL + path, data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def expect(kind, action, text=""):
    try:
        answer = action()
    except kind as error:
        assert text in str(error), f"{kind.__name__} says {error!r}, not {text!r}"
        return
    raise AssertionError(f"{kind.__name__} expected, got {answer!r}")


def until(what, probe):
    """Polls until `probe` yields something; the client itself has no better way."""
    deadline = time.monotonic() + 60
    while True:
        found = probe()
        if found:
            return found
        assert time.monotonic() < deadline, f"gave up waiting for {what}"
        time.sleep(0.1)


def is_solid(txid):
    try:
        return client.get_solid_transaction_info(txid)["id"] == txid
    except TransactionNotFound:
        return False


def send(builder, key):
    """Builds, signs, broadcasts and waits for the block; returns the transaction's info."""
    sent = builder.build().sign(key).broadcast()
    assert sent["result"] is True, sent
    return sent.wait(timeout=30, interval=0.1)


key = PrivateKey.random()
me = key.public_key.to_base58check_address()
other_key = PrivateKey.random()
other = other_key.public_key.to_base58check_address()
done["payer"], done["recipient"] = me, other

# --- nothing there yet ---
expect(AddressNotFound, lambda: client.get_account(me))
expect(AddressNotFound, lambda: client.get_account_resource(me))
expect(TransactionNotFound, lambda: client.get_transaction("00" * 32))
expect(TransactionNotFound, lambda: client.get_transaction_info("00" * 32))
expect(BlockNotFound, lambda: client.get_block(1_000_000_000))

devnet("/devnet/faucet", {"address": me, "trx": "50000", "usdt": "1000"})

# --- blocks and the chain; the genesis block has no number in JSON ---
until("a block after the genesis", client.get_latest_block_number)
block = client.get_latest_block()
number = block["block_header"]["raw_data"]["number"]
assert client.get_block(number)["blockID"] == block["blockID"]
assert client.get_block(block["blockID"])["block_header"]["raw_data"]["number"] == number
assert client.get_block(number)["block_header"]["raw_data"]["parentHash"] == client.get_block(number - 1)["blockID"]
assert client.get_latest_solid_block_number() <= client.get_latest_block_number()
assert int(client.get_latest_solid_block_id()[:16], 16) <= client.get_latest_block_number()
parameters = {p["key"]: p.get("value", 0) for p in client.get_chain_parameters()}
assert parameters["getEnergyFee"] == 100 and parameters["getTransactionFee"] == 1000, parameters
assert client.list_witnesses()[0]["address"].startswith("T")
assert "codeVersion" in client.get_node_info()["configNodeInfo"]

# --- accounts ---
account = client.get_account(me)
assert account["address"] == me and account["balance"] == 50_000_000_000, account
assert client.get_account_balance(me) == 50_000
assert client.get_account_permission(me)["actives"][0]["id"] == 2
assert client.get_bandwidth(me) == 600
assert client.get_energy(me) == 0

# --- TRX: the recipient is new, so its account is created and paid for ---
receipt = send(client.trx.transfer(me, other, 3_000_000), key)
assert receipt["contractResult"] == [""], receipt
assert receipt["receipt"] == {"net_fee": 100_000}, receipt
assert receipt["fee"] == 1_100_000, receipt
done["trx_txid"] = receipt["id"]
assert client.get_account_balance(other) == 3
got = client.get_transaction(receipt["id"])
assert got["ret"] == [{"contractRet": "SUCCESS"}], got
value = got["raw_data"]["contract"][0]["parameter"]["value"]
assert value == {"owner_address": me, "to_address": other, "amount": 3_000_000}, value

# --- memo ---
receipt = send(client.trx.transfer(me, other, 1).memo("invoice 7"), key)
assert receipt["fee"] == 1_000_000, receipt
assert client.get_transaction(receipt["id"])["raw_data"]["data"] == b"invoice 7".hex()

# --- USDT ---
usdt = client.get_contract(USDT)
assert usdt.functions.symbol() == "USDT" and usdt.functions.decimals() == 6
assert usdt.functions.name() == "Tether USD"
assert usdt.functions.balanceOf(me) == 1_000_000_000
receipt = send(usdt.functions.transfer(other, 25_000_000).with_owner(me).fee_limit(30_000_000), key)
assert receipt["receipt"]["result"] == "SUCCESS", receipt
done["usdt_txid"] = receipt["id"]
done["usdt_energy_fresh"] = receipt["receipt"]["energy_usage_total"]
(event,) = usdt.events.Transfer.process_receipt({"log": [{**receipt["log"][0], "address": USDT}]})
assert event["args"]["value"] == 25_000_000, event
assert usdt.functions.balanceOf(other) == 25_000_000
again = usdt.functions.transfer(other, 25_000_000).with_owner(me).fee_limit(30_000_000).build().sign(key).broadcast()
# The token's quirk, seen through a foreign ABI decoder: success, and the declared bool is false.
assert again.result(interval=0.1) is False
done["usdt_energy_holder"] = again.wait(interval=0.1)["receipt"]["energy_usage_total"]
arguments = usdt.functions.transfer._prepare_parameter(other, 1)
done["estimated_energy"] = client.get_estimated_energy(me, USDT, "transfer(address,uint256)", arguments)

# --- a contract call that fails is included and says so ---
overdraft = usdt.functions.transfer(me, 10**15).with_owner(me).fee_limit(5_000_000).build().sign(key).broadcast()
expect(TvmError, lambda: overdraft.result(interval=0.1))
failed = overdraft.wait(interval=0.1)
assert failed["result"] == "FAILED" and failed["receipt"]["result"] != "SUCCESS", failed
assert failed["receipt"]["energy_usage_total"] == 50_000, failed
done["overdraft_result"] = failed["receipt"]["result"]

# --- staking and delegation ---
receipt = send(client.trx.freeze_balance(me, 10_000_000_000, "ENERGY"), key)
assert client.get_energy(me) > 0
assert client.get_can_delegated_max_size(me, "ENERGY")["max_size"] > 5_000_000_000
send(client.trx.delegate_resource(me, other, 5_000_000_000, "ENERGY"), key)
delegated = client.get_delegated_resource_v2(me, other)["delegatedResource"][0]
assert delegated["frozen_balance_for_energy"] == 5_000_000_000, delegated
assert client.get_delegated_resource_account_index_v2(me)["toAccounts"] == [other]
assert client.get_energy(other) > 0
send(client.trx.undelegate_resource(me, other, 5_000_000_000, "ENERGY"), key)
assert client.get_energy(other) == 0
send(client.trx.unfreeze_balance(me, "ENERGY", unfreeze_balance=1_000_000_000), key)
assert client.get_account(me)["unfrozenV2"][0]["unfreeze_amount"] == 1_000_000_000

# --- deployment ---
with open(COMPILED) as compiled:
    artefact = json.load(compiled)
created = Contract(
    bytecode=artefact["bytecode"]
    + Contract(abi=artefact["abi"]).constructor.encode_parameter(5_000_000, "Other USD", "OUSD", 6),
    name="OtherUsd",
    abi=artefact["abi"],
    user_resource_percent=100,
    origin_energy_limit=1_000_000,
)
receipt = send(client.trx.deploy_contract(me, created).fee_limit(1_000_000_000), key)
assert receipt["receipt"]["result"] == "SUCCESS", receipt
mine = client.get_contract(receipt["contract_address"])
assert mine.functions.symbol() == "OUSD" and mine.functions.balanceOf(me) == 5_000_000

# --- refusals that it knows ---
transfer = client.trx.transfer(me, other, 1).build()
transfer.set_signature([other_key.sign_msg_hash(bytes.fromhex(transfer.txid)).hex()])
expect(BadSignature, transfer.broadcast, "is not contained of permission")

wrong_reference = client.trx.transfer(me, other, 2).build()._raw_data
wrong_reference["ref_block_hash"] = "0011223344556677"
expect(TaposError, Transaction(wrong_reference, client=client).sign(key).broadcast)

expect(ValidationError, client.trx.transfer(me, other, 10**15).build().sign(key).broadcast, "balance is not sufficient")
expect(ValidationError, client.trx.transfer(me, me, 1).build().sign(key).broadcast, "yourself")

late = client.trx.transfer(me, other, 3).expiration(-5_000).build()
late.set_signature([key.sign_msg_hash(bytes.fromhex(late.txid)).hex()])
expect(TransactionError, late.broadcast, "expired")

twice = client.trx.transfer(me, other, 4).build().sign(key)
twice.broadcast().wait(interval=0.1)
expect(UnknownError, twice.broadcast, "DUP_TRANSACTION_ERROR")

# --- what was sent becomes solid ---
until("the payment to become solid", lambda: is_solid(done["usdt_txid"]))

print(json.dumps(done))
