"""Reads one payment with tronpy, a client that nobody here wrote, and prints as JSON what it saw.

Usage: read_payment.py URL TXID [USDT_ADDRESS]
With the token's address the payment must be a transfer of it, otherwise of TRX. Amounts are in millionths.
"""

import json
import sys

from tronpy import Tron
from tronpy.keys import to_base58check_address
from tronpy.providers import HTTPProvider

url, txid = sys.argv[1:3]
usdt_address = sys.argv[3] if len(sys.argv) > 3 else None
client = Tron(HTTPProvider(url))

transaction = client.get_transaction(txid)
info = client.get_transaction_info(txid)
contract = transaction["raw_data"]["contract"][0]
value = contract["parameter"]["value"]
seen = {
    "txid": transaction["txID"],
    "block": info["blockNumber"],
    "solid": info["blockNumber"] <= client.get_latest_solid_block_number(),
    "result": transaction["ret"][0]["contractRet"],
    "contract": contract["type"],
    "from": value["owner_address"],
    "fee_sun": info.get("fee", 0),
    "energy": info["receipt"].get("energy_usage_total", 0),
}
if usdt_address:
    token = client.get_contract(usdt_address)
    assert value["contract_address"] == usdt_address, value
    (log,) = info["log"]
    (event,) = token.events.Transfer.process_receipt({"log": [{**log, "address": usdt_address}]})
    arguments = event["args"]
    assert to_base58check_address(arguments["from"]) == seen["from"], arguments
    seen["to"] = to_base58check_address(arguments["to"])
    seen["amount"] = arguments["value"]
    seen["balance"] = token.functions.balanceOf(seen["to"])
else:
    seen["to"] = value["to_address"]
    seen["amount"] = value["amount"]
    seen["balance"] = client.get_account(seen["to"])["balance"]
print(json.dumps(seen))
