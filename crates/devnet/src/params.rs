//! Chain parameters: what committee proposals set on a live network, mainnet's values by default.

use serde::{Deserialize, Serialize};

/// Fees in sun, limits per day, switches. Defaults are mainnet's of 2026 (java-tron `getchainparameters`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChainParams {
    /// Milliseconds between maintenance periods, 6 h on mainnet.
    pub maintenance_interval_ms: u64,
    /// Sun burned for a transaction that creates an account without staked bandwidth.
    pub create_account_fee: i64,
    /// Sun per byte of bandwidth that is burned.
    pub transaction_fee: i64,
    /// Sun that the contract itself burns for a new account.
    pub create_new_account_fee: i64,
    /// Sun per unit of energy.
    pub energy_fee: i64,
    /// Energy that all stake together may use in a day.
    pub total_energy_limit: i64,
    /// Bandwidth that all stake together may use in a day.
    pub total_net_limit: i64,
    /// Bandwidth that each account has free in a day.
    pub free_net_limit: i64,
    /// Free bandwidth that all accounts together may use in a day.
    pub public_net_limit: i64,
    /// Sun for an account permission update.
    pub update_account_permission_fee: i64,
    /// Sun for a transaction with more than one signature.
    pub multi_sign_fee: i64,
    /// Sun for a transaction with a memo.
    pub memo_fee: i64,
    /// Upper bound of a transaction's `fee_limit`, sun.
    pub max_fee_limit: i64,
    /// Days between unfreezing and withdrawing.
    pub unfreeze_delay_days: i64,
    /// Longest lock of a delegation, in blocks of 3 s.
    pub max_delegate_lock_period: i64,
    /// Largest transaction without signatures that may create an account, bytes.
    pub max_create_account_tx_size: i64,
    /// Sun to the producer of a block.
    pub witness_pay_per_block: i64,
    /// Sun per block shared by the 127 witnesses with the most votes.
    pub witness_127_pay_per_block: i64,
}

impl Default for ChainParams {
    fn default() -> Self {
        Self {
            maintenance_interval_ms: 21_600_000,
            create_account_fee: 100_000,
            transaction_fee: 1_000,
            create_new_account_fee: 1_000_000,
            energy_fee: 100,
            total_energy_limit: 180_000_000_000,
            total_net_limit: 43_200_000_000,
            free_net_limit: 600,
            public_net_limit: 14_400_000_000,
            update_account_permission_fee: 100_000_000,
            multi_sign_fee: 1_000_000,
            memo_fee: 1_000_000,
            max_fee_limit: 15_000_000_000,
            unfreeze_delay_days: 14,
            max_delegate_lock_period: 864_000,
            max_create_account_tx_size: 1_000,
            witness_pay_per_block: 8_000_000,
            witness_127_pay_per_block: 128_000_000,
        }
    }
}

impl ChainParams {
    /// Every parameter that `getchainparameters` lists, by its JSON key (java-tron `Wallet.getChainParameters`).
    /// What this chain does not have stands as mainnet has it, so that clients which look it up find a number.
    pub fn listing(&self) -> Vec<(&'static str, i64)> {
        let mut all = self.own();
        all.extend(FIXED);
        all
    }

    fn own(&self) -> Vec<(&'static str, i64)> {
        vec![
            ("getMaintenanceTimeInterval", i64::try_from(self.maintenance_interval_ms).unwrap_or(i64::MAX)),
            ("getCreateAccountFee", self.create_account_fee),
            ("getTransactionFee", self.transaction_fee),
            ("getCreateNewAccountFeeInSystemContract", self.create_new_account_fee),
            ("getEnergyFee", self.energy_fee),
            ("getTotalEnergyLimit", self.total_energy_limit),
            ("getTotalEnergyCurrentLimit", self.total_energy_limit),
            ("getTotalNetLimit", self.total_net_limit),
            ("getFreeNetLimit", self.free_net_limit),
            ("getUpdateAccountPermissionFee", self.update_account_permission_fee),
            ("getMultiSignFee", self.multi_sign_fee),
            ("getMemoFee", self.memo_fee),
            ("getMaxFeeLimit", self.max_fee_limit),
            ("getUnfreezeDelayDays", self.unfreeze_delay_days),
            ("getMaxDelegateLockPeriod", self.max_delegate_lock_period),
            ("getMaxCreateAccountTxSize", self.max_create_account_tx_size),
            ("getWitnessPayPerBlock", self.witness_pay_per_block),
            ("getWitness127PayPerBlock", self.witness_127_pay_per_block),
        ]
    }
}

/// Parameters with no effect here: features that are always on, always off, or left out.
const FIXED: [(&str, i64); 48] = [
    ("getAccountUpgradeCost", 9_999_000_000),
    ("getAssetIssueFee", 1_024_000_000),
    ("getWitnessStandbyAllowance", 115_200_000_000),
    ("getCreateNewAccountBandwidthRate", 1),
    ("getAllowCreationOfContracts", 1),
    ("getRemoveThePowerOfTheGr", -1),
    ("getExchangeCreateFee", 1_024_000_000),
    ("getMaxCpuTimeOfOneTx", 80),
    ("getAllowUpdateAccountName", 0),
    ("getAllowSameTokenName", 1),
    ("getAllowDelegateResource", 1),
    ("getAllowTvmTransferTrc10", 1),
    ("getAllowMultiSign", 1),
    ("getAllowAdaptiveEnergy", 0),
    ("getAdaptiveResourceLimitTargetRatio", 10),
    ("getAdaptiveResourceLimitMultiplier", 1_000),
    ("getAllowTvmConstantinople", 1),
    ("getAllowTvmSolidity059", 1),
    ("getAllowTvmIstanbul", 1),
    ("getAllowProtoFilterNum", 0),
    ("getAllowAccountStateRoot", 0),
    ("getAllowShieldedTRC20Transaction", 1),
    ("getForbidTransferToContract", 0),
    ("getAllowPBFT", 0),
    ("getAllowTvmFreeze", 0),
    ("getAllowTvmVote", 1),
    ("getAllowTvmLondon", 1),
    ("getAllowTvmCompatibleEvm", 0),
    ("getAllowTvmShangHai", 1),
    ("getAllowTvmCancun", 1),
    ("getAllowTvmBlob", 1),
    ("getChangeDelegation", 1),
    ("getAllowAccountAssetOptimization", 1),
    ("getAllowMarketTransaction", 0),
    ("getMarketSellFee", 0),
    ("getMarketCancelFee", 0),
    ("getAllowTransactionFeePool", 0),
    ("getAllowOptimizeBlackHole", 1),
    ("getAllowNewResourceModel", 0),
    ("getAllowNewReward", 1),
    ("getAllowDelegateOptimization", 1),
    ("getAllowOptimizedReturnValueOfChainId", 1),
    ("getAllowHigherLimitForMaxCpuTimeOfOneTx", 1),
    ("getAllowDynamicEnergy", 0),
    ("getDynamicEnergyThreshold", 5_000_000_000),
    ("getDynamicEnergyIncreaseFactor", 2_000),
    ("getDynamicEnergyMaxFactor", 34_000),
    ("getAllowCancelAllUnfreezeV2", 1),
];
