//! Numbers with a smallest and a largest. What depends on another key, or on the kind of a pool, is judged further on.

use super::node::Node;
use super::read::{Read, Reader};
use super::shape::Shape;
use crate::problem::Problem;

/// A whole number from `FROM` to `TO`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Within<const FROM: u32, const TO: u32>(u32);

impl<const FROM: u32, const TO: u32> Within<FROM, TO> {
    /// The smallest.
    pub const FROM: u32 = FROM;

    /// Returns the number.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl<const FROM: u32, const TO: u32> std::fmt::Display for Within<FROM, TO> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl<const FROM: u32, const TO: u32> Read for Within<FROM, TO> {
    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        let number = u32::read(node, reader)?;
        if (FROM..=TO).contains(&number) {
            return Some(Self(number));
        }
        let problem = Problem::OutOfRange { value: number.into(), from: FROM.into(), to: TO.into() };
        reader.fail(problem, node.span)
    }

    fn shape() -> Shape {
        Shape::Number { from: FROM.into(), to: TO.into() }
    }
}

/// Karpenter's preference among pools (Karpenter's CRD, `weight`).
pub type Weight = Within<1, 100>;

/// A volume's size: an image with a few containers needs 20 GiB, EBS takes 64 TiB.
pub type DiskGib = Within<20, 65_536>;

/// I/O operations per second, from what a gp3 volume has without being asked for more to what it can have (EBS user
/// guide, "General Purpose SSD volumes", limits of 2025-09, read 2026-11).
pub type Iops = Within<3_000, 80_000>;

/// MiB per second, likewise.
pub type Throughput = Within<125, 2_000>;

/// Pods of a node: DaemonSets alone are a handful; EKS is tested up to 250.
pub type MaxPods = Within<8, 250>;

/// Per cent.
pub type Percent = Within<0, 100>;

/// A TCP port.
pub type Port = Within<1, 65_535>;

/// A port that RDS listens on (RDS API, `CreateDBInstance`, read 2026-11).
pub type DatabasePort = Within<1_150, 65_535>;

/// Seconds for which SQS hides a message that was received (SQS API, `CreateQueue`, read 2026-11).
pub type VisibilityTimeout = Within<0, 43_200>;

/// How often a message is received before it goes to the dead-letter queue (likewise, `maxReceiveCount`).
pub type Receives = Within<1, 1_000>;

/// Days of an object's life.
pub type Days = Within<1, 36_500>;

/// Images of a repository.
pub type Images = Within<1, 100_000>;

/// A volume of RDS, of which four times as much is still within 64 TiB (RDS user guide, "Amazon RDS DB instance storage", read
/// 2026-11).
pub type StorageGib = Within<20, 16_384>;
