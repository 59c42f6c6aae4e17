pragma solidity 0.4.26;

// The devnet's USDT: written for this repository after the observed behaviour of the token on mainnet, quirks included,
// so that a payment client that works here has met them:
//  - `transfer` is declared to return a bool and always yields false, also when it succeeds;
//  - only the paying side is checked against the blacklist;
//  - an overdraft trips an assertion, which consumes all the energy that the caller allowed;
//  - every other refusal is a revert without data;
//  - an allowance of 2^256-1 is never used up;
//  - a fee may be switched on, taken from the amount and announced by a second Transfer event;
//  - the whole token may be deprecated in favour of another contract.

/// Arithmetic that stops the machine (opcode INVALID) instead of wrapping around.
library Checked {
    function plus(uint256 a, uint256 b) internal pure returns (uint256 sum) {
        sum = a + b;
        assert(sum >= a);
    }

    function minus(uint256 a, uint256 b) internal pure returns (uint256) {
        assert(b <= a);
        return a - b;
    }

    function times(uint256 a, uint256 b) internal pure returns (uint256 product) {
        if (a == 0) {
            return 0;
        }
        product = a * b;
        assert(product / a == b);
    }
}

/// One key rules the token.
contract Owned {
    address public owner;

    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    constructor() public {
        owner = msg.sender;
    }

    modifier onlyOwner() {
        require(msg.sender == owner);
        _;
    }

    function transferOwnership(address newOwner) public onlyOwner {
        require(newOwner != address(0));
        emit OwnershipTransferred(owner, newOwner);
        owner = newOwner;
    }
}

/// The owner can stop all payments.
contract Haltable is Owned {
    bool public paused = false;

    event Pause();
    event Unpause();

    modifier whenRunning() {
        require(!paused);
        _;
    }

    function pause() public onlyOwner whenRunning {
        paused = true;
        emit Pause();
    }

    function unpause() public onlyOwner {
        require(paused);
        paused = false;
        emit Unpause();
    }
}

/// Balances, allowances and the fee.
contract Ledger is Owned {
    using Checked for uint256;

    string public name;
    string public symbol;
    uint8 public decimals;
    uint256 public _totalSupply;
    uint256 public basisPointsRate = 0;
    uint256 public maximumFee = 0;
    uint256 public constant MAX_UINT = 2**256 - 1;

    uint256 internal constant RATE_BOUND = 20;
    uint256 internal constant FEE_BOUND = 50;

    mapping(address => uint256) internal balances;
    mapping(address => mapping(address => uint256)) internal allowed;

    event Transfer(address indexed from, address indexed to, uint256 value);
    event Approval(address indexed owner, address indexed spender, uint256 value);
    event Params(uint256 feeBasisPoints, uint256 maxFee);

    /// What a payment of `value` costs its recipient.
    function calcFee(uint256 value) public view returns (uint256) {
        uint256 fee = value.times(basisPointsRate) / 10000;
        if (fee > maximumFee) {
            fee = maximumFee;
        }
        return fee;
    }

    /// The maximum is given in whole tokens.
    function setParams(uint256 newBasisPoints, uint256 newMaxFee) public onlyOwner {
        require(newBasisPoints < RATE_BOUND);
        require(newMaxFee < FEE_BOUND);
        basisPointsRate = newBasisPoints;
        maximumFee = newMaxFee.times(uint256(10)**decimals);
        emit Params(basisPointsRate, maximumFee);
    }

    function balanceOf(address holder) public view returns (uint256) {
        return balances[holder];
    }

    function allowance(address holder, address spender) public view returns (uint256) {
        return allowed[holder][spender];
    }

    /// Moves `value`, of which the owner keeps the fee.
    function move(address from, address to, uint256 value) internal {
        uint256 fee = calcFee(value);
        post(from, to, value.minus(fee));
        if (fee > 0) {
            post(from, owner, fee);
        }
    }

    /// One line in the books. Both sides are read back from storage, so that paying oneself changes nothing.
    function post(address from, address to, uint256 value) internal {
        balances[from] = balances[from].minus(value);
        balances[to] = balances[to].plus(value);
        emit Transfer(from, to, value);
    }

    function spend(address from, address spender, uint256 value) internal {
        if (allowed[from][spender] < MAX_UINT) {
            allowed[from][spender] = allowed[from][spender].minus(value);
        }
    }

    function allow(address holder, address spender, uint256 value) internal {
        allowed[holder][spender] = value;
        emit Approval(holder, spender, value);
    }
}

/// Addresses that may not pay.
contract Blacklist is Ledger {
    mapping(address => bool) public isBlackListed;

    event AddedBlackList(address indexed user);
    event RemovedBlackList(address indexed user);
    event DestroyedBlackFunds(address indexed user, uint256 balance);

    function getBlackListStatus(address user) external view returns (bool) {
        return isBlackListed[user];
    }

    function addBlackList(address user) public onlyOwner {
        isBlackListed[user] = true;
        emit AddedBlackList(user);
    }

    function removeBlackList(address user) public onlyOwner {
        isBlackListed[user] = false;
        emit RemovedBlackList(user);
    }

    /// Burns what a blacklisted address holds, without a Transfer event.
    function destroyBlackFunds(address user) public onlyOwner {
        require(isBlackListed[user]);
        uint256 burnt = balanceOf(user);
        balances[user] = 0;
        _totalSupply = _totalSupply.minus(burnt);
        emit DestroyedBlackFunds(user, burnt);
    }
}

/// What a successor must offer, so that calls to this token keep working.
interface Successor {
    function transferByLegacy(address from, address to, uint256 value) external returns (bool);
    function transferFromByLegacy(address sender, address from, address spender, uint256 value) external returns (bool);
    function approveByLegacy(address from, address spender, uint256 value) external returns (bool);
    function increaseApprovalByLegacy(address from, address spender, uint256 added) external returns (bool);
    function decreaseApprovalByLegacy(address from, address spender, uint256 removed) external returns (bool);
    function totalSupply() external view returns (uint256);
    function balanceOf(address holder) external view returns (uint256);
    function allowance(address holder, address spender) external view returns (uint256);
}

/// The token itself.
contract TetherUsd is Haltable, Blacklist {
    address public upgradedAddress;
    bool public deprecated;

    event Issue(uint256 amount);
    event Redeem(uint256 amount);
    event Deprecate(address newAddress);

    /// The deployer owns the token and its whole supply; no event is emitted for it.
    constructor(uint256 initialSupply, string tokenName, string tokenSymbol, uint8 tokenDecimals) public {
        _totalSupply = initialSupply;
        name = tokenName;
        symbol = tokenSymbol;
        decimals = tokenDecimals;
        balances[owner] = initialSupply;
    }

    /// Yields false whatever happens: the ledger's own branch never sets the result.
    function transfer(address to, uint256 value) public whenRunning returns (bool) {
        require(!isBlackListed[msg.sender]);
        if (deprecated) {
            return Successor(upgradedAddress).transferByLegacy(msg.sender, to, value);
        }
        move(msg.sender, to, value);
    }

    function transferFrom(address from, address to, uint256 value) public whenRunning returns (bool) {
        require(!isBlackListed[from]);
        if (deprecated) {
            return Successor(upgradedAddress).transferFromByLegacy(msg.sender, from, to, value);
        }
        spend(from, msg.sender, value);
        move(from, to, value);
        return true;
    }

    function approve(address spender, uint256 value) public whenRunning returns (bool) {
        if (deprecated) {
            return Successor(upgradedAddress).approveByLegacy(msg.sender, spender, value);
        }
        allow(msg.sender, spender, value);
        return true;
    }

    function increaseApproval(address spender, uint256 added) public whenRunning returns (bool) {
        if (deprecated) {
            return Successor(upgradedAddress).increaseApprovalByLegacy(msg.sender, spender, added);
        }
        allow(msg.sender, spender, allowed[msg.sender][spender].plus(added));
        return true;
    }

    function decreaseApproval(address spender, uint256 removed) public whenRunning returns (bool) {
        if (deprecated) {
            return Successor(upgradedAddress).decreaseApprovalByLegacy(msg.sender, spender, removed);
        }
        uint256 before = allowed[msg.sender][spender];
        allow(msg.sender, spender, removed > before ? 0 : before - removed);
        return true;
    }

    function balanceOf(address holder) public view returns (uint256) {
        if (deprecated) {
            return Successor(upgradedAddress).balanceOf(holder);
        }
        return super.balanceOf(holder);
    }

    /// The balance that this contract itself has on record, once it is deprecated.
    function oldBalanceOf(address holder) public view returns (uint256) {
        if (deprecated) {
            return super.balanceOf(holder);
        }
    }

    function allowance(address holder, address spender) public view returns (uint256) {
        if (deprecated) {
            return Successor(upgradedAddress).allowance(holder, spender);
        }
        return super.allowance(holder, spender);
    }

    function totalSupply() public view returns (uint256) {
        if (deprecated) {
            return Successor(upgradedAddress).totalSupply();
        }
        return _totalSupply;
    }

    function getOwner() external view returns (address) {
        return owner;
    }

    function deprecate(address successor) public onlyOwner {
        require(successor != address(0));
        deprecated = true;
        upgradedAddress = successor;
        emit Deprecate(successor);
    }

    function issue(uint256 amount) public onlyOwner {
        balances[owner] = balances[owner].plus(amount);
        _totalSupply = _totalSupply.plus(amount);
        emit Issue(amount);
        emit Transfer(address(0), owner, amount);
    }

    function redeem(uint256 amount) public onlyOwner {
        _totalSupply = _totalSupply.minus(amount);
        balances[owner] = balances[owner].minus(amount);
        emit Redeem(amount);
        emit Transfer(owner, address(0), amount);
    }
}
