"""Payouts asked for through the published gateway while things break, and what the chain itself says of them."""

import hashlib
import json
import threading
import time
import urllib.error
import urllib.request

import plane

DIGITS = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ENDED = {"settled", "failed", "cancelled", "needs_review"}
AT_ONCE = 8


def address_of(word):
    """An address that nobody has: of the hash of a word."""
    raw = b"\x41" + hashlib.sha256(word.encode()).digest()[:20]
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = DIGITS[digit] + text
    return text


def evm(address):
    """The 20 bytes of an address, in hexadecimal."""
    number = 0
    for sign in address:
        number = number * 58 + DIGITS.index(sign)
    return number.to_bytes(25, "big")[1:21].hex()


def usdt(units):
    return f"{units // 1_000_000}.{units % 1_000_000:06}"


class Load:
    """So many payouts to a recipient of their own, each of another amount, so that a transfer tells which it is of."""

    def __init__(self, name, count=200):
        self.recipient = address_of(f"{name} {time.time_ns()}")
        self.amounts = {f"{name}-{number}": 10_001 + number for number in range(count)}
        self.key = (plane.home / "secrets/operator/merchant.key").read_text().strip()
        self.asked, self.failed, self.lock = 0, None, threading.Lock()
        self.waiting = list(self.amounts)
        self.arrived = threading.Condition(self.lock)

    def request(self, method, path, body=None):
        wish = urllib.request.Request(
            f"http://127.0.0.1:8096{path}", method=method, data=None if body is None else json.dumps(body).encode(),
            headers={"authorization": f"Bearer {self.key}", "content-type": "application/json"})
        with urllib.request.urlopen(wish, timeout=10) as answer:
            return json.load(answer)

    def insist(self, method, path, body=None):
        """The same request until it is answered, as a merchant makes it; a refusal is an error."""
        deadline = time.monotonic() + 240
        while True:
            try:
                return self.request(method, path, body)
            except urllib.error.HTTPError as error:
                said = error.read().decode(errors="replace")
                if error.code < 500 and error.code not in (408, 429):
                    raise AssertionError(f"{method} {path}: {error.code} {said}") from error
                cause = error
            except (OSError, ValueError) as error:
                cause = error
            assert time.monotonic() < deadline, f"{method} {path}: {cause}"
            time.sleep(0.1)

    def ask(self, reference):
        body = {"asset": "USDT", "recipient": self.recipient, "amount": usdt(self.amounts[reference])}
        return self.insist("PUT", f"/v1/payouts/{reference}", body)

    def begin(self, count, answered=True):
        """Begins to ask for the next ones, from several sides at once; comes back once the first of them is answered."""
        part = [self.waiting.pop(0) for _ in range(min(count, len(self.waiting)))]
        goal = self.asked + 1

        def some(mine):
            try:
                for reference in mine:
                    self.ask(reference)
                    with self.lock:
                        self.asked += 1
                        self.arrived.notify_all()
            except AssertionError as error:
                with self.lock:
                    self.failed = error
                    self.arrived.notify_all()

        threads = [threading.Thread(target=some, args=(part[side::AT_ONCE],), daemon=True) for side in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        with self.lock:
            arrived = lambda: self.asked >= goal or self.failed
            assert not answered or self.arrived.wait_for(arrived, 240), "nothing was answered"
            assert not self.failed, self.failed
        return threads

    def settle(self, threads, within=300):
        """Waits until every payout has been asked for and has come to its end, which must be a good one."""
        for thread in threads:
            thread.join(300)
            assert not thread.is_alive(), "a request was not answered"
        assert not self.failed, self.failed
        assert self.asked == len(self.amounts) - len(self.waiting), f"{self.asked} were answered"
        stages = {}

        def all_ended():
            for reference in self.amounts:
                if stages.get(reference) not in ENDED:
                    stages[reference] = self.insist("GET", f"/v1/payouts/{reference}")["stage"]
            return all(stage in ENDED for stage in stages.values())

        try:
            plane.until(f"{len(self.amounts)} payouts end", all_ended, within)
        finally:
            left = {reference: stage for reference, stage in stages.items() if stage != "settled"}
            if left:
                first = next(iter(left))
                print(f"\n{len(left)} are not settled, such as {self.insist('GET', f'/v1/payouts/{first}')}", flush=True)
        assert not left, left

    def check(self):
        """Asks for each once more, which must change nothing, and holds the chain against what was asked for."""
        for reference in self.amounts:
            assert self.ask(reference)["stage"] == "settled", reference
        paid = {}
        for amount, txid in transfers_to(self.recipient):
            paid.setdefault(amount, []).append(txid)
        twice = {amount: txids for amount, txids in paid.items() if len(txids) > 1}
        assert not twice, f"paid twice: {twice}"
        assert sorted(paid) == sorted(self.amounts.values()), "each amount once, and no other"
        assert balance(self.recipient) == sum(self.amounts.values())
        # And the signer's own log of it is whole.
        plane.lucid("audit", "verify")


def node(path, body=None):
    """The devnet's own word."""
    wish = urllib.request.Request(
        f"http://127.0.0.1:8090{path}", None if body is None else json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(wish, timeout=30) as answer:
        return json.load(answer)


def transfers_to(recipient):
    """Every transfer of the token that a solid block has for this recipient: amount and txid, by the bytes of the call."""
    contract = evm(usdt_contract())
    solid = node("/devnet/status")["solid"]["number"]
    wanted = "a9059cbb" + evm(recipient).rjust(64, "0")
    for start in range(0, solid + 1, 100):
        answer = node("/walletsolidity/getblockbylimitnext", {"startNum": start, "endNum": min(start + 100, solid + 1)})
        for block in answer.get("block", []):
            for transaction in block.get("transactions", []):
                value = transaction["raw_data"]["contract"][0]["parameter"]["value"]
                data = value.get("data", "")
                if value.get("contract_address") == "41" + contract and data.startswith(wanted) \
                        and transaction["ret"][0].get("contractRet") == "SUCCESS":
                    yield int(data[72:136], 16), transaction["txID"]


def usdt_contract():
    return json.loads(plane.call(plane.lucid_program.parent / "devnet", "genesis", "--json"))["usdt_contract"]


def balance(address):
    """What an address has of the token at the solid block, in micro-USDT."""
    answer = node("/walletsolidity/triggerconstantcontract", {
        "owner_address": address, "contract_address": usdt_contract(), "visible": True,
        "function_selector": "balanceOf(address)", "parameter": evm(address).rjust(64, "0")})
    return int(answer["constant_result"][0], 16)


def fund(trx):
    """TRX for the fees of many payouts: what is staked for the first few suffices for those alone."""
    hot = next(wallet["address"] for wallet in json.loads(plane.lucid("--json", "wallet", "list"))["wallets"]
               if wallet["wallet_id"] == "hot")
    has = lambda: node("/walletsolidity/getaccount", {"address": hot, "visible": True}).get("balance", 0)
    if has() < trx * 1_000_000:
        node("/devnet/faucet", {"address": hot, "trx": str(trx), "usdt": "0"})
        plane.until("the hot wallet is funded", lambda: has() >= trx * 1_000_000)
